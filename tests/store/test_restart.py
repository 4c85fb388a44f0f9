"""What must still be there after a restart, however the hub ended."""

import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from hub.clock import SimulatedClock
from hub.errors import StoreError
from hub.model.entity import Area, Category, Device
from hub.model.names import EntityId
from hub.store import Store
from tests.store.building import building

VICTIM = """
import asyncio, sys
from hub.bus import Bus
from hub.clock import SystemClock
from hub.model.names import EntityId
from hub.states import StateMachine
from hub.store import Store

async def main():
    clock = SystemClock()
    bus = Bus(clock)
    states = StateMachine(bus, clock)
    async with Store.open(sys.argv[1], clock=clock) as store:
        store.recorder().attach(bus)
        registries = await store.load_registries(bus, states)
        memory = await store.memory("ftp")
        number = 0
        while True:
            await memory.put({"round": number, "twin": number})
            registries.labels.create(f"Label {number}")
            for _ in range(500):
                number += 1
                states.set(EntityId("sensor.a"), str(number), {"number": number})
            await store.flush()
            print(number, flush=True)

asyncio.run(main())
"""


async def test_everything_that_was_told_survives_kill_9(url: str, path: Path) -> None:
    """A process killed in the middle of its work leaves a sound database with all that it had said was written."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", VICTIM, url, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    for _ in range(8):
        line = await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    told = int(line)

    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    async with building(url) as house:
        last = (await house.store.last_states())[EntityId("sensor.a")]
        registries = await house.store.load_registries(house.bus, house.states)
        memory = (await house.store.memory("ftp")).items()

    assert told == 8 * 500
    assert int(last.state) >= told
    assert last.attributes == {"number": int(last.state)}
    assert memory["round"] == memory["twin"] >= told - 500
    assert len(registries.labels) >= 8


async def test_registries_come_back(url: str) -> None:
    """Rows of all kinds, with everything that an admin said; what was removed stays away."""
    async with building(url) as house:
        registries = await house.store.load_registries(house.bus, house.states)
        floor = registries.floors.create("Top", level=3, aliases=("roof",))
        registries.areas.create("Attic", floor_id=floor.id)
        registries.labels.create("Sun", description="hot")
        registries.labels.create("Moon")
        device = registries.devices.get_or_create("ftp", "ftp", Device(key="d", name="Server", area="Attic", model="X"))
        registries.entities.register("ftp", "a", domain="sensor", device_id=device.id, category=Category.DIAGNOSTIC)
        registries.entities.update("sensor.ftp_a", name="Roof", labels=["sun"], hidden=True)
        registries.entities.register("ftp", "gone", domain="sensor")
        registries.entities.remove("sensor.ftp_gone")
        registries.labels.remove("moon")

    async with building(url) as house:
        later = await house.store.load_registries(house.bus, house.states)

    assert later.entities.all() == registries.entities.all()
    assert later.devices.all() == registries.devices.all()
    assert later.areas.all() == [Area(id="attic", name="Attic", floor_id="top")]
    assert later.floors.all() == registries.floors.all()
    assert later.labels.all() == registries.labels.all()


async def test_a_renamed_entity_keeps_its_history(url: str) -> None:
    """Also what was said in the same moment, and after a restart."""
    async with building(url) as house:
        registries = await house.store.load_registries(house.bus, house.states)
        registries.entities.register("ftp", "a", domain="sensor", suggested_object_id="a")
        house.set("sensor.a", "1")
        registries.entities.update("sensor.a", new_entity_id="sensor.b")
        house.set("sensor.b", "2")
        await house.recorder.flush()
        registries.entities.update("sensor.b", new_entity_id="sensor.c")
        house.set("sensor.c", "3")

        assert await house.told("sensor.c") == ["1", "2", "3"]
        assert await house.told("sensor.a") == []

    async with building(url) as house:
        registries = await house.store.load_registries(house.bus, house.states)
        registries.entities.update("sensor.c", new_entity_id="sensor.d")
        house.set("sensor.d", "4")

        assert await house.told("sensor.d") == ["1", "2", "3", "4"]
        assert list(await house.store.last_states()) == ["sensor.d"]


async def test_an_entity_that_takes_a_former_name_takes_its_history_too(url: str) -> None:
    """History is by name; what was recorded under it before is not lost."""
    async with building(url) as house:
        registries = await house.store.load_registries(house.bus, house.states)
        house.set("sensor.old", "former")
        house.states.remove("sensor.old")
        registries.entities.register("ftp", "a", domain="sensor", suggested_object_id="a")
        house.set("sensor.a", "1")
        registries.entities.update("sensor.a", new_entity_id="sensor.old")
        house.set("sensor.old", "2")

        assert await house.told("sensor.old") == ["former", "1", "2"]


async def test_last_states_are_the_newest_of_each_entity(url: str) -> None:
    """With the times they had."""
    clock = SimulatedClock(1000.0)
    async with building(url, clock) as house:
        house.set("sensor.a", "1", unit="W")
        house.set("sensor.b", "x")
        clock.run_next(2000.0)
        written = house.set("sensor.a", "2", unit="kW")

    async with building(url) as house:
        last = await house.store.last_states()

    assert last[EntityId("sensor.a")].as_dict() == written.as_dict()
    assert last[EntityId("sensor.b")].changed == 1000.0


@pytest.mark.parametrize("damage", ["no database", "a torn page", "an empty file"])
async def test_a_broken_file_is_moved_aside(path: Path, url: str, damage: str, caplog: pytest.LogCaptureFixture) -> None:
    """With a message that says where it went; the hub starts with a new one."""
    async with building(url) as house:
        for number in range(2000):
            house.set("sensor.a", str(number), number=number)
    match damage:
        case "no database":
            path.write_bytes(b"this is no database, whatever its name says" * 1000)
        case "a torn page":
            content = bytearray(path.read_bytes())
            content[4096:20000] = b"\xff" * (20000 - 4096)
            path.write_bytes(content)
        case "an empty file":
            path.write_bytes(b"")

    async with building(url) as house:
        house.set("sensor.a", "again")
        assert await house.told("sensor.a") == ["again"]

    aside = [file.name for file in path.parent.iterdir() if "broken" in file.name]
    if damage == "an empty file":
        assert aside == []
    else:
        assert aside == ["hub.db.broken-20231114T221320"]
        assert "It was moved to" in caplog.text


async def test_somebody_elses_database_is_left_alone(path: Path, url: str) -> None:
    """A wrong path in the settings must not cost anybody their data."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE invoices (id integer)")

    with pytest.raises(StoreError, match="not a hub's"):
        async with building(url):
            pass

    with sqlite3.connect(path) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("invoices",)]


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/hub.db", "nonsense://host/db", "no url at all"])
async def test_a_url_that_leads_nowhere_is_an_error_of_the_store(url: str) -> None:
    """Not a traceback of some library."""
    with pytest.raises(StoreError):
        async with Store.open(url, clock=SimulatedClock()):
            pass


async def test_the_database_is_readable_by_its_owner_only(path: Path, url: str) -> None:
    """It holds what plugins remember."""
    async with building(url):
        assert path.stat().st_mode & 0o077 == 0
