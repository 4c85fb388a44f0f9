"""`trigger: state` (DIALECT 2.1)."""

from collections.abc import Callable

import pytest

from hub.automation.trace import Trace
from hub.model.context import Context
from hub.model.state import State
from tests.automation.engine import Engine, engine, problems

SAY = "actions: [{action: test.say, data: {text: '{{ trigger.to_state.state if trigger.to_state else none }}'}}]"


def watching(more: str) -> str:
    """An automation that says the new state of sensor.a."""
    return f"alias: a\ntriggers: [{{trigger: state, entity_id: sensor.a, {more}}}]\nmode: parallel\n{SAY}"


APPEARS, ATTRIBUTE, CHANGES, REWRITTEN, REMOVED = "appears", "attribute only", "changes", "rewritten", "removed"
DEEDS: dict[str, Callable[[Engine], None]] = {
    APPEARS: lambda hub: hub.set("sensor.a", "on"),
    ATTRIBUTE: lambda hub: hub.set("sensor.a", "on", x=1),
    REWRITTEN: lambda hub: hub.set("sensor.a", "on", force=True, x=1),
    CHANGES: lambda hub: hub.set("sensor.a", "off", x=1),
    "changes back": lambda hub: hub.set("sensor.a", "on", x=1),
    REMOVED: lambda hub: (hub.states.remove("sensor.a"), None)[1],
}


@pytest.mark.parametrize(
    ("keys", "fires"),
    [
        ("", [APPEARS, ATTRIBUTE, REWRITTEN, CHANGES, "changes back", REMOVED]),
        ("to: null", [APPEARS, CHANGES, "changes back", REMOVED]),
        ("to: 'on'", [APPEARS, "changes back"]),
        ("to: '*'", [APPEARS, CHANGES, "changes back", REMOVED]),
        ("from: 'on'", [CHANGES, REMOVED]),
        ("not_to: [unavailable]", [APPEARS, CHANGES, "changes back", REMOVED]),
        ("not_to: 'off'", [APPEARS, "changes back", REMOVED]),
        ("not_from: null", [APPEARS, CHANGES, "changes back", REMOVED]),
        ("not_from: 'on'", [APPEARS, "changes back"]),
        ("from: 'off', to: 'on'", ["changes back"]),
        ("to: ['on', 'off']", [APPEARS, CHANGES, "changes back"]),
    ],
)
async def test_which_changes_fire(keys: str, fires: list[str]) -> None:
    """A key that is written counts, even when it is null."""
    fired = []
    async with engine(watching(keys)) as hub:
        for name, deed in DEEDS.items():
            before = len(hub.calls)
            deed(hub)
            if len(hub.calls) > before:
                fired.append(name)

    assert fired == fires


async def test_an_attribute_may_be_of_any_kind() -> None:
    """From missing to null is no change."""
    async with engine(watching("attribute: level, to: [5, true]"), states={"sensor.a": "on"}) as hub:
        for level in (None, 4, 5, 5, True, 6):
            hub.set("sensor.a", "on", level=level)
        assert len(hub.calls) == 2

    async with engine(watching("attribute: level"), states={"sensor.a": "on"}) as hub:
        hub.set("sensor.a", "on", level=None)
        assert hub.calls == []
        hub.set("sensor.a", "on", level=0)
        hub.set("sensor.a", "off", level=0)
        assert len(hub.calls) == 1


async def test_several_entities_each_count() -> None:
    """As a list, or with commas between; in any case."""
    for entities in ("[sensor.a, Sensor.B]", "'sensor.a, SENSOR.b'"):
        automation = f"alias: a\ntriggers: {{trigger: state, entity_id: {entities}, to: 'on'}}\n{SAY}"
        async with engine(automation, states={"sensor.a": "off", "sensor.b": "off"}) as hub:
            hub.set("sensor.a", "on")
            hub.set("sensor.b", "on")
            hub.set("sensor.c", "on")
            assert hub.said == ["on", "on"]


