"""What automations can ask of a server."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import hub_ftp
import pytest
from hub_ftp.simulator import FtpServer

from hub.clock import SimulatedClock
from hub.errors import HubError
from hub.testing import Running, running


@pytest.fixture
async def hub(server: FtpServer, lake: Path) -> AsyncGenerator[Running[Any], None]:
    config = {"name": "Roof", "host": "127.0.0.1", "port": server.port, "user": "meter", "password": "kilowatt"}
    async with running(hub_ftp, {**config, "lake": str(lake), "folders": [{"path": "/in"}]}, SimulatedClock()) as hub:
        yield hub


async def test_a_folder_can_be_listed(hub: Running[Any], files: Path) -> None:
    """As data for a template."""
    (files / "b.txt").write_text("12345")
    (files / "a").mkdir()

    answer = await hub.call("ftp.list", path="/")

    assert [(entry["path"], entry["type"], entry["size"]) for entry in answer["entries"]][1] == ("/b.txt", "file", 5)
    assert answer["total"] == 2
    assert len((await hub.call("ftp.list", path="/", limit=1))["entries"]) == 1


async def test_text_can_be_uploaded(hub: Running[Any], files: Path) -> None:
    """Into a folder that is made for it, and nothing else is left there."""
    answer = await hub.call("ftp.upload", path="/out/2026/schedule ü.txt", content="an\naus\n")

    assert answer == {"path": "/out/2026/schedule ü.txt", "size": 7}
    assert [path.name for path in (files / "out/2026").iterdir()] == ["schedule ü.txt"]
    assert (files / "out/2026/schedule ü.txt").read_text() == "an\naus\n"


async def test_an_upload_replaces_what_was_there(hub: Running[Any], files: Path) -> None:
    """Also on a server that does not rename over a file."""
    await hub.call("ftp.upload", path="plan.txt", content="old")
    await hub.call("ftp.upload", path="plan.txt", content="new")

    assert (files / "plan.txt").read_text() == "new"


async def test_a_file_of_the_lake_can_be_uploaded(hub: Running[Any], files: Path, lake: Path) -> None:
    """And no other."""
    (lake / "roof").mkdir(parents=True)
    (lake / "roof" / "report.bin").write_bytes(b"x" * 600_000)
    (lake / "roof" / "passwd").symlink_to("/etc/passwd")

    await hub.call("ftp.upload", path="/report.bin", source="report.bin")

    assert (files / "report.bin").stat().st_size == 600_000
    for source in ("../../etc/passwd", "passwd", "nothing.txt"):
        with pytest.raises(HubError):
            await hub.call("ftp.upload", path="/stolen", source=source)


@pytest.mark.parametrize("path", ["/../up.txt", "/a\r\nDELE x", "", "/x/..", "/nul\x00"])
async def test_a_path_that_is_none_is_refused(hub: Running[Any], files: Path, path: str) -> None:
    """Line breaks would be commands of their own."""
    with pytest.raises(HubError):
        await hub.call("ftp.upload", path=path, content="x")

    assert list(files.iterdir()) == []


async def test_an_upload_takes_one_thing(hub: Running[Any]) -> None:
    """Content or source."""
    with pytest.raises(HubError, match="either content or source"):
        await hub.call("ftp.upload", path="/x")


async def test_one_file_can_be_downloaded(hub: Running[Any], files: Path, lake: Path) -> None:
    """Whether or not it is watched."""
    (files / "manual.pdf").write_bytes(b"%PDF")

    answer = await hub.call("ftp.download", path="manual.pdf")

    assert answer == {"path": "/manual.pdf", "local": str(lake / "roof/manual.pdf"), "size": 4}
    assert (lake / "roof/manual.pdf").read_bytes() == b"%PDF"


async def test_a_file_that_is_not_there_cannot_be_downloaded(hub: Running[Any], files: Path) -> None:
    """Nor a folder; the connection goes on."""
    (files / "folder").mkdir()

    for path in ("/gone.txt", "/folder"):
        with pytest.raises(HubError):
            await hub.call("ftp.download", path=path)
    assert (await hub.call("ftp.list", path="/"))["total"] == 1


async def test_a_look_can_be_asked_for(hub: Running[Any], files: Path) -> None:
    """It says what it found; a file that is new is pending until it is stable."""
    (files / "in").mkdir()
    (files / "in" / "a.csv").write_text("x")

    assert await hub.call("ftp.sync") == {"taken": 0, "pending": 1, "removed": 0, "problems": []}
    await hub.clock.advance(30)
    outcomes = [await hub.call("ftp.sync"), hub.value("sensor.roof_files")]
    assert outcomes[1] == "1"
