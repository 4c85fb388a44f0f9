"""From a server into the lake, over real sockets."""

import os
import resource
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hub_ftp
import pytest
from hub_ftp.simulator import FtpServer, serving

from hub.clock import SimulatedClock
from hub.errors import StoreError
from hub.hosting.catalog import Condition
from hub.testing import KeptMemory, Running, running

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 2, 1, 8, 30, 15, tzinfo=UTC).timestamp()


def write(path: Path, content: bytes | str, modified: float = LONG_AGO) -> None:
    """Put a file on the server."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(path, (modified, modified))


def configured(server: FtpServer, lake: Path, **more: Any) -> dict[str, Any]:
    """Return the configuration for the server; files are taken at once."""
    return {
        "name": "Roof",
        "host": "127.0.0.1",
        "port": server.port,
        "user": "meter",
        "password": "kilowatt",
        "lake": str(lake),
        "stable_for": 0,
        "timeout": 5,
        "folders": [{"recursive": True}],
        **more,
    }


def copies(lake: Path) -> dict[str, bytes]:
    """Return what a reader of the lake sees."""
    files = (path for path in (lake / "roof").rglob("*") if path.is_file() and ".partial" not in path.parts)
    return {path.relative_to(lake / "roof").as_posix(): path.read_bytes() for path in files}


def problems(hub: Running[Any]) -> str:
    """Return the problems of the last look, as the errors entity shows them."""
    state = hub.state("sensor.roof_errors")
    return "" if state is None else str(state.attributes["problems"])


async def test_a_file_arrives(server: FtpServer, files: Path, lake: Path) -> None:
    """With its time, an event, and the entities that say so."""
    write(files / "in" / "a.csv", "1;2\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")

        assert copies(lake) == {"in/a.csv": b"1;2\n"}
        assert (lake / "roof/in/a.csv").stat().st_mtime == LONG_AGO
        [event] = hub.told("ftp.file_arrived")
        assert event["path"] == "/in/a.csv"
        assert event["local"] == str(lake / "roof/in/a.csv")
        assert (event["size"], event["server"]) == (4, "Roof")
        assert (hub.value("sensor.roof_files"), hub.value("sensor.roof_bytes")) == ("1", "4")
        assert (hub.value("sensor.roof_errors"), hub.value("sensor.roof_pending")) == ("0", "0")
        assert hub.value("sensor.roof_last_sync") == START.isoformat()


async def test_nothing_is_downloaded_twice(server: FtpServer, files: Path, lake: Path) -> None:
    """Neither at the next look nor after a restart."""
    memory = KeptMemory()
    for number in range(120):
        write(files / f"{number}.csv", f"{number}\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START), memory) as hub:
        await hub.call("ftp.sync")
        await hub.call("ftp.sync")
    async with running(hub_ftp, configured(server, lake), SimulatedClock(START), memory) as hub:
        await hub.call("ftp.sync")

        assert hub.told("ftp.file_arrived") == []
        assert hub.value("sensor.roof_files") == "120"
    assert server.tally.downloads == 120


async def test_a_changed_file_is_copied_again(server: FtpServer, files: Path, lake: Path) -> None:
    """By its size or by its time alone."""
    write(files / "a.csv", "one\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")
        write(files / "a.csv", "two\n", LONG_AGO + 1)
        await hub.call("ftp.sync")
        write(files / "a.csv", "three\n", LONG_AGO + 1)
        await hub.call("ftp.sync")

        assert copies(lake) == {"a.csv": b"three\n"}
        assert [event["grown"] for event in hub.told("ftp.file_changed")] == [0, 2]


async def test_a_file_that_is_being_written_is_left_until_it_is_stable(server: FtpServer, files: Path, lake: Path) -> None:
    """Two listings half a minute apart must agree."""
    write(files / "a.csv", "half")

    async with running(hub_ftp, configured(server, lake, stable_for=30), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")
        await hub.clock.advance(29)
        write(files / "a.csv", "half a file", LONG_AGO + 29)
        await hub.call("ftp.sync")
        await hub.clock.advance(29)
        await hub.call("ftp.sync")
        assert copies(lake) == {}
        assert hub.value("sensor.roof_pending") == "1"

        await hub.clock.advance(1)
        await hub.call("ftp.sync")

        assert copies(lake) == {"a.csv": b"half a file"}
        assert hub.value("sensor.roof_pending") == "0"


@pytest.mark.parametrize("cut_after", [0, 1, 8192, 100_000, 299_999, 300_000])
async def test_a_broken_transfer_goes_on_where_it_broke(server: FtpServer, files: Path, lake: Path, cut_after: int) -> None:
    """And nobody sees half a file in between."""
    content = os.urandom(300_000)
    write(files / "big.bin", content)
    server.faults.cut_after = cut_after

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.until(lambda: hub.value("sensor.roof_errors") == "1")
        assert copies(lake) == {}
        assert len(hub.told("ftp.sync_failed")) == 1

        await hub.call("ftp.sync")

        assert copies(lake) == {"big.bin": content}
        assert server.tally.restarts == ([cut_after] if 0 < cut_after < len(content) else [])
        assert hub.value("sensor.roof_errors") == "0"
    assert list((lake / "roof/.partial").iterdir()) == []


async def test_a_broken_transfer_of_another_file_is_not_gone_on_with(server: FtpServer, files: Path, lake: Path) -> None:
    """The file was replaced in the meantime; its beginning may be another one."""
    write(files / "big.bin", b"a" * 300_000)
    server.faults.cut_after = 200_000

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.until(lambda: hub.value("sensor.roof_errors") == "1")
        write(files / "big.bin", b"b" * 300_000, LONG_AGO + 1)
        await hub.call("ftp.sync")

        assert copies(lake) == {"big.bin": b"b" * 300_000}
        assert server.tally.restarts == []


async def test_a_server_that_cannot_go_on_begins_again(server: FtpServer, files: Path, lake: Path) -> None:
    """Without REST, the whole file is sent once more."""
    content = os.urandom(300_000)
    write(files / "big.bin", content)
    server.faults.cut_after = 200_000
    server.faults.without = {"REST"}

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.until(lambda: hub.value("sensor.roof_errors") == "1")
        await hub.call("ftp.sync")

        assert copies(lake) == {"big.bin": content}


@pytest.mark.parametrize(
    "without", [{"MLSD", "MLST"}, {"MLSD", "MLST", "FEAT"}, {"MLSD", "MLST", "MDTM"}, {"MLSD", "MLST", "MDTM", "SIZE"}]
)
async def test_a_server_without_mlsd_is_read_through_list(server: FtpServer, files: Path, lake: Path, without: set[str]) -> None:
    """With MDTM and SIZE where it has them."""
    server.faults.without = without
    now = datetime.now(UTC)  # the server prints LIST by the real clock
    write(files / "in" / "a b ü.csv", "x\n", (now - timedelta(days=9)).replace(second=15, microsecond=0).timestamp())

    async with running(hub_ftp, configured(server, lake), SimulatedClock(now)) as hub:
        await hub.call("ftp.sync")
        await hub.call("ftp.sync")

        assert copies(lake) == {"in/a b ü.csv": b"x\n"}
        seconds = datetime.fromisoformat(hub.told("ftp.file_arrived")[0]["modified"]).second
        assert seconds == (0 if "MDTM" in without else 15)
    assert server.tally.downloads == 1


async def test_a_rewrite_within_the_minute_is_found_without_mlsd(server: FtpServer, files: Path, lake: Path) -> None:
    """LIST shows the same; MDTM does not."""
    server.faults.without = {"MLSD", "MLST"}
    now = datetime.now(UTC)
    written = (now - timedelta(minutes=2)).replace(second=15, microsecond=0).timestamp()
    write(files / "a.csv", "one\n", written)

    async with running(hub_ftp, configured(server, lake), SimulatedClock(now)) as hub:
        await hub.call("ftp.sync")
        write(files / "a.csv", "two\n", written + 7)
        await hub.call("ftp.sync")

        assert copies(lake) == {"a.csv": b"two\n"}


async def test_a_file_from_the_future_is_copied(server: FtpServer, files: Path, lake: Path) -> None:
    """The server's clock is its own affair."""
    write(files / "a.csv", "x\n", datetime(2040, 1, 1, tzinfo=UTC).timestamp())

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")

        assert list(copies(lake)) == ["a.csv"]


