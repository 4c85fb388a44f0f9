"""The state machine: Home Assistant's rules of what changed, what was updated and what was only reported (DIALECT 10.1)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.model.context import Context
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State, StateChange
from hub.states import StateMachine, StateTooLong

A, B = EntityId("sensor.a"), EntityId("light.b")


class House:
    """A state machine, its clock, and what it told."""

    def __init__(self) -> None:
        self.clock = SimulatedClock(0.0)
        self.bus = Bus(self.clock)
        self.states = StateMachine(self.bus, self.clock)
        self.changes: list[StateChange] = []
        self.reports: list[Event] = []
        self.bus.watch_all(self.changes.append)
        self.bus.listen("state_reported", self.reports.append)

    def at(self, second: float, state: str, force: bool = False, **attributes: Any) -> State:
        """Write sensor.a at this second."""
        self.clock.run_next(second)
        return self.states.set(A, state, attributes, force=force)

    def times(self) -> tuple[float, float, float]:
        state = self.states.get(A)
        assert state is not None
        return state.changed, state.updated, state.reported


def test_three_moments_are_kept_apart() -> None:
    """Another text changes; another attribute updates; the same again is only reported."""
    house = House()
    house.at(1, "on", x=1)
    assert house.times() == (1, 1, 1)
    house.at(2, "on", x=2)
    assert house.times() == (1, 2, 2)
    house.at(3, "on", x=2)
    assert house.times() == (1, 2, 3)
    house.at(4, "off", x=2)
    assert house.times() == (4, 4, 4)
    house.at(5, "off", force=True, x=2)
    assert house.times() == (5, 5, 5)


def test_only_what_changed_is_announced() -> None:
    """With the state before and after; an identical write is told as a report."""
    house = House()
    first = house.at(1, "on")
    second = house.at(2, "on", x=1)
    third = house.at(3, "on", x=1)
    house.states.remove(A)

    assert [(change.old, change.new) for change in house.changes] == [(None, first), (first, second), (third, None)]
    (report,) = house.reports
    assert report.data == {"entity_id": A, "old_last_reported": datetime.fromtimestamp(2, UTC), "new_state": third}


def test_forcing_announces_also_what_is_the_same() -> None:
    """As when a button is pressed twice."""
    house = House()
    house.at(1, "on")
    house.at(2, "on", force=True)
    assert len(house.changes) == 2
    assert house.reports == []


def test_the_context_stays_with_the_state_that_it_caused() -> None:
    """A report does not take it over; a removal has its own."""
    house = House()
    ada, bob = Context.new(user_id="ada"), Context.new(user_id="bob")
    house.states.set(A, "on", {}, ada)
    house.states.set(A, "on", {}, bob)
    state = house.states.get(A)
    assert state is not None
    assert state.context == ada
    house.states.remove(A, bob)
    assert house.changes[-1].context == bob


def test_a_state_has_at_most_255_characters() -> None:
    """A longer one changes nothing."""
    house = House()
    house.at(1, "x" * 255)
    with pytest.raises(StateTooLong, match=r"sensor\.a has 256 characters; at most 255"):
        house.at(2, "x" * 256)
    assert house.times() == (1, 1, 1)


def test_states_are_listed_in_order_of_their_ids_or_of_their_coming() -> None:
    """Of all entities or of one domain."""
    house = House()
    ids = [EntityId(text) for text in ("sensor.c", "light.a", "sensor.b")]
    for entity_id in ids:
        house.states.set(entity_id, "on")

    assert house.states.ids() == ["light.a", "sensor.b", "sensor.c"]
    assert [state.entity_id for state in house.states.all("sensor")] == ["sensor.b", "sensor.c"]
    assert [state.entity_id for state in house.states.in_order_of_appearance()] == ids
    assert [state.entity_id for state in house.states.in_order_of_appearance("sensor")] == ["sensor.c", "sensor.b"]
    assert house.states.all("lock") == []
    assert len(house.states) == 3
    house.states.remove("sensor.c")
    assert house.states.ids("sensor") == ["sensor.b"]
    assert not house.states.remove("sensor.c")


def test_the_generations_tell_when_to_look_again() -> None:
    """Of the set of entities, and of any state."""
    house = House()
    seen = [(house.states.generation, house.states.writes)]

    def note() -> None:
        seen.append((house.states.generation, house.states.writes))

    for deed in (lambda: house.at(1, "on"), lambda: house.at(2, "on"), lambda: house.states.remove(A)):
        deed()
        note()
    house.states.restore(State(B, "on", {}, 0, 0, 0, Context.new()))
    note()

    assert [generation for generation, _ in seen] == [0, 1, 1, 2, 3]
    assert [writes for _, writes in seen] == [0, 1, 2, 3, 4]


def test_what_was_before_a_restart_is_put_back_silently() -> None:
    """With its times; what somebody has said meanwhile wins."""
    house = House()
    before = State(A, "on", {"x": 1}, 1, 2, 3, Context.new())
    house.states.restore(before)
    house.states.restore(State(A, "off", {}, 9, 9, 9, Context.new()))

    assert house.states.get("sensor.a") == before
    assert house.changes == []
    assert house.states.ids("sensor") == [A]
    house.at(10, "on", x=1)
    assert house.times() == (1, 2, 10)


def test_an_entity_that_nobody_knows_keeps_what_it_is() -> None:
    """Its attributes stay; one that never was does not appear."""
    house = House()
    house.at(1, "5", unit_of_measurement="W")
    house.states.make_unavailable(A)
    house.states.make_unavailable(B)
    state = house.states.get(A)
    assert state is not None
    assert (state.state, state.attributes) == ("unavailable", {"unit_of_measurement": "W"})
    assert house.states.get(B) is None


def test_a_watcher_sees_the_new_state_in_place() -> None:
    """And what it writes is announced after everybody has heard."""
    house = House()
    order: list[str] = []

    def answers(change: StateChange) -> None:
        state = house.states.get(A)
        assert state is change.new
        if change.new is not None and change.new.state == "one":
            house.states.set(A, "two")
            order.append("written")

    house.bus.watch(A, answers)
    house.bus.watch(A, lambda change: order.append(change.new.state if change.new else ""))
    house.at(1, "one")
    assert order == ["written", "one", "two"]


def test_a_state_reads_as_home_assistant_shows_it() -> None:
    """Times with their zone; a name for people."""
    house = House()
    state = house.at(1, "5", friendly_name="Roof")
    assert state.as_dict() == {
        "entity_id": "sensor.a",
        "state": "5",
        "attributes": {"friendly_name": "Roof"},
        "last_changed": "1970-01-01T00:00:01+00:00",
        "last_reported": "1970-01-01T00:00:01+00:00",
        "last_updated": "1970-01-01T00:00:01+00:00",
        "context": state.context.as_dict(),
    }
    assert (state.name, state.domain, state.object_id) == ("Roof", "sensor", "a")
    assert house.states.set(EntityId("light.hall_lamp"), "on").name == "hall lamp"


@given(st.lists(st.tuples(st.sampled_from(["on", "off"]), st.sampled_from([{}, {"x": 1}, {"x": 2}]), st.booleans()), max_size=30))
def test_the_moments_never_run_backwards(writes: list[tuple[str, dict[str, int], bool]]) -> None:
    """Changed ≤ updated ≤ reported, and each write that differs is announced."""
    house = House()
    announced = 0
    last: tuple[str, dict[str, int]] | None = None
    for second, (state, attributes, force) in enumerate(writes):
        house.at(second, state, force, **attributes)
        announced += force or (state, attributes) != last
        last = (state, attributes)
        changed, updated, reported = house.times()
        assert changed <= updated <= reported == second
    assert len(house.changes) == announced
