"""hub-ftp against vsftpd, ProFTPD and Pure-FTPd."""

import asyncio
import os
import pwd
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hub_ftp
import pytest

from hub.clock import SimulatedClock
from hub.hosting.catalog import Condition
from hub.testing import KeptMemory, Running, running
from tests.peers.servers.ftp import HOME, NAMES, PASSWORD, USER, Server, Unavailable, serving

EVERY = [pytest.param(name, marks=pytest.mark.peer(name)) for name in NAMES]


def served(name: str, **how: Any) -> Iterator[Server]:
    """Run the server, or skip the test with the reason."""
    try:
        with serving(name, **how) as server:
            yield server
    except Unavailable as reason:
        pytest.skip(f"{name}: {reason}")


@pytest.fixture(params=EVERY)
def plain(request: pytest.FixtureRequest) -> Iterator[Server]:
    yield from served(request.param)


@pytest.fixture(params=EVERY)
def encrypted(request: pytest.FixtureRequest) -> Iterator[Server]:
    yield from served(request.param, encrypted=True)


@pytest.fixture(params=EVERY)
def narrow(request: pytest.FixtureRequest) -> Iterator[Server]:
    yield from served(request.param, most_per_address=1)


@pytest.fixture(params=EVERY)
def any_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    how = request.node.callspec.params.get("how", "plain")
    yield from served(request.param, encrypted=how == "encrypted")


def write(path: str, content: bytes, modified: datetime) -> None:
    """Put a file on the server, as its user."""
    user, target = pwd.getpwnam(USER), HOME / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    os.utime(target, (modified.timestamp(), modified.timestamp()))
    for place in (target, *target.parents):
        if place == HOME:
            break
        os.chown(place, user.pw_uid, user.pw_gid)


def configured(server: Server, lake: Path, **more: Any) -> dict[str, Any]:
    encryption = {"encryption": "explicit", "ca_file": str(server.ca_file)} if server.ca_file else {}
    account = {"host": "127.0.0.1", "port": server.port, "user": USER, "password": PASSWORD}
    ours = {"name": "Roof", "lake": str(lake), "stable_for": 0, "timeout": 10, "folders": [{"recursive": True}]}
    return {**account, **encryption, **ours, **more}


def copies(lake: Path) -> dict[str, bytes]:
    files = (path for path in (lake / "roof").rglob("*") if path.is_file() and ".partial" not in path.parts)
    return {path.relative_to(lake / "roof").as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


NOW = datetime.now(UTC).replace(microsecond=0)
WRITTEN = (NOW - timedelta(days=3)).replace(second=17)
LONG_AGO = (NOW - timedelta(days=700)).replace(second=17)


async def synchronised(server: Server, lake: Path) -> None:
    """What every server must give, in whatever way it is reached."""
    memory = KeptMemory()
    content = os.urandom(700_000)
    write("big.bin", content, WRITTEN)
    write("in/deep/a b ü [1].csv", b"1;2\n", LONG_AGO)
    write("empty.csv", b"", WRITTEN)
    (HOME / "link.csv").symlink_to("big.bin")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW), memory) as hub:
        await hub.call("ftp.sync")
        expected = {"big.bin": content, "in/deep/a b ü [1].csv": b"1;2\n", "empty.csv": b""}
        assert {path: copy for path, copy in copies(lake).items() if path != "link.csv"} == expected
        assert hub.value("sensor.roof_errors") == "0"
        times = {event["path"].rpartition("/")[2]: event["modified"] for event in hub.told("ftp.file_arrived")}
        assert datetime.fromisoformat(times["big.bin"]) == WRITTEN
        assert datetime.fromisoformat(times["a b ü [1].csv"]) == LONG_AGO

        write("big.bin", content[::-1], NOW - timedelta(minutes=5))
        write("empty.csv", b"grown\n", WRITTEN)
        await hub.call("ftp.sync")
        assert copies(lake)["big.bin"] == content[::-1]
        assert copies(lake)["empty.csv"] == b"grown\n"

    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW), memory) as hub:
        await hub.call("ftp.sync")
        assert hub.told("ftp.file_arrived") == hub.told("ftp.file_changed") == []


async def test_files_are_synchronised(plain: Server, lake: Path) -> None:
    """Names with spaces and umlauts, old and new times, links, an empty file; and nothing twice."""
    await synchronised(plain, lake)


async def test_files_are_synchronised_through_tls(encrypted: Server, lake: Path) -> None:
    """Explicit TLS with a resumed session on the data connections, which vsftpd and ProFTPD demand."""
    await synchronised(encrypted, lake)


