"""The recorder survives a database that takes nothing."""

import sqlite3
from pathlib import Path

import pytest

from hub.errors import StoreError
from hub.store import Pace
from hub.store.database import Connection
from tests.store.building import QUICK, Building, building


def lock(path: Path) -> sqlite3.Connection:
    """Hold the database's write lock until the answer is closed."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


async def fill_disk(house: Building, pages: int) -> None:
    """Let the database have no more pages: SQLite answers as it does on a full disk."""

    def limit(connection: Connection) -> None:
        ((used,),) = connection.execute("PRAGMA page_count")
        connection.execute(f"PRAGMA max_page_count = {used + pages}")

    await house.store._writer.run(limit)


async def caught_up(house: Building) -> None:
    while not await house.recorder.flush():
        pass


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message.partition("(")[0].strip() for record in caplog.records]


async def test_a_locked_database_is_reported_once_and_caught_up(url: str, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Locked for longer than the writer waits: states keep flowing, and all are there in the end."""
    async with building(url) as house:
        house.set("sensor.a", "before")
        await house.recorder.flush()
        other = lock(path)
        for number in range(10):
            house.set("sensor.a", str(number))
            house.bus.fire("door")
            assert not await house.recorder.flush()
        locked = house.recorder.status()
        other.close()
        await caught_up(house)

        assert (locked.queued, locked.dropped, locked.last_error) == (20, 0, "database is locked")
        assert house.recorder.status().last_error is None
        assert await house.told("sensor.a") == ["before", *map(str, range(10))]
    assert messages(caplog) == [
        "The database takes nothing at the moment",
        "The database is well again; 20 records are caught up.",
    ]


async def test_a_lock_shorter_than_the_patience_goes_unnoticed(url: str, path: Path) -> None:
    """The writer waits for it."""
    async with building(url, pace=Pace(linger=0.001, busy_timeout=10)) as house:
        other = lock(path)
        house.set("sensor.a", "1")
        other.close()

        assert await house.recorder.flush()


async def test_a_full_disk_is_reported_once_and_caught_up(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """What the failed batches taught is forgotten with them: no row refers to one that is not there."""
    async with building(url) as house:
        house.set("sensor.a", "0", number=0)
        await house.recorder.flush()
        await fill_disk(house, pages=4)
        for number in range(1, 3000):
            house.set(f"sensor.s{number % 100}", str(number), number=number)
            house.bus.fire(f"type_{number % 100}", {"number": number})
        assert not await house.recorder.flush()
        full = house.recorder.status()
        await fill_disk(house, pages=1_000_000)
        await caught_up(house)

        assert full.last_error == "database or disk is full"
        assert full.dropped == house.recorder.status().dropped == 0
        assert (await house.told("sensor.s1"))[-1] == "2901"
        assert (await house.history_of("sensor.s1"))[-1].attributes == {"number": 2901}
    assert messages(caplog)[0] == "The database takes nothing at the moment"
    with sqlite3.connect(url.removeprefix("sqlite:///")) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM states").fetchall() == [(3000,)]


async def test_too_many_waiting_records_are_given_up_oldest_first(url: str, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Counted, reported once; what registries keep is never given up."""
    async with building(url, pace=Pace(linger=0.001, retry=0.02, busy_timeout=0.05, capacity=100)) as house:
        registries = await house.store.load_registries(house.bus, house.states)
        other = lock(path)
        house.set("sensor.a", "first")
        assert not await house.recorder.flush()  # the writer holds it now
        registries.labels.create("Sun")
        for number in range(1000):
            house.set("sensor.a", str(number))
        waiting = house.recorder.status()
        other.close()
        await caught_up(house)

        told = await house.told("sensor.a")
        assert told[-1] == "999"
        assert told[0] == "first"
        assert waiting.queued <= 102
        assert waiting.queued + waiting.dropped == 1000 + 1 + 2
        assert house.recorder.status().dropped == waiting.dropped
        assert sum("given up" in record.message for record in caplog.records) == 1
    async with building(url) as house:
        again = await house.store.load_registries(house.bus, house.states)
        assert [label.name for label in again.labels.all()] == ["Sun"]


async def test_what_waits_for_the_disk_is_told_that_there_is_none(url: str, path: Path) -> None:
    """A memory does not pretend to have kept something; once the database is well it keeps again."""
    async with building(url) as house:
        memory = await house.store.memory("ftp")
        other = lock(path)

        with pytest.raises(StoreError, match="locked"):
            await memory.put({"cursor": 1})
        assert memory.get("cursor") is None

        other.close()
        await memory.put({"cursor": 2})
        assert memory.get("cursor") == 2


async def test_closing_while_the_database_is_locked_ends(url: str, path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And says how much was lost."""
    async with building(url) as house:
        other = lock(path)
        house.set("sensor.a", "1")
    other.close()

    assert "1 records are lost" in caplog.records[-1].message


async def test_a_closed_store_takes_no_more_work(url: str) -> None:
    """It says so, and nobody waits for ever."""
    async with building(url, pace=QUICK) as house:
        memory = await house.store.memory("ftp")

    with pytest.raises(StoreError, match="closed"):
        await memory.put({"cursor": 1})


async def test_a_job_that_fails_hurts_no_other_job(url: str) -> None:
    """Each has its own savepoint, though they share a commit."""

    def fail(connection: Connection) -> None:
        connection.execute("INSERT INTO memory (instance, key, value) VALUES ('x', 'bad', '1')")
        raise LookupError("mine alone")

    async with building(url) as house:
        memory = await house.store.memory("x")
        bad, good = house.store._writer.submit(fail), house.store._writer.submit(lambda c: c.execute("SELECT 1"))
        await memory.put({"good": 1})

        with pytest.raises(LookupError, match="mine alone"):
            await bad
        assert await good == [(1,)]
    async with building(url) as house:
        assert (await house.store.memory("x")).items() == {"good": 1}


async def test_two_hubs_cannot_write_to_one_database(url: str) -> None:
    """The second is told at once; it can when the first has gone."""
    async with building(url):
        with pytest.raises(StoreError, match="another hub"):
            async with building(url):
                pass

    async with building(url) as house:
        house.set("sensor.a", "1")
        assert await house.recorder.flush()


async def test_a_commit_that_was_lost_after_all_hurts_nothing_that_follows(url: str, path: Path) -> None:
    """After a failure the writer looks again at what is there, and refers to nothing that is not."""
    async with building(url) as house:
        house.set("sensor.a", "1", unit="W")
        house.bus.fire("door", {"open": True})
        await house.recorder.flush()
        other = lock(path)
        house.set("sensor.a", "2", unit="W")
        house.bus.fire("door", {"open": True})
        assert not await house.recorder.flush()
        for table in ("states", "events", "states_meta", "state_attributes", "event_types", "event_data"):
            other.execute(f"DELETE FROM {table}")
        other.execute("COMMIT")
        other.close()
        await caught_up(house)

        assert await house.told("sensor.a") == ["2"]
        assert house.recorder.status().dropped == 0
