"""Scripts: sequences that are called by name (DIALECT 1.5)."""

import logging

import pytest

from hub.errors import ActionError, UnknownAction
from hub.model.context import Context
from tests.automation.engine import definitions, engine

ON_GO = "alias: a\nmode: parallel\ntriggers: [{trigger: event, event_type: go}]\n"


def calling(*steps: str) -> str:
    return ON_GO + "actions:\n" + "".join(f"  - {step}\n" for step in steps)


SAY_AFTER = "{action: test.say, data: {text: after}}"


async def test_a_script_is_called_with_variables_and_answers() -> None:
    """The caller waits for the end, and gets what `stop` gives."""
    scripts = """
        add:
          sequence:
            - variables: {sum: "{{ a + b }}"}
            - delay: 5
            - variables: {response: {sum: "{{ sum }}", who: "{{ trigger is defined }}"}}
            - stop: done
              response_variable: response
    """
    automation = calling(
        "{action: script.add, data: {a: 1, b: 2}, response_variable: answer}", "{action: test.say, data: {text: '{{ answer }}'}}"
    )
    async with engine(automation, scripts) as hub:
        hub.fire("go")
        assert (hub.said, hub.state("script.add"), hub.attribute("script.add", "current")) == ([], "on", 1)
        await hub.clock.advance(seconds=5)
        assert (hub.said, hub.state("script.add")) == ([{"sum": 3, "who": False}], "off")


async def test_what_the_caller_gives_wins_over_the_scripts_own() -> None:
    """Defaults of `fields` are words only; nothing leaks back."""
    scripts = """
        say:
          fields: {x: {default: 9, required: true}}
          variables: {y: own, z: "{{ y }} too"}
          sequence:
            - action: test.say
              data: {text: "{{ x | default('none') }} {{ y }} {{ z }}"}
            - variables: {x: leaked}
    """
    automation = calling(
        "{action: script.say, data: {y: given}}",
        "{action: script.say}",
        "{action: test.say, data: {text: \"{{ x | default('none') }}\"}}",
    )
    async with engine(automation, scripts) as hub:
        hub.fire("go")
        assert hub.said == ["none given given too", "none own own too", "none"]


async def test_turn_on_does_not_wait() -> None:
    """Toggle and turn_off end it."""
    scripts = "slow: {sequence: [{action: test.say, data: {text: '{{ x }}'}}, {delay: 5}, {action: test.say, data: {text: end}}]}"
    automation = calling("{action: script.turn_on, target: {entity_id: script.slow}, data: {variables: {x: begun}}}", SAY_AFTER)
    async with engine(automation, scripts) as hub:
        hub.fire("go")
        assert hub.said == ["begun", "after"]
        await hub.call("script.turn_off", entity_id="script.slow")
        await hub.clock.advance(seconds=5)
        assert hub.said == ["begun", "after"]
        assert hub.outcomes("script.slow") == ["cancelled"]
        await hub.call("script.toggle", entity_id="script.slow", variables={"x": 2})
        assert hub.state("script.slow") == "on"
        await hub.call("script.toggle", entity_id="script.slow")
        assert hub.state("script.slow") == "off"


async def test_a_script_runs_in_the_context_of_its_caller() -> None:
    """No new one is made; `script_started` tells of it."""
    scripts = (
        "say: {alias: Say it, sequence: [{action: test.say, data: {text: '{{ this.entity_id }} {{ context.id | length }}'}}]}"
    )
    async with engine(scripts=scripts) as hub:
        context = Context.new(user_id="ada")
        await hub.actions.call("script.say", {}, context)
        assert hub.contexts == [context]
        assert hub.said == ["script.say 26"]
        assert hub.fired("script_started") == [{"name": "Say it", "entity_id": "script.say"}]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("{stop: done}", ["after"]),
        ("{stop: bad, error: true}", ["after"]),
        ("{delay: '{{ \"soon\" }}'}", ["after"]),
        ("{condition: template, value_template: '{{ false }}'}", ["after"]),
        ("{action: no.body}", []),
        ("{action: shop.it}", []),
        ("{stop: done, response_variable: missing}", ["after"]),
    ],
)
async def test_how_the_end_of_a_script_reaches_its_caller(step: str, said: list[str]) -> None:
    """Only what an action raises does."""
    async with engine(calling("{action: script.s}", SAY_AFTER), f"s: {{sequence: [{step}]}}") as hub:

        def fail(_: object) -> None:
            raise ActionError("no")

        hub.offer("shop.it", fail)
        hub.fire("go")
        assert hub.said == said


async def test_an_answer_that_is_no_mapping_is_an_error_of_the_caller() -> None:
    """A script that gives none answers with nothing."""
    for value, said in (("5", []), ("{n: 5}", ["{'n': 5}"]), (None, ["{}"])):
        stop = "{stop: x}" if value is None else "{stop: x, response_variable: v}"
        scripts = f"s: {{sequence: [{{variables: {{v: {value or 0}}}}}, {stop}]}}"
        automation = calling("{action: script.s, response_variable: r}", "{action: test.say, data: {text: '<{{ r }}>'}}")
        async with engine(automation, scripts) as hub:
            hub.fire("go")
            assert hub.said == [f"<{text}>" for text in said]


