"""The store on a real PostgreSQL server (Debian's package `postgresql`)."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.errors import StoreError
from hub.model.entity import Device
from hub.model.names import EntityId
from tests.store.building import LONG_AGO, building

pytestmark = pytest.mark.peer("postgresql")

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_USER = "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


class Server:
    """A PostgreSQL server of the test's own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = str(free.getsockname()[1])
        self._data, self._log = str(folder / "data"), str(folder / "log")
        self._run("initdb", "-D", self._data, "-U", "hub", "-A", "trust", "-N", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        options = f"-p {self._port} -k {Path(self._data).parent} -h 127.0.0.1"
        self._run("pg_ctl", "-D", self._data, "-l", self._log, "-w", "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def make_database(self, name: str) -> str:
        """Make an empty database and return its URL."""
        self._run("createdb", "-h", "127.0.0.1", "-p", self._port, "-U", "hub", name)
        return f"postgresql+psycopg://hub@127.0.0.1:{self._port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_BINARIES[-1] / program), *arguments]
        subprocess.run(command, check=True, user=_USER, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    if not _BINARIES:
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="hub-postgresql-"))
    if _USER:
        shutil.chown(folder, _USER)
    server = Server(folder)
    yield server
    server.stop("fast")
    shutil.rmtree(folder)


@pytest.fixture
def url(server: Server, request: pytest.FixtureRequest) -> str:
    return server.make_database(str(request.node.name)[:60].lower())


async def test_history_comes_back(url: str) -> None:
    """States and events, as on SQLite."""
    async with building(url) as house:
        written = house.set("sensor.a", "1", unit="W", list=[1, None, {"ü": "'\"\\"}])
        house.bus.fire("door", {"open": True})
        house.states.remove("sensor.a")
        house.set("sensor.b", "x")

        (read,) = await house.history_of("sensor.a")
        (event,) = await house.store.events(["door"], LONG_AGO)

        assert read.as_dict() == written.as_dict()
        assert event.data == {"open": True}
    async with building(url) as house:
        assert list(await house.store.last_states()) == ["sensor.b"]


async def test_everything_lasts_over_a_restart_of_the_hub(url: str) -> None:
    """Registries, memories, traces, tokens; a renamed entity keeps its history."""
    async with building(url) as house:
        registries = await house.store.load_registries(house.bus, house.states)
        device = registries.devices.get_or_create("ftp", "ftp", Device(key="d", name="Server", area="Attic"))
        registries.entities.register("ftp", "a", domain="sensor", suggested_object_id="a", device_id=device.id)
        house.set("sensor.a", "1")
        registries.entities.update("sensor.a", new_entity_id="sensor.b")
        house.set("sensor.b", "2")
        memory = await house.store.memory("ftp")
        await memory.put({"cursor": [1, 2], "gone": 1})
        await memory.put({"gone": None})
        for number in range(8):
            house.store.save_trace("automation.a", str(number), float(number), {"n": number})
        token = await house.store.tokens.create("board", "viewer")
        with pytest.raises(StoreError, match="already"):
            await house.store.tokens.create("board", "viewer")

    async with building(url) as house:
        later = await house.store.load_registries(house.bus, house.states)

        assert later.entities.all() == registries.entities.all()
        assert later.devices.all() == registries.devices.all()
        assert await house.told("sensor.b") == ["1", "2"]
        assert (await house.store.memory("ftp")).items() == {"cursor": [1, 2]}
        assert [trace.run_id for trace in await house.store.traces("automation.a")] == ["7", "6", "5", "4", "3"]
        assert house.store.tokens.verify(token)


async def test_what_is_old_is_forgotten(url: str) -> None:
    """But for the newest state of each entity."""
    async with building(url) as house:
        for day in range(10):
            house.set("sensor.a", str(day), day=day)
            house.set("sensor.b", "on")
            house.bus.fire("tick", {"day": day})
            house.clock.run_next(house.clock.time() + 86_400)

        purged = await house.store.purge(keep=timedelta(days=3, hours=1))

        assert (purged.states, purged.events) == (7, 7)
        assert await house.told("sensor.a") == ["7", "8", "9"]
        assert await house.told("sensor.b") == ["on"]


async def test_twenty_thousand_states_are_written(url: str) -> None:
    """And one that the server refuses hurts no other."""
    async with building(url) as house:
        for number in range(20_000):
            house.set(f"sensor.s{number % 1000}", "a\0b" if number == 10 else str(number), number=number % 1000)
        assert await house.recorder.flush()

        status = house.recorder.status()
        assert (status.written, status.dropped) == (19_999, 1)
        assert (await house.store.last_states())[EntityId("sensor.s10")].state == "19010"


async def test_a_server_that_crashes_and_returns_is_caught_up(server: Server, url: str) -> None:
    """States keep flowing meanwhile; what was acknowledged is there."""
    async with building(url) as house:
        memory = await house.store.memory("ftp")
        house.set("sensor.a", "before")
        await memory.put({"cursor": 1})
        assert await house.recorder.flush()
        server.stop("immediate")
        house.set("sensor.a", "meanwhile")
        assert not await house.recorder.flush()
        with pytest.raises(StoreError):
            await memory.put({"cursor": 2})
        with pytest.raises(StoreError):
            await house.told("sensor.a")
        server.start()
        house.set("sensor.a", "after")
        while not await house.recorder.flush():
            pass

        assert await house.told("sensor.a") == ["before", "meanwhile", "after"]
        assert house.recorder.status().last_error is None
        await memory.put({"cursor": 3})
        assert memory.get("cursor") == 3


async def test_two_hubs_cannot_write_to_one_database(url: str) -> None:
    """The second is told at once; it can when the first has gone."""
    async with building(url):
        with pytest.raises(StoreError, match="another hub"):
            async with building(url):
                pass

    async with building(url):
        pass
