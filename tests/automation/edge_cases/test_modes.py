"""DIALECT 12, edge cases 57 to 60: modes and runs."""

from tests.automation.engine import Engine, engine

STEPS = """
        triggers: [{trigger: event, event_type: go}]
        actions:
          - {action: test.say, data: {text: "start{{ trigger.event.data.n }}"}}
          - delay: 5
          - {action: test.say, data: {text: "end{{ trigger.event.data.n }}"}}
"""


def go(hub: Engine, times: int) -> None:
    for number in range(times):
        hub.fire("go", n=number)


async def test_57_of_three_triggers_in_one_tick_restart_finishes_the_last() -> None:
    async with engine(f"        alias: a\n        mode: restart{STEPS}") as hub:
        go(hub, 3)
        await hub.clock.advance(5)
        assert hub.said == ["start0", "start2", "end2"]
        assert hub.outcomes("automation.a") == ["cancelled", "cancelled", "finished"]


async def test_58_a_condition_that_fails_does_not_restart_the_run() -> None:
    condition = "conditions: '{{ trigger.event.data.n == 0 }}'"
    async with engine(f"        alias: a\n        mode: restart\n        {condition}{STEPS}") as hub:
        go(hub, 2)
        await hub.clock.advance(5)
        assert hub.said == ["start0", "end0"]


async def test_59_a_full_queue_refuses_and_conditions_are_judged_when_triggered() -> None:
    condition = "conditions: {condition: state, entity_id: sensor.a, state: 'on'}"
    automation = f"        alias: a\n        mode: queued\n        max: 2\n        {condition}{STEPS}"
    async with engine(automation, states={"sensor.a": "on"}) as hub:
        go(hub, 4)
        hub.set("sensor.a", "off")
        await hub.clock.advance(10)
        assert hub.said == ["start0", "end0", "start1", "end1"]
        assert [trace.outcome for trace in hub.refused("automation.a")] == ["failed_max_runs", "failed_max_runs"]


async def test_60_variables_of_the_trigger_win_over_the_automations_and_those_over_trigger_variables() -> None:
    automation = """
        alias: a
        trigger_variables: {x: limited, y: limited}
        variables: {x: automation, y: automation}
        triggers: [{trigger: event, event_type: go, variables: {x: trigger}}]
        actions: [{action: test.say, data: {text: "{{ x }} {{ y }}"}}]
    """
    async with engine(automation) as hub:
        hub.fire("go")
        assert hub.said == ["trigger automation"]
