"""DIALECT 12, edge cases 31 to 40: conditions."""

from datetime import UTC, datetime

import pytest

from tests.automation.engine import START, engine, problems
from tests.virtual.rooms import room

STATES = {"sensor.on": "on", "sensor.off": "off"}
TRUE, FALSE = "{condition: state, entity_id: sensor.on, state: 'on'}", "{condition: state, entity_id: sensor.on, state: 'off'}"
ERROR = "{condition: state, entity_id: sensor.missing, state: 'on'}"
DISABLED = "{condition: state, entity_id: sensor.on, state: 'off', enabled: false}"


async def holds(condition: str, start: datetime = START) -> bool:
    """Tell whether a run begins under the condition."""
    automation = f"""
        alias: a
        triggers: [{{trigger: event, event_type: go}}]
        conditions: [{condition}]
        actions: [{{action: test.say, data: {{text: ran}}}}]
    """
    async with engine(automation, states=STATES, start=start) as hub:
        hub.fire("go")
        return hub.said == ["ran"]


@pytest.mark.parametrize(("template", "passes"), [("1", False), ("'on'", False), ("'true'", True), ("true", True)])
async def test_31_only_the_text_true_passes_a_template_condition(template: str, passes: bool) -> None:
    assert await holds(f'"{{{{ {template} }}}}"') is passes


async def test_32_match_any_with_a_missing_entity_is_an_error_and_counts_as_false() -> None:
    assert not await holds("{condition: state, entity_id: [sensor.on, sensor.missing], state: 'on', match: any}")


async def test_33_errors_lose_against_a_decision_and_survive_not() -> None:
    assert not await holds(f"{{and: [{ERROR}, {FALSE}]}}")
    assert await holds(f"{{not: [{{and: [{ERROR}, {FALSE}]}}]}}"), "false, not an error"
    assert await holds(f"{{or: [{ERROR}, {TRUE}]}}")
    assert not await holds(f"{{not: [{ERROR}]}}")


async def test_34_an_or_of_disabled_members_is_false_and_a_not_of_one_is_true() -> None:
    assert not await holds(f"{{or: [{DISABLED}, {DISABLED}]}}")
    assert await holds(f"{{not: [{DISABLED}]}}")


async def test_35_enabled_inside_an_if_knows_no_variables_and_the_branch_is_taken() -> None:
    automation = """
        alias: a
        triggers: [{trigger: event, event_type: go}]
        actions:
          - variables: {v: true}
          - if: [{condition: state, entity_id: sensor.on, state: "off", enabled: "{{ v }}"}]
            then: [{action: test.say, data: {text: taken}}]
    """
    async with engine(automation, states=STATES) as hub:
        hub.fire("go")
        assert hub.said == ["taken"]


async def test_36_over_midnight_the_weekday_is_that_of_the_moment() -> None:
    night = "{condition: time, after: '22:00:00', before: '06:00:00', weekday: [mon]}"
    assert await holds(night, datetime(2024, 3, 18, 23, tzinfo=UTC))
    assert not await holds(night, datetime(2024, 3, 19, 1, tzinfo=UTC))


@pytest.mark.parametrize("hour", [0, 12, 23])
async def test_37_when_after_is_before_every_time_is_between(hour: int) -> None:
    same = "{condition: time, after: '12:00:00', before: '12:00:00'}"
    assert await holds(same, datetime(2024, 3, 15, hour, tzinfo=UTC))


def test_38_a_state_condition_with_for_and_an_attribute_is_refused() -> None:
    condition = "{condition: state, entity_id: sensor.on, attribute: level, state: 1, for: 5}"
    (problem,) = problems(f"alias: a\ntriggers: []\nconditions: [{condition}]\nactions: []")
    assert "for" in problem
    assert "attribute" in problem


async def test_39_a_purpose_condition_over_nothing_but_unavailable_targets_is_true() -> None:
    automation = """
    - alias: a
      triggers: [{trigger: event, event_type: go}]
      conditions: [{condition: switch.is_on, target: {entity_id: [switch.a, switch.b]}, options: {behavior: all}}]
      actions: [{action: test.say}]
    """
    async with room("", automation, states={"switch.a": "unavailable", "switch.b": "unavailable"}) as hub:
        hub.offer("test.say")
        hub.bus.fire("go", {})
        assert len(hub.calls) == 1


async def test_40_a_run_by_hand_has_no_trigger_id() -> None:
    automation = """
        alias: a
        triggers: [{trigger: event, event_type: go, id: x}]
        conditions: [{condition: trigger, id: x}]
        actions: [{action: test.say, data: {text: ran}}]
    """
    async with engine(automation) as hub:
        await hub.call("automation.trigger", entity_id="automation.a", skip_condition=False)
        assert hub.said == []
        await hub.call("automation.trigger", entity_id="automation.a")
        assert hub.said == ["ran"]
