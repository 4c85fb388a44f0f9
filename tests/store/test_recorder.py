"""The recorder writes what the bus says."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.model.context import Context
from hub.model.names import EntityId
from hub.store import Choice, Selection
from tests.store.building import LONG_AGO, building


def count(path: Path, table: str) -> int:
    with sqlite3.connect(path) as database:
        (number,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(number)


async def test_a_state_comes_back_as_it_was(url: str) -> None:
    """Text, attributes, times and context."""
    async with building(url) as house:
        parent = Context.new(user_id="ada")
        written = house.states.set(EntityId("sensor.power"), "12.5", {"unit": "W", "list": [1, None]}, Context.new(parent, "bob"))

        (read,) = await house.history_of("sensor.power")

    assert read.as_dict() == written.as_dict()


async def test_every_change_is_written_and_nothing_else(url: str, path: Path) -> None:
    """An identical write is no change; one of the attributes alone is."""
    async with building(url) as house:
        house.set("sensor.a", "1")
        house.clock.run_next(house.clock.time() + 1)
        house.set("sensor.a", "1")
        house.set("sensor.a", "1", unit="W")
        house.set("sensor.a", "2", unit="W")

        states = await house.history_of("sensor.a")

    assert [(state.state, state.attributes, state.changed - state.updated) for state in states] == [
        ("1", {}, 0),
        ("1", {"unit": "W"}, -1),
        ("2", {"unit": "W"}, 0),
    ]
    assert (count(path, "states"), count(path, "state_attributes"), count(path, "states_meta")) == (3, 1, 1)


async def test_equal_attributes_and_data_are_written_once(url: str, path: Path) -> None:
    """Also after a restart, for the attributes that entities had last."""
    for _ in range(2):
        async with building(url) as house:
            await house.store.last_states()
            for number in range(300):
                house.set(f"sensor.s{number % 3}", str(number), unit="W", friendly_name=f"S{number % 3}")
                house.bus.fire("bench", {"even": number % 2})
            await house.recorder.flush()

    assert (count(path, "states"), count(path, "state_attributes"), count(path, "states_meta")) == (600, 3, 3)
    assert (count(path, "events"), count(path, "event_types")) == (600, 1)
    assert count(path, "event_data") == 4  # events of before the restart are not read again


async def test_events_come_back_in_order(url: str) -> None:
    """By type and time, the newest if there are too many; changes of state are not among them."""
    async with building(url) as house:
        for number in range(5):
            house.bus.fire("door", {"number": number})
            house.bus.fire("bell")
            house.set("sensor.a", str(number))
            house.clock.run_next(house.clock.time() + 1)
        began = datetime.fromtimestamp(1_700_000_000, UTC)

        everything = await house.store.events(None, LONG_AGO)
        doors = await house.store.events(["door"], began + timedelta(seconds=1), began + timedelta(seconds=4), limit=2)

    assert [event.event_type for event in everything] == ["door", "bell"] * 5
    assert [(event.data["number"], event.time) for event in doors] == [(2, 1_700_000_002.0), (3, 1_700_000_003.0)]


async def test_history_begins_with_what_was(url: str) -> None:
    """The last state from before, then what came until before the end."""
    async with building(url) as house:
        for number in range(10):
            house.set("sensor.a", str(number), number=number)
            house.clock.run_next(house.clock.time() + 10)
        began = datetime.fromtimestamp(1_700_000_000, UTC)
        name, ghost = EntityId("sensor.a"), EntityId("sensor.ghost")

        found = await house.store.history([name, ghost], began + timedelta(seconds=35), began + timedelta(seconds=60))

    assert [state.state for state in found[name]] == ["3", "4", "5"]
    assert found[ghost] == []


async def test_minimal_history_leaves_out_attributes(url: str) -> None:
    """And states that differ only in them."""
    async with building(url) as house:
        house.set("sensor.a", "1", number=1)
        house.set("sensor.a", "1", number=2)
        house.set("sensor.a", "2", number=3)

        found = await house.store.history([EntityId("sensor.a")], LONG_AGO, minimal=True)

    assert [(state.state, state.attributes) for state in found[EntityId("sensor.a")]] == [("1", {}), ("2", {})]


async def test_what_is_left_out_has_no_history_but_is_there_after_a_restart(url: str) -> None:
    """Excluding an entity must not make it forget itself."""
    selection = Selection(exclude=Choice(domains=frozenset({"automation"}), event_types=("noise_*",)))
    async with building(url, selection=selection) as house:
        house.set("automation.page", "on")
        house.set("automation.page", "off", last=1)
        house.set("automation.gone", "on")
        house.states.remove("automation.gone")
        house.set("sensor.a", "1")
        house.bus.fire("noise_1")
        house.bus.fire("signal")

        assert await house.told("automation.page") == []
        assert [event.event_type for event in await house.store.events(None, LONG_AGO)] == ["signal"]

    async with building(url) as house:
        last = await house.store.last_states()

    assert {name: (state.state, state.attributes) for name, state in last.items()} == {
        "automation.page": ("off", {"last": 1}),
        "sensor.a": ("1", {}),
    }


async def test_a_removed_entity_is_not_there_after_a_restart(url: str) -> None:
    """Its history is."""
    async with building(url) as house:
        house.set("sensor.a", "1")
        house.states.remove("sensor.a")

    async with building(url) as house:
        assert await house.store.last_states() == {}
        assert await house.told("sensor.a") == ["1"]
        house.set("sensor.a", "2")
        await house.recorder.flush()

        assert [state.state for state in (await house.store.last_states()).values()] == ["2"]


async def test_a_recorder_can_leave(url: str) -> None:
    """What the bus says afterwards is not written."""
    async with building(url) as house:
        second = house.store.recorder()
        leave = second.attach(house.bus)
        leave()
        house.set("sensor.a", "1")
        await house.recorder.flush()

        assert house.store.status().written == 1


CURIOUS: dict[Any, Any] = {
    "self": None,
    "set": {3, 1, 2},
    "object": object,
    "huge": 2**100,
    "bytes": b"\xff",
    "deep": [[[[]]]],
    5: "five",
}


async def test_values_that_json_does_not_know_are_written_all_the_same(url: str) -> None:
    """As text, or as the nearest thing."""
    async with building(url) as house:
        house.states.set(EntityId("sensor.a"), "1", CURIOUS)
        house.bus.fire("odd", {"half": "\ud800", "nan": float("nan"), "when": datetime(2025, 1, 1, tzinfo=UTC)})

        (state,) = await house.history_of("sensor.a")
        (event,) = await house.store.events(["odd"], LONG_AGO)

    assert (state.attributes["set"], state.attributes["huge"], state.attributes["5"]) == ([1, 2, 3], 2**100, "five")
    assert event.data["when"] == "2025-01-01T00:00:00+00:00"


async def test_one_record_that_cannot_be_written_hurts_no_other(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is counted and logged once; its neighbours are in their order."""
    async with building(url) as house:
        for number in range(500):
            house.set("sensor.a", "\ud800" if number in (7, 250) else str(number))
        await house.recorder.flush()

        told, status = await house.told("sensor.a"), house.recorder.status()

    assert told == [str(number) for number in range(500) if number not in (7, 250)]
    assert (status.written, status.dropped, status.queued) == (498, 2, 0)
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "The database does not take a record, which is dropped"
    ]


async def test_ten_thousand_entities_are_recorded(url: str) -> None:
    """Each with attributes of its own, and an event of its own type."""
    async with building(url) as house:
        for number in range(10_000):
            house.set(f"sensor.s{number}", "1", number=number)
            house.bus.fire(f"type_{number}", {"number": number})
        assert await house.recorder.flush()

    async with building(url) as house:
        last = await house.store.last_states()
        events = await house.store.events(["type_9999"], LONG_AGO)

    assert len(last) == 10_000
    assert last[EntityId("sensor.s1234")].attributes == {"number": 1234}
    assert [event.data for event in events] == [{"number": 9999}]


async def test_a_store_in_memory_is_read_like_any_other() -> None:
    """For tests and rehearsals."""
    async with building("sqlite://") as house, building("sqlite://") as other:
        house.set("sensor.a", "1")
        await other.recorder.flush()

        assert await house.told("sensor.a") == ["1"]
        assert await other.told("sensor.a") == []