async def test_a_caller_that_ends_ends_the_script_it_waits_for() -> None:
    """All the way down."""
    scripts = "outer: {sequence: [{action: script.inner}]}\ninner: {sequence: [{delay: 60}, {action: test.say, data: {text: x}}]}"
    async with engine(calling("{action: script.outer}"), scripts) as hub:
        hub.fire("go")
        assert (hub.state("script.outer"), hub.state("script.inner")) == ("on", "on")
        await hub.call("automation.turn_off", entity_id="automation.a")
        assert (hub.state("script.outer"), hub.state("script.inner")) == ("off", "off")
        await hub.clock.advance(minutes=2)
        assert hub.said == []


async def test_a_script_that_is_stopped_lets_its_caller_go_on() -> None:
    """It ended, after all."""
    async with engine(calling("{action: script.slow}", SAY_AFTER), "slow: {sequence: [{delay: 60}]}") as hub:
        hub.fire("go")
        await hub.call("script.turn_off", entity_id="script.slow")
        assert hub.said == ["after"]


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [("queued", "disallowed_recursion_detected"), ("restart", "disallowed_recursion_detected"), ("single", "failed_single")],
)
async def test_a_script_that_calls_itself_is_refused(mode: str, outcome: str, caplog: pytest.LogCaptureFixture) -> None:
    """Through others too; it is warned of."""
    scripts = f"""
        one: {{mode: {mode}, sequence: [{{action: script.two}}, {{action: test.say, data: {{text: end}}}}]}}
        two: {{mode: parallel, sequence: [{{action: script.one}}]}}
    """
    async with engine(scripts=scripts) as hub:
        await hub.call("script.one")
        await hub.rest()
        assert hub.said == ["end"]
        assert [trace.outcome for trace in hub.refused("script.one")] == [outcome]
        assert [record.levelno for record in caplog.records if record.name.startswith("hub.automation")] == [logging.WARNING]


async def test_a_parallel_script_may_call_itself_up_to_max() -> None:
    """And no deeper, however much is asked for."""
    async with engine(
        scripts="s: {mode: parallel, max: 5, sequence: [{action: test.say, data: {text: x}}, {action: script.s}]}"
    ) as hub:
        await hub.call("script.s")
        assert hub.said == ["x"] * 5

    async with engine(
        scripts="s: {mode: parallel, max: 100000, sequence: [{action: test.say, data: {text: x}}, {action: script.s}]}"
    ) as hub:
        with pytest.raises(Exception, match="recursion"):
            await hub.call("script.s")
        assert hub.attribute("script.s", "current") == 0
        await hub.call("automation.reload")


async def test_turning_itself_on_is_no_recursion() -> None:
    """Its stack is empty: it goes round for ever, and others run beside."""
    again = "{action: script.turn_on, target: {entity_id: script.s}}"
    scripts = f"s: {{mode: restart, sequence: [{{action: test.say, data: {{text: x}}}}, {again}]}}"
    async with engine(ON_GO + "actions: [{action: test.say, data: {text: go}}]", scripts) as hub:
        await hub.call("script.turn_on", entity_id="script.s")
        for _ in range(5):
            await hub.rest()
        assert hub.said.count("x") > 10
        hub.fire("go")
        assert hub.said[-1] == "go"
        await hub.call("script.turn_off", entity_id="script.s")
        await hub.rest()
        count = len(hub.said)
        await hub.rest()
        assert len(hub.said) == count


async def test_a_queued_script_serves_its_callers_in_turn() -> None:
    """Each gets its own answer."""
    scripts = "s: {mode: queued, sequence: [{delay: 5}, {variables: {r: {n: '{{ n }}'}}}, {stop: x, response_variable: r}]}"
    step = "{action: script.s, data: {n: '{{ trigger.event.data.n }}'}, response_variable: r}"
    async with engine(calling(step, "{action: test.say, data: {text: '{{ r.n }}'}}"), scripts) as hub:
        hub.fire("go", n=1)
        hub.fire("go", n=2)
        await hub.clock.advance(seconds=5)
        assert hub.said == [1]
        await hub.clock.advance(seconds=5)
        assert hub.said == [1, 2]


@pytest.mark.parametrize(
    ("scripts", "message"),
    [
        ("turn_on: {sequence: []}", "'turn_on' cannot be the name of a script"),
        ("My Script: {sequence: []}", "'My Script' cannot be the name of a script"),
        ("s: [{delay: 1}]", "a script is a mapping with a sequence"),
        ("s: {sequnce: []}", "unknown key `sequnce`; did you mean `sequence`?"),
        ("s: {}", "the key `sequence` is missing"),
    ],
)
async def test_a_script_that_is_none_is_refused(scripts: str, message: str) -> None:
    """The others load."""
    _, (bad, good) = definitions(scripts=scripts + "\ngood: {sequence: {delay: 1}}")
    (problem,) = bad.problems
    assert message in str(problem)
    assert good.problems == ()

    async with engine(scripts=scripts + "\ngood: {sequence: []}") as hub:
        assert hub.state("script.good") == "off"


async def test_a_script_that_went_cannot_be_called() -> None:
    """Its state goes with it; what ran is ended."""
    async with engine(scripts="s: {sequence: [{delay: 60}]}\nt: {sequence: []}") as hub:
        await hub.call("script.turn_on", entity_id="script.s")
        hub.load(scripts="t: {sequence: []}")
        assert hub.state("script.s") is None
        assert hub.clock.next_due() is None
        with pytest.raises(UnknownAction):
            await hub.call("script.s")
        await hub.call("script.t")