async def test_what_the_run_is_told() -> None:
    """Everything that Home Assistant's `trigger` has; the cause is the parent of the run's context."""
    automation = """
        alias: a
        triggers:
          - trigger: state
            entity_id: sensor.a
            to: "on"
            id: risen
            alias: It rises
        actions:
          - event: told
            event_data: {id: "{{ trigger.id }}", idx: "{{ trigger.idx }}", from: "{{ trigger.from_state.state }}"}
    """
    async with engine(automation, states={"sensor.a": "off"}) as hub:
        cause = Context.new(user_id="ada")
        hub.set("sensor.a", "on", cause)

        (trace,) = hub.runs("automation.a")
        assert trace.trigger is not None
        states = {key: value.state for key, value in trace.trigger.items() if isinstance(value, State)}
        assert states == {"from_state": "off", "to_state": "on"}
        assert {key: value for key, value in trace.trigger.items() if key not in states} == {
            "id": "risen", "idx": "0", "alias": "It rises", "platform": "state", "entity_id": "sensor.a", "for": None,
            "attribute": None, "description": "state of sensor.a",
        }  # fmt: skip
        assert hub.fired("told") == [{"id": "risen", "idx": 0, "from": "off"}]
        assert trace.context.parent_id == cause.id
        assert trace.context.user_id is None


# ------------------------------------------------------------------------------------------------------------------------- for


async def test_a_held_state_must_hold_for_the_whole_time() -> None:
    """The period begins again when the value flickers; it fires once, with the states of its beginning."""
    async with engine(watching("to: 'on', for: '00:02:00'"), states={"sensor.a": "off"}) as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(minutes=1)
        hub.set("sensor.a", "unavailable")
        hub.set("sensor.a", "on")
        await hub.clock.advance(minutes=1, seconds=59)
        assert hub.said == []

        await hub.clock.advance(seconds=1)
        assert hub.said == ["on"]
        assert _from_states(hub.runs("automation.a")) == ["unavailable"]
        await hub.clock.advance(hours=1)
        assert hub.said == ["on"]


async def test_attributes_do_not_disturb_what_is_held() -> None:
    """Only the value counts while `to` is written."""
    async with engine(watching("to: 'on', for: 60"), states={"sensor.a": "off"}) as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(seconds=30)
        hub.set("sensor.a", "on", x=1)
        await hub.clock.advance(seconds=30)
        assert hub.said == ["on"]


async def test_only_from_is_ended_by_the_old_value_alone() -> None:
    """Off → on → idle fires all the same, with `to_state` on; off → on → off does not."""
    async with engine(watching("from: 'off', for: {minutes: 1}"), states={"sensor.a": "off"}) as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(seconds=30)
        hub.set("sensor.a", "idle")
        await hub.clock.advance(seconds=30)
        assert hub.said == ["on"]

        hub.set("sensor.a", "off")
        hub.set("sensor.a", "on")
        hub.set("sensor.a", "off")
        await hub.clock.advance(minutes=2)
        assert hub.said == ["on"]


async def test_a_list_of_values_begins_again_with_each() -> None:
    """On → idle inside the period: `to_state` is idle."""
    async with engine(watching("to: ['on', idle], for: 60"), states={"sensor.a": "off"}) as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(seconds=30)
        hub.set("sensor.a", "idle")
        await hub.clock.advance(seconds=59)
        assert hub.said == []
        await hub.clock.advance(seconds=1)
        assert hub.said == ["idle"]


async def test_without_keys_an_attribute_begins_a_second_period() -> None:
    """It fires twice."""
    async with engine(watching("for: 60"), states={"sensor.a": "off"}) as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(seconds=30)
        hub.set("sensor.a", "on", x=1)
        await hub.clock.advance(seconds=30)
        assert hub.said == ["on"]
        await hub.clock.advance(seconds=30)
        assert hub.said == ["on", "on"]


async def test_from_and_to_do_not_match_a_return_from_unavailable() -> None:
    """The period is lost."""
    async with engine(watching("from: 'off', to: 'on', for: 60"), states={"sensor.a": "off"}) as hub:
        hub.set("sensor.a", "on")
        hub.set("sensor.a", "unavailable")
        hub.set("sensor.a", "on")
        await hub.clock.advance(minutes=5)
        assert hub.said == []


