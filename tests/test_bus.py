"""The bus: everything that happens passes here, in order, once."""

import asyncio
import logging
from typing import Any

import pytest

from hub.bus import Bus, listen_any
from hub.clock import SimulatedClock
from hub.model.context import Context
from hub.model.event import Event, Origin
from hub.model.names import EntityId
from hub.model.state import State, StateChange

A, B = EntityId("sensor.a"), EntityId("sensor.b")


@pytest.fixture
def bus() -> Bus:
    return Bus(SimulatedClock(1000.0))


class Heard(list[Any]):
    """A listener that remembers."""

    def __call__(self, what: Event | StateChange) -> None:
        self.append(what.event_type if isinstance(what, Event) else what.entity_id)


def change(entity_id: EntityId = A) -> StateChange:
    context = Context.new()
    return StateChange(entity_id, None, State(entity_id, "on", {}, 1, 1, 1, context), context, 1.0)


def test_listeners_hear_their_type_at_once_and_in_order(bus: Bus) -> None:
    """In the order in which they came."""
    heard: list[str] = []
    bus.listen("go", lambda event: heard.append(f"first {event.data['n']}"))
    bus.listen("go", lambda event: heard.append("second"))
    bus.listen("other", lambda event: heard.append("other"))

    bus.fire("go", {"n": 5})

    assert heard == ["first 5", "second"]


def test_an_event_tells_when_and_why(bus: Bus) -> None:
    """A context of its own when none is given."""
    heard: list[Event] = []
    bus.listen("go", heard.append)
    cause = Context.new()

    bus.fire("go", {"n": 1}, cause, Origin.REMOTE)
    bus.fire("go")

    first, second = heard
    assert (first.time, first.context, first.origin, first.data) == (1000.0, cause, Origin.REMOTE, {"n": 1})
    assert second.context != cause
    assert first.as_dict() == {
        "event_type": "go",
        "data": {"n": 1},
        "origin": "REMOTE",
        "time_fired": "1970-01-01T00:16:40+00:00",
        "context": cause.as_dict(),
    }


def test_the_star_hears_everything_but_reports(bus: Bus) -> None:
    """Those come too often; who wants them names them."""
    everything, reports = Heard(), Heard()
    bus.listen("*", everything)
    bus.listen("state_reported", reports)

    for event_type in ("go", "state_reported", "call_service"):
        bus.fire(event_type)
    bus.announce(change())

    assert everything == ["go", "call_service", "state_changed"]
    assert reports == ["state_reported"]


def test_changes_reach_watchers_of_the_entity_of_all_and_of_the_event(bus: Bus) -> None:
    """The event's data are the states."""
    one, every, events = Heard(), Heard(), list[Event]()
    bus.watch(A, one)
    bus.watch_all(every)
    bus.listen("state_changed", events.append)

    first = change(A)
    bus.announce(first)
    bus.announce(change(B))

    assert (one, every) == ([A], [A, B])
    assert events[0].data == {"entity_id": A, "old_state": None, "new_state": first.new}
    assert events[0].context == first.context


def test_who_leaves_hears_no_more(bus: Bus) -> None:
    """Twice is no error; of the same listener twice, one leaves at a time."""
    heard = Heard()
    leave_one = bus.listen("go", heard)
    leave_two = bus.listen("go", heard)
    leaves = [leave_one, bus.watch(A, heard), bus.watch_all(heard), listen_any(bus, ["x", "y"], heard)]

    bus.fire("go")
    for leave in (*leaves, *leaves):
        leave()
    bus.fire("go")
    bus.fire("x")
    bus.announce(change())

    assert heard == ["go", "go"]
    leave_two()
    assert bus.listener_counts() == {}
    assert not bus.hears("go")


def test_what_a_listener_fires_comes_after_what_it_heard(bus: Bus) -> None:
    """First everybody hears of the cause."""
    heard: list[str] = []

    def answers(event: Event) -> None:
        heard.append("cause, first")
        bus.fire("effect")
        heard.append("fired")

    bus.listen("cause", answers)
    bus.listen("cause", lambda event: heard.append("cause, second"))
    bus.listen("effect", lambda event: heard.append("effect"))

    bus.fire("cause")

    assert heard == ["cause, first", "fired", "cause, second", "effect"]


def test_who_comes_or_leaves_during_a_delivery_is_not_part_of_it(bus: Bus) -> None:
    """The delivery goes to those who were there when it began."""
    heard: list[str] = []

    def first(event: Event) -> None:
        heard.append("first")
        leave_second()
        bus.listen("go", lambda event: heard.append("third"))

    bus.listen("go", first)
    leave_second = bus.listen("go", lambda event: heard.append("second"))

    bus.fire("go")
    assert heard == ["first", "second"]
    bus.fire("go")
    assert heard == ["first", "second", "first", "third"]


@pytest.mark.parametrize("error", [ValueError("no"), ZeroDivisionError(), RecursionError(), KeyError("x")])
def test_a_listener_that_raises_hurts_only_itself(bus: Bus, error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """It is named with its traceback, and counted."""
    heard = Heard()

    def bad(what: object) -> None:
        raise error

    for _ in range(2):
        bus.listen("go", bad)
        bus.watch(A, bad)
        bus.listen("go", heard)
        bus.watch(A, heard)

    bus.fire("go")
    bus.announce(change())

    assert heard == ["go", "go", A, A]
    assert bus.failures == 4
    assert {record.levelno for record in caplog.records} == {logging.ERROR}
    assert all("bad failed on" in record.getMessage() and record.exc_info for record in caplog.records)


def test_nothing_is_made_for_nobody(bus: Bus) -> None:
    """Firing what nobody hears costs no event."""
    assert not bus.hears("go")
    bus.fire("go", context=None)
    bus.listen("*", Heard())
    assert bus.hears("go")
    assert not bus.hears("state_reported")


async def test_a_flood_leaves_the_loop_its_turns(bus: Bus) -> None:
    """In order; what is fired meanwhile queues behind it."""
    heard: list[int] = []
    bus.listen("number", lambda event: heard.append(event.data["n"]))

    def flood(event: Event) -> None:
        for number in range(1200):
            bus.fire("number", {"n": number})

    bus.listen("flood", flood)

    bus.fire("flood")
    assert len(heard) < 600
    bus.fire("number", {"n": 1200})
    for _ in range(4):
        await asyncio.sleep(0)

    assert heard == list(range(1201))
    assert bus.dropped == 0


async def test_what_answers_itself_ever_more_is_cut_off(bus: Bus, caplog: pytest.LogCaptureFixture) -> None:
    """It is told once, and counted; what others fire is kept."""
    heard = Heard()

    def echo(event: Event) -> None:
        for _ in range(3):
            bus.fire("echo")

    bus.listen("echo", echo)
    bus.listen("go", heard)

    bus.fire("echo")
    for _ in range(15):
        await asyncio.sleep(0)
        bus.fire("go")
    for _ in range(25):
        await asyncio.sleep(0)

    assert heard == ["go"] * 15
    assert bus.dropped > 1000
    assert [record.getMessage() for record in caplog.records] == [
        "listeners fire without end: the first that is thrown away is echo"
    ]


def test_a_thousand_listeners_of_as_many_types_do_not_slow_each_other(bus: Bus) -> None:
    """Only those of the type are looked at."""
    heard = Heard()
    leaves = [bus.listen(f"type{number}", heard) for number in range(1000)]

    bus.fire("type7")
    for leave in leaves:
        leave()

    assert heard == ["type7"]
    assert bus.listener_counts() == {}
