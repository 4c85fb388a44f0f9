"""Traces: what is kept of a run, in Home Assistant's shape, and why a run did not begin (DIALECT 10.5)."""

import json

import msgspec
import pytest

from tests.automation.engine import START, engine

ON_GO = "triggers: [{trigger: event, event_type: go, id: gone}]"


async def test_a_trace_has_home_assistants_shape() -> None:
    """Each path with what happened there, in order."""
    automation = f"""
        alias: a
        id: "7"
        {ON_GO}
        conditions: "{{{{ trigger.event.data.n > 1 }}}}"
        actions:
          - variables: {{x: "{{{{ trigger.event.data.n }}}}"}}
          - action: test.say
            target: {{entity_id: light.x}}
            data: {{text: "{{{{ x }}}}"}}
          - if: [{{condition: state, entity_id: sensor.a, state: "on"}}]
            then: [{{event: told, event_data: {{n: "{{{{ x }}}}"}}}}]
          - choose:
              - conditions: "{{{{ true }}}}"
                sequence: [{{delay: 5}}]
          - {{condition: state, entity_id: sensor.a, state: "off"}}
    """
    async with engine(automation, states={"sensor.a": "on"}) as hub:
        hub.fire("go", n=5)
        (trace,) = hub.runs("automation.a")
        assert trace.as_dict()["state"] == "running"
        await hub.clock.advance(seconds=5)

        shown = trace.as_dict()
        at = START.isoformat()
        assert {key: shown[key] for key in shown if key not in ("trace", "run_id", "context")} == {
            "domain": "automation", "item_id": "a", "state": "stopped", "script_execution": "aborted", "last_step": "action/4",
            "error": None, "refusal": None, "trigger": "event 'go'",
            "timestamp": {"start": at, "finish": "2024-03-15T12:00:05+00:00"},
        }  # fmt: skip
        assert shown["context"] == trace.context.as_dict()
        steps = shown["trace"]
        assert list(steps) == [
            "trigger/0", "condition/0", "action/0", "action/1", "action/2", "action/2/if/condition/0", "action/2/then/0",
            "action/3",
            "action/3/choose/0/conditions/0", "action/3/choose/0", "action/3/choose/0/sequence/0", "action/4",
        ]  # fmt: skip
        results = {path: entries[0].get("result") for path, entries in steps.items()}
        params = {"domain": "test", "service": "say", "service_data": {"text": 5}, "target": {"entity_id": ["light.x"]}}
        assert results["action/1"] == {"params": params, "running_script": False}
        assert results["condition/0"]["result"] is True
        assert results["action/2"] == {"choice": "then"}
        assert results["action/2/if/condition/0"] == {"result": True, "of": "sensor.a", "observed": "on", "wanted": "on"}
        assert results["action/2/then/0"] == {"event": "told", "event_data": {"n": 5}}
        assert results["action/3"] == {"choice": 0}
        assert results["action/3/choose/0/sequence/0"] == {"delay": 5.0}
        assert results["action/4"]["result"] is False
        assert steps["action/0"][0]["changed_variables"] == {"x": 5}
        assert steps["trigger/0"][0]["changed_variables"]["trigger"]["id"] == "gone"
        assert steps["action/4"][0]["timestamp"] == "2024-03-15T12:00:05+00:00"
        json.loads(msgspec.json.encode(shown, enc_hook=str))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            "{condition: numeric_state, entity_id: sensor.roof_power, below: 300}",
            "condition 2 was false: sensor.roof_power was 1200, needs < 300",
        ),
        (
            "{condition: state, entity_id: sensor.mode, state: [day, dawn]}",
            "condition 2 was false: sensor.mode was night, needs day or dawn",
        ),
        ("{condition: trigger, id: other}", "condition 2 was false: trigger was gone, needs other"),
        (
            "{condition: time, after: '13:00', weekday: fri}",
            "condition 2 was false: time was fri 12:00:00, needs after 13:00:00 and on fri",
        ),
        ("'{{ 1 > 2 }}'", "condition 2 was false: {{ 1 > 2 }} was False, needs true"),
        (
            "{or: [{condition: state, entity_id: sensor.mode, state: day}]}",
            "condition 2 was false: sensor.mode was night, needs day",
        ),
        (
            "{condition: state, entity_id: sensor.missing, state: day}",
            "condition 2 could not be judged: there is no entity sensor.missing",
        ),
        (
            "{condition: state, entity_id: [sensor.mode, sensor.roof_power], state: day}",
            "condition 2 was false: sensor.mode was night, needs day",
        ),
        (
            "{condition: state, entity_id: sensor.mode, state: night, for: '01:00:00'}",
            "condition 2 was false: sensor.mode was night for 0:00:00, needs night for more than 1:00:00",
        ),
    ],
)
async def test_a_refusal_is_told_in_words(condition: str, words: str) -> None:
    """What was seen, and what was needed."""
    automation = f"alias: a\n{ON_GO}\nconditions:\n  - '{{{{ true }}}}'\n  - {condition}\nactions: []"
    async with engine(automation, states={"sensor.roof_power": "1200", "sensor.mode": "night"}) as hub:
        hub.fire("go")
        (trace,) = hub.refused("automation.a")
        assert (trace.outcome, trace.refusal) == ("failed_conditions", words)


