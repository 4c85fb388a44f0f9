"""kill -9 between the copy and the cursor."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import hub_ftp
from hub_ftp.simulator import FtpServer

from hub.clock import SimulatedClock
from hub.testing import KeptMemory, running

_VICTIM = """
import asyncio, json, os, signal, sys
import hub_ftp
from hub.testing import KeptMemory, running

class Deadly(KeptMemory):
    async def put(self, changes):
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with running(hub_ftp, json.loads(sys.argv[1]), memory=Deadly()) as hub:
        await asyncio.sleep(30)

asyncio.run(main())
"""


def configured(server: FtpServer, lake: Path) -> dict[str, Any]:
    account = {"user": "meter", "password": "kilowatt"}
    return {"name": "Roof", "host": "127.0.0.1", "port": server.port, **account, "lake": str(lake), "stable_for": 0}


async def test_a_crash_before_the_cursor_is_saved_downloads_nothing_twice(server: FtpServer, files: Path, lake: Path) -> None:
    """The copy is recognised, told of once more, and counted once."""
    (files / "a.csv").write_text("x\n")
    config = configured(server, lake)
    victim = await asyncio.create_subprocess_exec(sys.executable, "-c", _VICTIM, json.dumps(config))
    assert await victim.wait() == -9
    assert (lake / "roof/a.csv").exists()

    async with running(hub_ftp, config, SimulatedClock()) as hub:
        await hub.call("ftp.sync")

        assert len(hub.told("ftp.file_arrived")) == 1
        assert (hub.value("sensor.roof_files"), hub.value("sensor.roof_bytes")) == ("1", "2")
    assert server.tally.downloads == 1


async def test_what_a_crash_left_half_copied_is_not_trusted(server: FtpServer, files: Path, lake: Path) -> None:
    """Its end may not have reached the disk; the file is copied from its beginning."""
    content = os.urandom(300_000)
    (files / "a.bin").write_bytes(content)
    partials = lake / "roof" / ".partial"
    partials.mkdir(parents=True)
    server.faults.cut_after = 200_000
    async with running(hub_ftp, configured(server, lake), SimulatedClock()) as hub:
        await hub.until(lambda: hub.value("sensor.roof_errors") == "1")
    [kept] = partials.iterdir()
    kept.rename(kept.with_suffix(".part"))  # as it is called while the transfer runs

    async with running(hub_ftp, configured(server, lake), SimulatedClock()) as hub:
        await hub.call("ftp.sync")

        assert (lake / "roof/a.bin").read_bytes() == content
        assert server.tally.restarts == []


async def test_a_lost_memory_downloads_nothing_that_is_in_the_lake(server: FtpServer, files: Path, lake: Path) -> None:
    """As when the database is thrown away; a changed copy is fetched again."""
    for name in ("a", "b"):
        (files / f"{name}.csv").write_text("x\n")
    async with running(hub_ftp, configured(server, lake), SimulatedClock()) as hub:
        await hub.call("ftp.sync")
    (lake / "roof/b.csv").write_text("y\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(), KeptMemory()) as hub:
        await hub.call("ftp.sync")

        assert hub.value("sensor.roof_files") == "2"
    assert server.tally.downloads == 3
    assert (lake / "roof/b.csv").read_text() == "x\n"