async def test_each_entity_has_its_own_period() -> None:
    """And one that is removed loses it."""
    automation = f"alias: a\ntriggers: [{{trigger: state, entity_id: [sensor.a, sensor.b], to: 'on', for: 60}}]\n{SAY}"
    async with engine(automation, states={"sensor.a": "off", "sensor.b": "off"}) as hub:
        hub.set("sensor.a", "on")
        await hub.clock.advance(seconds=30)
        hub.set("sensor.b", "on")
        hub.states.remove("sensor.a")
        await hub.clock.advance(seconds=59)
        assert hub.said == []
        await hub.clock.advance(seconds=1)
        assert hub.said == ["on"]


async def test_what_is_so_already_never_begins_to_count() -> None:
    """A change is needed."""
    async with engine(watching("to: 'on', for: 60"), states={"sensor.a": "on"}) as hub:
        hub.set("sensor.a", "on", x=1)
        await hub.clock.advance(hours=2)
        assert hub.said == []


async def test_for_may_be_a_template_that_sees_the_change() -> None:
    """One that gives no duration is told and nothing fires; 0 fires at once."""
    template = "{seconds: '{{ trigger.to_state.attributes.hold }}'}"
    async with engine(watching(f"to: 'on', for: {template}"), states={"sensor.a": "off"}) as hub:
        hub.set("sensor.a", "on", hold=0)
        assert hub.said == ["on"]
        hub.set("sensor.a", "off")
        hub.set("sensor.a", "on", hold=10)
        await hub.clock.advance(seconds=10)
        assert hub.said == ["on", "on"]
        for nonsense in ("soon", -5, None):
            hub.set("sensor.a", "off")
            hub.set("sensor.a", "on", hold=nonsense)
            await hub.clock.advance(hours=1)
        assert hub.said == ["on", "on"]
        assert hub.bus.failures == 0


async def test_ten_thousand_entities_may_be_held_at_once() -> None:
    """Each fires at its own moment; those that flicker do not."""
    ids = [f"sensor.n{number}" for number in range(10_000)]
    trigger = f"{{trigger: state, entity_id: [{', '.join(ids)}], to: 'on', for: 60}}"
    automation = f"alias: a\nmode: parallel\nmax: 20000\ntriggers: {trigger}\n{SAY}"
    async with engine(automation, states=dict.fromkeys(ids, "off")) as hub:
        for entity_id in ids:
            hub.set(entity_id, "on")
        for entity_id in ids[::2]:
            hub.set(entity_id, "off")
        while hub.clock.run_next(hub.clock.time() + 60):
            pass
        assert len(hub.said) == 5_000
        assert hub.clock.next_due() is None


# ------------------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("to: on", "to: a state is a text; put quotes round it: 'on'"),
        ("to: 5", "to: a state is a text; put quotes round it: '5'"),
        ("from: [idle, off]", "from: a state is a text; put quotes round it: 'off'"),
        ("to: idle, not_to: idle", "to and not_to cannot stand together"),
        ("from: idle, not_from: idle", "from and not_from cannot stand together"),
        ("for: -5", "-5 is negative"),
        ("for: soon", "'soon' is not a duration"),
        ("for: {minuets: 5}", "'minuets' is not a unit of time"),
    ],
)
def test_what_cannot_be_meant_is_refused(keys: str, message: str) -> None:
    """With the position of the value."""
    (found,) = problems(watching(keys))
    assert message in found
    assert found.startswith("2:")


async def test_an_automation_that_is_invalid_does_not_hurt_the_others() -> None:
    """It is there, unavailable."""
    automations = """
        - {alias: bad, triggers: [{trigger: state, entity_id: sensor.a, to: on}], actions: []}
        - {alias: worse, triggers: [{trigger: state, entity_id: sensor.a}, {trigger: nonsense}], actions: []}
        - {alias: good, triggers: [{trigger: state, entity_id: sensor.a}], actions: [{action: test.say, data: {text: hello}}]}
    """
    async with engine(automations) as hub:
        hub.set("sensor.a", "on")
        assert hub.said == ["hello"]
        assert [state.state for state in hub.states.all("automation")] == ["unavailable", "on", "unavailable"]


def _from_states(traces: list[Trace]) -> list[str]:
    return [trace.trigger["from_state"].state for trace in traces if trace.trigger is not None]