async def test_other_refusals_are_told_too() -> None:
    """By the mode."""
    for mode, outcome, words in (
        ("single", "failed_single", "it was already running"),
        ("queued\nmax: 2", "failed_max_runs", "too many runs were under way"),
        ("parallel\nmax: 2", "failed_max_runs", "too many runs were under way"),
    ):
        async with engine(f"alias: a\n{ON_GO}\nmode: {mode}\nactions: [{{delay: 1}}]") as hub:
            for _ in range(3):
                hub.fire("go")
            assert {(trace.outcome, trace.refusal) for trace in hub.refused("automation.a")} == {(outcome, words)}


async def test_the_last_five_are_kept_or_as_many_as_are_wanted() -> None:
    """Those that did not run apart from those that did; none for 0."""
    for stored, kept in (("", 5), ("trace: {stored_traces: 2}", 2), ("trace: {stored_traces: 0}", 0)):
        automation = f"alias: a\n{ON_GO}\nconditions: '{{{{ trigger.event.data.ok }}}}'\nactions: []\n{stored}"
        async with engine(automation) as hub:
            for number in range(20):
                hub.fire("go", ok=number % 2 == 0)
            assert len(hub.runs("automation.a")) == kept
            assert len(hub.refused("automation.a")) == kept


async def test_of_a_step_that_is_repeated_the_last_twenty_are_kept() -> None:
    """However often it is done."""
    automation = (
        f"alias: a\n{ON_GO}\nactions: [{{repeat: {{count: 1000, sequence: [{{variables: {{n: '{{{{ repeat.index }}}}'}}}}]}}}}]"
    )
    async with engine(automation) as hub:
        hub.fire("go")
        steps = hub.runs("automation.a")[0].as_dict()["trace"]["action/0/repeat/sequence/0"]
        assert 20 <= len(steps) <= 400
        assert steps[-1]["changed_variables"] == {"n": 1000}


async def test_the_run_of_an_error_tells_it() -> None:
    """At the step, and of the whole."""
    async with engine(f"alias: a\n{ON_GO}\nactions: [{{action: nobody.offers}}]") as hub:
        hub.fire("go")
        shown = hub.runs("automation.a")[0].as_dict()
        assert (shown["script_execution"], shown["error"]) == ("error", "action nobody.offers does not exist")
        assert shown["trace"]["action/0"][0]["error"] == "action nobody.offers does not exist"


async def test_a_stop_is_no_error() -> None:
    """Its reason is its result."""
    async with engine(f"alias: a\n{ON_GO}\nactions: [{{stop: enough}}]") as hub:
        hub.fire("go")
        step = hub.runs("automation.a")[0].as_dict()["trace"]["action/0"][0]
        assert step["result"] == {"stop": "enough", "error": False}
        assert "error" not in step


async def test_a_step_that_ran_a_script_names_its_run() -> None:
    """As Home Assistant's `child_id` does; a script that is begun apart has none."""
    automation = f"""
        alias: a
        {ON_GO}
        actions:
          - action: script.helper
          - action: script.turn_on
            target: {{entity_id: script.helper}}
    """
    async with engine(automation, "helper: {mode: parallel, sequence: [{event: helped}]}") as hub:
        hub.fire("go")
        await hub.rest()
        (trace,) = hub.runs("automation.a")
        first, *_ = hub.runs("script.helper")
        steps = trace.as_dict()["trace"]
        assert steps["action/0"][0]["child_id"] == {"domain": "script", "item_id": "helper", "run_id": str(first.run_id)}
        assert "child_id" not in steps["action/1"][0]
