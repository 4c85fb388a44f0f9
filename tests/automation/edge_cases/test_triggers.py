"""DIALECT 12, edge cases 1 to 30: triggers. Case 25, a webhook with broken JSON, needs a server: `tests/web/test_webhooks.py`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tests.automation.engine import Engine, engine, problems
from tests.virtual.rooms import room

A = "entity_id: sensor.a"


def saying(trigger: str, text: str = "fired") -> str:
    return f'alias: a\nmode: parallel\ntriggers: [{{{trigger}}}]\nactions: [{{action: test.say, data: {{text: "{text}"}}}}]'


@asynccontextmanager
async def watching(trigger: str, state: str | None = None, text: str = "fired") -> AsyncIterator[Engine]:
    """Run one automation with the trigger, over sensor.a in this state."""
    async with engine(saying(trigger, text), states={} if state is None else {"sensor.a": state}) as hub:
        yield hub


def remove(hub: Engine) -> None:
    state = hub.states.get("sensor.a")
    assert state is not None
    hub.states.remove(state.entity_id)


# --- state


async def test_01_a_state_trigger_without_keys_fires_when_only_an_attribute_changes() -> None:
    async with watching(f"trigger: state, {A}", "on") as hub:
        hub.set("sensor.a", "on", level=1)
        assert hub.said == ["fired"]


async def test_02_with_to_written_but_null_it_does_not_fire_for_an_attribute() -> None:
    async with watching(f"trigger: state, {A}, to: null", "on") as hub:
        hub.set("sensor.a", "on", level=1)
        assert hub.said == []
        hub.set("sensor.a", "off", level=1)
        assert hub.said == ["fired"]


async def test_03_with_from_only_it_fires_when_the_entity_is_removed() -> None:
    async with watching(f"trigger: state, {A}, from: 'on'", "on", "{{ trigger.to_state is none }}") as hub:
        remove(hub)
        assert hub.said == [True]


async def test_04_not_to_does_not_exclude_the_removal_of_the_entity() -> None:
    async with watching(f"trigger: state, {A}, not_to: [unavailable]", "on") as hub:
        remove(hub)
        assert hub.said == ["fired"]


async def test_05_a_boolean_to_makes_the_automation_unavailable_and_others_load() -> None:
    automations = """
        - {alias: bad, triggers: [{trigger: state, entity_id: sensor.a, to: on}], actions: []}
        - {alias: good, triggers: [{trigger: state, entity_id: sensor.a, to: "on"}], actions: []}
    """
    async with engine(automations) as hub:
        assert (hub.state("automation.bad"), hub.state("automation.good")) == ("unavailable", "on")


async def test_06_an_attribute_that_goes_from_missing_to_null_fires_nothing() -> None:
    async with watching(f"trigger: state, {A}, attribute: level", "on") as hub:
        hub.set("sensor.a", "on", level=None)
        assert hub.said == []


async def test_07_a_held_state_that_is_interrupted_begins_again_and_fires_once() -> None:
    async with watching(f"trigger: state, {A}, to: 'on', for: 1", "off") as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(0.4)
        hub.set("sensor.a", "unavailable")
        hub.set("sensor.a", "on")
        await hub.clock.advance(0.9)
        assert hub.said == []
        await hub.clock.advance(5)
        assert hub.said == ["fired"]


async def test_08_with_from_and_for_and_no_to_a_further_change_does_not_end_the_period() -> None:
    async with watching(f"trigger: state, {A}, from: 'off', for: 1", "off", "{{ trigger.to_state.state }}") as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(0.5)
        hub.set("sensor.a", "idle")
        await hub.clock.advance(0.5)
        assert hub.said == ["on"]


async def test_09_a_change_within_a_list_of_values_begins_the_period_again() -> None:
    async with watching(f"trigger: state, {A}, to: ['on', idle], for: 1", "off", "{{ trigger.to_state.state }}") as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(0.5)
        hub.set("sensor.a", "idle")
        await hub.clock.advance(0.9)
        assert hub.said == []
        await hub.clock.advance(0.1)
        assert hub.said == ["idle"]


async def test_10_without_keys_a_change_and_an_attribute_are_two_periods() -> None:
    async with watching(f"trigger: state, {A}, for: 1", "off") as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(0.5)
        hub.set("sensor.a", "on", level=1)
        await hub.clock.advance(5)
        assert hub.said == ["fired", "fired"]


# --- numeric state


async def test_11_a_number_that_was_unavailable_in_between_fires_again() -> None:
    async with watching(f"trigger: numeric_state, {A}, above: 10", "5") as hub:
        for state in ("12", "unavailable", "12"):
            hub.set("sensor.a", state)
        assert hub.said == ["fired", "fired"]


@pytest.mark.parametrize(("first", "said"), [("5", ["fired"]), ("12", [])])
async def test_12_a_text_arms_nothing_and_forgets_nothing(first: str, said: list[str]) -> None:
    async with watching(f"trigger: numeric_state, {A}, above: 10", first) as hub:
        for state in ("abc", "12"):
            hub.set("sensor.a", state)
        assert hub.said == said


async def test_13_an_entity_that_appears_inside_the_range_fires_nothing() -> None:
    async with watching(f"trigger: numeric_state, {A}, above: 10") as hub:
        hub.set("sensor.a", "12")
        assert hub.said == []


async def test_14_a_limit_that_moves_past_the_value_fires_nothing() -> None:
    automation = saying(f"trigger: numeric_state, {A}, above: sensor.limit")
    async with engine(automation, states={"sensor.a": "12", "sensor.limit": "20"}) as hub:
        hub.set("sensor.limit", "10")
        assert hub.said == []


async def test_15_a_number_that_moves_inside_the_range_does_not_begin_the_period_again() -> None:
    async with watching(f"trigger: numeric_state, {A}, above: 10, for: 1", "5") as hub:
        hub.set("sensor.a", "12")
        await hub.clock.advance(0.6)
        hub.set("sensor.a", "13")
        await hub.clock.advance(0.4)
        assert hub.said == ["fired"]


# --- template


async def test_16_a_template_that_is_true_from_the_start_fires_once_it_has_been_false() -> None:
    async with watching("trigger: template, value_template: \"{{ is_state('sensor.a', 'on') }}\"", "on") as hub:
        hub.set("sensor.a", "on", level=1)
        assert hub.said == []
        hub.set("sensor.a", "off")
        hub.set("sensor.a", "on")
        assert hub.said == ["fired"]


@pytest.mark.parametrize(
    ("value", "fires"), [("0.5", True), ("-1", True), ("Enable", True), ("open", False), ("home", False), ("[1]", False)]
)
async def test_17_numbers_and_a_few_words_are_true_and_others_are_not(value: str, fires: bool) -> None:
    async with watching("trigger: template, value_template: \"{{ states('sensor.a') }}\"", "false") as hub:
        hub.set("sensor.a", value)
        assert hub.said == (["fired"] if fires else [])


async def test_18_a_period_ends_when_one_truth_becomes_another() -> None:
    async with watching("trigger: template, value_template: \"{{ states('sensor.a') }}\", for: 1", "0") as hub:
        hub.set("sensor.a", "1")
        await hub.clock.advance(0.5)
        hub.set("sensor.a", "2")
        await hub.clock.advance(5)
        assert hub.said == []
        hub.set("sensor.a", "0")
        hub.set("sensor.a", "2")
        await hub.clock.advance(5)
        assert hub.said == ["fired"]


async def test_19_an_error_between_two_truths_does_not_fire_again() -> None:
    async with watching("trigger: template, value_template: \"{{ 1 / states('sensor.a') | int > 0 }}\"", "-1") as hub:
        for state in ("1", "0", "1"):
            hub.set("sensor.a", state)
        assert hub.said == ["fired"]


# --- time


def test_20_a_time_without_quotes_is_a_number_and_refused() -> None:
    (problem,) = problems("alias: a\ntriggers: [{trigger: time, at: 12:30}]\nactions: []")
    assert "750" in problem


@pytest.mark.parametrize(
    ("day_before", "times"), [(datetime(2024, 3, 30, 12, tzinfo=UTC), 0), (datetime(2024, 10, 26, 12, tzinfo=UTC), 2)]
)
async def test_21_a_time_is_skipped_when_clocks_go_forward_and_comes_twice_when_they_go_back(
    day_before: datetime, times: int
) -> None:
    async with engine(saying('trigger: time, at: "02:30"'), zone="Europe/Berlin", start=day_before) as hub:
        await hub.clock.advance(hours=22)
        assert len(hub.said) == times


async def test_22_a_pattern_of_hours_comes_once_in_the_hour() -> None:
    automation = saying('trigger: time_pattern, hours: "/2"', "{{ trigger.now.time() }}")
    async with engine(automation, start=datetime(2024, 3, 15, 9, 59, tzinfo=UTC)) as hub:
        await hub.clock.advance(minutes=119)
        assert hub.said == ["10:00:00"]


# --- event, webhook


async def test_23_a_text_is_not_the_number_that_an_event_should_carry() -> None:
    async with watching("trigger: event, event_type: go, event_data: {n: 5}") as hub:
        hub.fire("go", n="5")
        assert hub.said == []
        hub.fire("go", n=5)
        assert hub.said == ["fired"]


async def test_24_only_an_equal_list_is_the_list_that_an_event_should_carry() -> None:
    async with watching("trigger: event, event_type: go, event_data: {tags: [a, b]}") as hub:
        hub.fire("go", tags=["b", "a"])
        hub.fire("go", tags="a")
        assert hub.said == []
        hub.fire("go", tags=["a", "b"])
        assert hub.said == ["fired"]


# --- lists of triggers


async def test_26_one_unknown_trigger_makes_the_whole_automation_unavailable() -> None:
    triggers = "triggers: [{trigger: event, event_type: go}, {trigger: nonsense}]"
    async with engine(f"alias: a\n{triggers}\nactions: [{{action: test.say, data: {{text: fired}}}}]") as hub:
        hub.fire("go")
        assert (hub.state("automation.a"), hub.said) == ("unavailable", [])


async def test_27_the_index_of_a_nested_trigger_is_its_place_in_the_flat_list() -> None:
    one, two, three = (f"{{trigger: event, event_type: {name}}}" for name in ("one", "two", "three"))
    automation = f"""
        alias: a
        triggers: [{one}, {{triggers: [{two}, {three}]}}]
        actions: [{{action: test.say, data: {{text: "{{{{ trigger.idx }}}}"}}}}]
    """
    async with engine(automation) as hub:
        hub.fire("three")
        assert hub.said == [2]


async def test_28_a_trigger_that_is_not_enabled_keeps_its_place() -> None:
    automation = """
        alias: a
        triggers: [{trigger: event, event_type: one, enabled: "{{ false }}"}, {trigger: event, event_type: two}]
        actions: [{action: test.say, data: {text: "{{ trigger.idx }}"}}]
    """
    async with engine(automation) as hub:
        hub.fire("one")
        hub.fire("two")
        assert hub.said == [1]


# --- purpose-specific

ROOM = """
- alias: a
  triggers: [{{trigger: switch.turned_on, target: {{entity_id: [switch.a, switch.b, switch.c]}}, options: {{{options}}}}}]
  actions: [{{action: test.say}}]
"""


async def test_29_a_purpose_trigger_with_for_does_not_fire_for_a_return_from_unavailable() -> None:
    async with room("", ROOM.format(options="for: 1"), states={"switch.a": "on"}) as hub:
        hub.offer("test.say")
        hub.set("switch.a", "unavailable")
        hub.set("switch.a", "on")
        await hub.clock.advance(5)
        assert hub.calls == []


async def test_30_with_behavior_all_an_unavailable_entity_does_not_count() -> None:
    states = {"switch.a": "off", "switch.b": "on", "switch.c": "unavailable"}
    async with room("", ROOM.format(options="behavior: all"), states=states) as hub:
        hub.offer("test.say")
        hub.set("switch.a", "on")
        assert len(hub.calls) == 1