async def test_names_are_read_in_the_server_s_encoding(files: Path, lake: Path) -> None:
    """An old server spells them in latin-1."""
    write(files / "süd straße.csv", "x\n")

    async with serving(files, encoding="latin-1") as server:
        async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
            await hub.call("ftp.sync")
            assert copies(lake) == {}
            assert "set `encoding`" in problems(hub)
        async with running(hub_ftp, configured(server, lake, encoding="latin-1"), SimulatedClock(START)) as hub:
            await hub.call("ftp.sync")
            assert list(copies(lake)) == ["süd straße.csv"]


async def test_a_name_that_leads_out_of_the_lake_is_refused(server: FtpServer, files: Path, lake: Path) -> None:
    """The others come."""
    write(files / "..\\..\\evil.csv", "x\n")
    write(files / "C:evil.csv", "x\n")
    write(files / "good.csv", "x\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")

        assert list(copies(lake)) == ["good.csv"]
        assert hub.value("sensor.roof_errors") == "2"


async def test_a_link_in_the_lake_is_not_followed(server: FtpServer, files: Path, lake: Path, tmp_path: Path) -> None:
    """Somebody left it there; it leads elsewhere."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "b.csv").write_text("precious")
    (lake / "roof").mkdir(parents=True)
    (lake / "roof" / "in").symlink_to(outside)
    (lake / "roof" / "b.csv").symlink_to(outside / "b.csv")
    write(files / "in" / "a.csv", "x\n")
    write(files / "b.csv", "new\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")

        assert [path.name for path in outside.iterdir()] == ["b.csv"]
        assert (outside / "b.csv").read_text() == "precious"
        assert (lake / "roof" / "b.csv").read_text() == "new\n"
        assert hub.value("sensor.roof_errors") == "1"


async def test_patterns_choose_the_files(server: FtpServer, files: Path, lake: Path) -> None:
    """Unfinished files are never taken, and folders below only when asked."""
    for name in ("a.csv", "a.json", "b.csv.part", ".~c.csv", "deep/d.csv"):
        write(files / name, "x\n")
    folders = [{"path": "/", "patterns": ["*.csv"]}]

    async with running(hub_ftp, configured(server, lake, folders=folders), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")

        assert list(copies(lake)) == ["a.csv"]


async def test_a_folder_that_is_not_there_hurts_only_itself(server: FtpServer, files: Path, lake: Path) -> None:
    """The other folder is read."""
    write(files / "here" / "a.csv", "x\n")
    folders = [{"path": "/gone"}, {"path": "here"}]

    async with running(hub_ftp, configured(server, lake, folders=folders), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")

        assert list(copies(lake)) == ["here/a.csv"]
        assert hub.value("sensor.roof_errors") == "1"
        assert "/gone" in problems(hub)


async def test_a_removed_file_is_told_after_two_looks(server: FtpServer, files: Path, lake: Path) -> None:
    """The copy stays."""
    write(files / "a.csv", "x\n")
    write(files / "b.csv", "x\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")
        (files / "a.csv").unlink()
        await hub.call("ftp.sync")
        assert hub.told("ftp.file_removed") == []
        await hub.call("ftp.sync")

        assert [event["path"] for event in hub.told("ftp.file_removed")] == ["/a.csv"]
        assert sorted(copies(lake)) == ["a.csv", "b.csv"]


async def test_an_empty_folder_is_not_everything_removed(server: FtpServer, files: Path, lake: Path) -> None:
    """The disk behind it may not be mounted."""
    write(files / "a.csv", "x\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")
        (files / "a.csv").unlink()
        for _ in range(3):
            await hub.call("ftp.sync")
        write(files / "a.csv", "x\n")
        await hub.call("ftp.sync")

        assert hub.told("ftp.file_removed") == []
    assert server.tally.downloads == 1


async def test_a_server_that_takes_one_connection_gets_one(files: Path, lake: Path) -> None:
    """421 for the second is no reason to give up."""
    for number in range(20):
        write(files / f"{number}.csv", "x\n")

    async with (
        serving(files, most_connections=1) as server,
        running(hub_ftp, configured(server, lake, connections=4), SimulatedClock(START)) as hub,
    ):
        await hub.call("ftp.sync")

        assert len(copies(lake)) == 20
        assert hub.connected
        assert hub.value("sensor.roof_errors") == "0"


async def test_a_crowded_server_is_tried_again(files: Path, lake: Path) -> None:
    """421 at the door is a loss, not a wrong password."""
    async with (
        serving(files, most_connections=1) as server,
        running(hub_ftp, configured(server, lake), SimulatedClock(START)),
        running(hub_ftp, configured(server, lake), SimulatedClock(START)) as second,
    ):
        assert second.report.condition is not Condition.FAILED
        assert "421" in (second.report.last_error or "")


async def test_a_refused_login_is_not_tried_again(server: FtpServer, lake: Path) -> None:
    """The account would be locked."""
    server.faults.refuse_logins = True

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.clock.advance(hours=1)

        assert hub.report.condition is Condition.FAILED
        assert "refused the login of meter" in (hub.report.last_error or "")
        assert "kilowatt" not in (hub.report.last_error or "")


async def test_a_file_that_the_disk_does_not_take_is_an_error_entry(server: FtpServer, files: Path, lake: Path) -> None:
    """The others are copied, nothing half is visible, and room is made again."""
    write(files / "big.bin", b"x" * 2_000_000)
    write(files / "small.csv", "x\n")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
            await hub.call("ftp.sync")

            assert list(copies(lake)) == ["small.csv"]
            assert list((lake / "roof/.partial").iterdir()) == []
            assert hub.connected
            assert "too large" in problems(hub)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class FullMemory(KeptMemory):
    """A store whose disk is full at first."""

    full = True

    async def put(self, changes: Mapping[str, Any]) -> None:
        if self.full:
            raise StoreError("database or disk is full")
        await super().put(changes)


async def test_a_cursor_that_cannot_be_saved_is_saved_later(server: FtpServer, files: Path, lake: Path) -> None:
    """The copy is there; it is not downloaded again, and counted once."""
    memory = FullMemory()
    write(files / "a.csv", "x\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START), memory) as hub:
        await hub.call("ftp.sync")
        assert "disk is full" in problems(hub)
        memory.full = False
        await hub.call("ftp.sync")

        assert hub.value("sensor.roof_files") == "1"
        assert hub.value("sensor.roof_errors") == "0"
        assert hub.report.bugs == 0
    assert server.tally.downloads == 1


async def test_the_same_problem_is_told_once(server: FtpServer, files: Path, lake: Path) -> None:
    """Until it changes or comes back."""
    write(files / "C:evil.csv", "x\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        for _ in range(3):
            await hub.call("ftp.sync")
        assert len(hub.told("ftp.sync_failed")) == 1
        (files / "C:evil.csv").unlink()
        await hub.call("ftp.sync")
        write(files / "C:evil.csv", "x\n")
        await hub.call("ftp.sync")

        assert len(hub.told("ftp.sync_failed")) == 2


async def test_a_server_that_goes_away_is_told(server: FtpServer, files: Path, lake: Path) -> None:
    """As an event, and by the entities."""
    write(files / "a.csv", "x\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")
        await server.stop()
        await hub.clock.advance(61)
        await hub.until(lambda: not hub.connected)

        assert len(hub.told("ftp.sync_failed")) == 1
        assert hub.value("sensor.roof_files") == "unavailable"


async def test_what_list_shows_coarsely_waits_for_its_minute(server: FtpServer, files: Path, lake: Path) -> None:
    """And exact times are asked for when a file is taken, not at each look."""
    server.faults.without = {"MLSD", "MLST"}
    now = datetime.now(UTC)
    for number in range(5):
        write(files / f"{number}.csv", "x\n", (now - timedelta(hours=3)).timestamp())

    async with running(hub_ftp, configured(server, lake, stable_for=10), SimulatedClock(now)) as hub:
        await hub.call("ftp.sync")
        await hub.clock.advance(59)
        await hub.call("ftp.sync")
        assert (hub.value("sensor.roof_pending"), server.tally.facts) == ("5", 0)

        await hub.clock.advance(1)
        await hub.call("ftp.sync")

        assert len(copies(lake)) == 5
        assert server.tally.facts == 2 * 5  # before and after each transfer


async def test_list_turning_to_years_downloads_nothing(server: FtpServer, files: Path, lake: Path) -> None:
    """After half a year LIST shows the day; MDTM tells that it is the same file."""
    server.faults.without = {"MLSD", "MLST"}
    memory = KeptMemory()
    now = datetime.now(UTC)
    write(files / "a.csv", "x\n", (now - timedelta(days=300)).timestamp())
    async with running(hub_ftp, configured(server, lake), SimulatedClock(now), memory) as hub:
        await hub.call("ftp.sync")
    remembered = memory.get("file:/a.csv")
    at_its_minute = {**remembered, "listed": remembered["modified"] - 2 * 86400, "precision": 60.0}
    await memory.put({"file:/a.csv": at_its_minute})

    async with running(hub_ftp, configured(server, lake), SimulatedClock(now), memory) as hub:
        await hub.call("ftp.sync")

        assert hub.told("ftp.file_changed") == []
        assert memory.get("file:/a.csv")["precision"] == 86400.0
    assert server.tally.downloads == 1


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a disk of its own cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


async def test_a_full_disk_is_an_error_entry(server: FtpServer, files: Path, small_disk: Path) -> None:
    """The others are copied; when there is room again, the rest comes."""
    write(files / "big.bin", b"x" * 200_000)
    write(files / "bigger.bin", b"x" * 200_000, LONG_AGO + 1)
    write(files / "small.csv", "x\n", LONG_AGO + 2)

    async with running(hub_ftp, configured(server, small_disk, connections=1), SimulatedClock(START)) as hub:
        await hub.call("ftp.sync")
        assert sorted(copies(small_disk)) == ["big.bin", "small.csv"]
        assert "No space left on device" in problems(hub)
        assert list((small_disk / "roof/.partial").iterdir()) == []

        (small_disk / "roof/big.bin").unlink()
        await hub.call("ftp.sync")

        assert sorted(copies(small_disk)) == ["bigger.bin", "small.csv"]
        assert hub.value("sensor.roof_errors") == "0"
