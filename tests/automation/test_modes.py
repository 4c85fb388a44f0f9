"""What happens when something is to run that is running already (DIALECT 5)."""

import logging

import pytest

from tests.automation.engine import Engine, engine, problems


def running(mode: str, more: str = "") -> str:
    return f"""
        alias: a
        triggers: [{{trigger: event, event_type: go}}]
        mode: {mode}
        {more}
        actions:
          - {{action: test.say, data: {{text: "start{{{{ trigger.event.data.n }}}}"}}}}
          - {{delay: 10}}
          - {{action: test.say, data: {{text: "end{{{{ trigger.event.data.n }}}}"}}}}
    """


def go(hub: Engine, times: int, first: int = 0) -> None:
    for number in range(first, first + times):
        hub.fire("go", n=number)


async def test_single_refuses_while_it_runs() -> None:
    """Nothing is announced of a run that does not begin."""
    async with engine(running("single")) as hub:
        go(hub, 1)
        first = hub.automation("automation.a").last_triggered
        await hub.clock.advance(seconds=5)
        go(hub, 1, first=1)
        await hub.clock.advance(seconds=10)
        go(hub, 1, first=2)
        assert hub.said == ["start0", "end0", "start2"]
        assert len(hub.fired("automation_triggered")) == 2
        assert hub.automation("automation.a").last_triggered != first
        assert [trace.outcome for trace in hub.refused("automation.a")] == ["failed_single"]


async def test_restart_ends_the_run_under_way() -> None:
    """Of three triggers in one tick the second ends before its first step."""
    async with engine(running("restart")) as hub:
        go(hub, 3)
        await hub.rest()
        await hub.clock.advance(seconds=10)
        assert hub.said == ["start0", "start2", "end2"]
        assert hub.outcomes("automation.a") == ["cancelled", "cancelled", "finished"]
        assert len(hub.fired("automation_triggered")) == 3


async def test_a_condition_that_fails_restarts_nothing() -> None:
    """Conditions come before modes."""
    async with engine(running("restart", "conditions: '{{ trigger.event.data.n != 1 }}'")) as hub:
        go(hub, 2)
        await hub.clock.advance(seconds=10)
        assert hub.said == ["start0", "end0"]


async def test_queued_runs_come_one_after_the_other() -> None:
    """In their order; `max` counts those that wait too; `last_triggered` is when they were queued."""
    async with engine(running("queued", "max: 3")) as hub:
        go(hub, 4)
        assert hub.attribute("automation.a", "current") == 3
        assert hub.attribute("automation.a", "max") == 3
        queued = hub.automation("automation.a").last_triggered
        await hub.clock.advance(seconds=30)
        assert hub.said == ["start0", "end0", "start1", "end1", "start2", "end2"]
        assert [trace.outcome for trace in hub.refused("automation.a")] == ["failed_max_runs"]
        assert hub.automation("automation.a").last_triggered == queued
        go(hub, 1, first=9)
        assert hub.said[-1] == "start9"


async def test_conditions_of_queued_runs_are_judged_when_they_are_triggered() -> None:
    """Not when their turn comes."""
    conditions = "conditions: {condition: state, entity_id: sensor.a, state: 'on'}"
    async with engine(running("queued", conditions), states={"sensor.a": "on"}) as hub:
        go(hub, 2)
        hub.set("sensor.a", "off")
        await hub.clock.advance(seconds=20)
        assert hub.said == ["start0", "end0", "start1", "end1"]


async def test_parallel_runs_run_beside_each_other() -> None:
    """Ten, when nothing is said."""
    async with engine(running("parallel")) as hub:
        go(hub, 12)
        assert hub.said == [f"start{number}" for number in range(10)]
        await hub.clock.advance(seconds=10)
        assert hub.said[10:] == [f"end{number}" for number in range(10)]
        assert hub.attribute("automation.a", "current") == 0


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("silent", None),
        ("", logging.WARNING),
        ("warn", logging.WARNING),
        ("ERROR", logging.ERROR),
        ("fatal", logging.CRITICAL),
        ("debug", None),
    ],
)
async def test_a_refusal_is_logged_as_loudly_as_wanted(level: str, told: int | None, caplog: pytest.LogCaptureFixture) -> None:
    """Or not at all."""
    async with engine(running("single", f"max_exceeded: {level}" if level else "")) as hub:
        go(hub, 2)
        levels = [record.levelno for record in caplog.records if "already running" in record.getMessage()]
        assert levels == ([] if told is None else [told])


@pytest.mark.parametrize("mode", ["single", "restart", "queued", "parallel"])
async def test_turning_off_ends_runs_and_empties_the_queue(mode: str) -> None:
    """Unless they are to go on."""
    async with engine(running(mode)) as hub:
        go(hub, 3)
        await hub.call("automation.turn_off", entity_id="automation.a")
        said = list(hub.said)
        await hub.clock.advance(hours=1)
        assert hub.said == said
        assert hub.attribute("automation.a", "current") == 0
        assert set(hub.outcomes("automation.a")) == {"cancelled"}

    async with engine(running(mode)) as hub:
        go(hub, 1)
        await hub.call("automation.turn_off", entity_id="automation.a", stop_actions=False)
        await hub.clock.advance(hours=1)
        go(hub, 1)
        assert hub.said == ["start0", "end0"]


@pytest.mark.parametrize("mode", ["single", "restart", "queued", "parallel"])
async def test_an_automation_may_turn_itself_off(mode: str) -> None:
    """And ends there, or goes on."""
    for stop, said in ((True, []), (False, ["after"])):
        automation = f"""
            alias: a
            mode: {mode}
            triggers: [{{trigger: event, event_type: go}}]
            actions:
              - {{action: automation.turn_off, target: {{entity_id: automation.a}}, data: {{stop_actions: {stop}}}}}
              - {{action: test.say, data: {{text: after}}}}
        """
        async with engine(automation) as hub:
            hub.fire("go")
            await hub.rest()
            assert hub.said == said
            assert hub.state("automation.a") == "off"
            assert hub.attribute("automation.a", "current") == 0


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("mode: multiple", "expected one of `single`, `restart`, `queued`, `parallel`"),
        ("max: 1", "max must be at least 2, not 1"),
        ("max: many", "'many' is not a whole number"),
        ("max_exceeded: loud", "'loud' is not a log level"),
        ("trace: {stored_traces: -1}", "0"),
        ("trace: {stored: 1}", "unknown key `stored`"),
    ],
)
def test_what_is_no_mode_is_refused(keys: str, message: str) -> None:
    """With its place."""
    (found,) = problems(f"alias: a\ntriggers: []\nactions: []\n{keys}")
    assert message in found
    assert found.startswith("4:")


async def test_max_is_taken_but_means_nothing_for_single_and_restart() -> None:
    """As in Home Assistant."""
    async with engine(running("single", "max: 5")) as hub:
        go(hub, 2)
        assert hub.said == ["start0"]
        assert hub.attribute("automation.a", "max") is None
