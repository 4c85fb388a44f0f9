"""What is old is forgotten."""

import sqlite3
from datetime import timedelta
from pathlib import Path

from hub.store.database import Connection
from tests.store.building import LONG_AGO, Building, building

DAY = 86_400.0


def pass_days(house: Building, days: float) -> None:
    house.clock.run_next(house.clock.time() + days * DAY)


async def test_old_states_and_events_go_with_what_only_they_needed(url: str, path: Path) -> None:
    """Each entity keeps its newest state, however old."""
    async with building(url) as house:
        for day in range(10):
            house.set("sensor.a", str(day), day=day)
            house.set("sensor.b", "on")
            house.bus.fire("tick", {"day": day})
            pass_days(house, 1)

        purged = await house.store.purge(keep=timedelta(days=3, hours=1))

        assert (purged.states, purged.events) == (7, 7)
        assert await house.told("sensor.a") == ["7", "8", "9"]
        assert await house.told("sensor.b") == ["on"]
        assert [event.data["day"] for event in await house.store.events(None, LONG_AGO)] == [7, 8, 9]
        with sqlite3.connect(path) as database:
            assert database.execute("SELECT count(*) FROM state_attributes").fetchall() == [(3,)]
            assert database.execute("SELECT count(*) FROM event_data").fetchall() == [(3,)]
            assert database.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_attributes_that_were_forgotten_can_come_again(url: str) -> None:
    """They are written anew, not referred to."""
    async with building(url) as house:
        house.set("sensor.a", "1", mode="eco")
        house.bus.fire("tick", {"mode": "eco"})
        pass_days(house, 2)
        house.set("sensor.a", "2", mode="boost")
        await house.store.purge(keep=timedelta(days=1))

        house.set("sensor.a", "3", mode="eco")
        house.bus.fire("tick", {"mode": "eco"})

        assert [state.attributes["mode"] for state in await house.history_of("sensor.a")] == ["boost", "eco"]
        assert [event.data for event in await house.store.events(None, LONG_AGO)] == [{"mode": "eco"}]


async def test_many_rows_go_in_small_portions_while_others_are_written(url: str) -> None:
    """And the file does not grow when as many come again."""

    def pages(connection: Connection) -> int:
        return int(connection.execute("PRAGMA page_count")[0][0])

    async with building(url) as house:
        sizes = []
        for _ in range(2):
            for number in range(12_000):
                house.set(f"sensor.s{number % 10}", str(number), number=number)
            pass_days(house, 2)
            house.set("sensor.now", str(house.clock.time()))
            await house.store.purge(keep=timedelta(days=1))
            sizes.append(await house.store._writer.run(pages))

        assert await house.told("sensor.s3") == ["11993"]
        assert sizes[1] <= sizes[0] * 1.1


async def test_nothing_old_is_nothing_to_do(url: str) -> None:
    """Also in an empty database."""
    async with building(url) as house:
        assert await house.store.purge(keep=timedelta(days=1)) == await house.store.purge(keep=timedelta(0))
        house.set("sensor.a", "1")
        await house.recorder.flush()

        assert (await house.store.purge(keep=timedelta(days=1))).states == 0