async def uploaded(server: Server, lake: Path) -> None:
    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW)) as hub:
        await hub.call("ftp.upload", path="out/2026/plan ü.txt", content="old")
        await hub.call("ftp.upload", path="out/2026/plan ü.txt", content="x" * 900_000)
        answer = await hub.call("ftp.list", path="out/2026")

        assert [(entry["name"], entry["size"]) for entry in answer["entries"]] == [("plan ü.txt", 900_000)]
        assert (HOME / "out/2026/plan ü.txt").read_bytes() == b"x" * 900_000
        downloaded = await hub.call("ftp.download", path="out/2026/plan ü.txt")
        assert Path(downloaded["local"]).stat().st_size == 900_000


async def test_files_are_uploaded(plain: Server, lake: Path) -> None:
    """Into folders that are made for them, over a file that is there."""
    await uploaded(plain, lake)


async def test_files_are_uploaded_through_tls(encrypted: Server, lake: Path) -> None:
    """The same, encrypted."""
    await uploaded(encrypted, lake)


@pytest.mark.parametrize("how", ["plain", "encrypted"])
async def test_a_transfer_goes_on_after_the_server_was_killed(any_server: Server, lake: Path, how: str) -> None:
    """With REST, from where it broke."""
    content = os.urandom(16_000_000)  # more than sockets hold on the way
    write("big.bin", content, WRITTEN)
    partials = lake / "roof" / ".partial"

    async with running(hub_ftp, configured(any_server, lake, bandwidth=4_000_000), SimulatedClock(NOW)) as hub:
        looking = asyncio.create_task(hub.call("ftp.sync"))
        await until_half(hub, partials)
        any_server.kill()
        while not looking.done():
            await hub.clock.advance(0.1)
            await asyncio.sleep(0.01)
        await asyncio.gather(looking, return_exceptions=True)
        [kept] = partials.glob("*.kept")
        assert 0 < kept.stat().st_size < len(content)
        assert copies(lake) == {}

        any_server.start()
        length = kept.stat().st_size
        async with (
            spied_on(any_server.port) as (port, heard),
            running(hub_ftp, configured(any_server, lake, port=port), SimulatedClock(NOW)) as again,
        ):
            await again.call("ftp.sync")
        assert copies(lake)["big.bin"] == content
        assert any_server.ca_file is not None or f"REST {length}" in heard


async def until_half(hub: Running[SimulatedClock], partials: Path) -> None:
    """Let simulated time pass until a part of the file has come."""
    while not any(path.stat().st_size > 400_000 for path in partials.glob("*.part")):
        await hub.clock.advance(0.02)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def spied_on(port: int) -> AsyncGenerator[tuple[int, list[str]], None]:
    """Pass a control connection on, and note what the client says."""
    heard: list[str] = []
    tasks: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, notes: list[str]) -> None:
        try:
            while block := await reader.read(65536):
                notes += block.decode("latin-1").splitlines()
                writer.write(block)
        finally:
            writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        for carrier in (carry(reader, far_writer, heard), carry(far_reader, writer, [])):
            tasks.add(asyncio.create_task(carrier))

    proxy = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield proxy.sockets[0].getsockname()[1], heard
    finally:
        proxy.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_limit_of_connections_is_kept(narrow: Server, lake: Path) -> None:
    """One per address; the plugin was told four."""
    for number in range(12):
        write(f"{number}.csv", b"x\n", WRITTEN)

    async with running(hub_ftp, configured(narrow, lake, connections=4), SimulatedClock(NOW)) as hub:
        await hub.call("ftp.sync")

        assert len(copies(lake)) == 12
        assert hub.connected


async def test_a_wrong_password_is_not_tried_again(plain: Server, lake: Path) -> None:
    """Accounts lock."""
    async with running(hub_ftp, configured(plain, lake, password="wrong"), SimulatedClock(NOW)) as hub:
        assert hub.report.condition is Condition.FAILED


async def test_a_stranger_s_certificate_is_refused(encrypted: Server, lake: Path) -> None:
    """The server's authority is not the system's."""
    async with running(hub_ftp, configured(encrypted, lake, ca_file=None), SimulatedClock(NOW)) as hub:
        assert not hub.connected
        assert "certificate is not trusted" in (hub.report.last_error or "")


async def test_a_server_that_comes_back_is_found_again(plain: Server, lake: Path) -> None:
    """Killed while nothing moves."""
    async with running(hub_ftp, configured(plain, lake), SimulatedClock(NOW)) as hub:
        await hub.call("ftp.sync")
        plain.kill()
        await hub.clock.advance(61)
        await hub.until(lambda: not hub.connected)
        plain.start()
        await hub.clock.advance(5)
        await hub.until(lambda: hub.connected)
