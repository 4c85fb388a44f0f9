"""The demonstration: every plugin on its simulated system, over real sockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.clock import SystemClock
from hub.demo.stage import Demonstration, on_stage
from tests.app.site import Site, until

SPEED = 90.0  # the simulated systems keep up with it also on a busy computer
BEFORE_NOON = datetime(2024, 6, 15, 11, 48, tzinfo=ZoneInfo("Europe/Berlin"))


@asynccontextmanager
async def playing(folder: Path, start: datetime) -> AsyncIterator[Demonstration]:
    """Let the demonstration play from a moment on."""
    clock = SystemClock(SPEED, wall=start.timestamp)
    async with on_stage(folder, SPEED, clock=clock) as demonstration:
        yield demonstration


def lake(folder: Path) -> dict[Path, tuple[int, int]]:
    """Return the size and time of writing of each file that was fetched."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".csv", ".json")]
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files if "lake" in path.parts}


async def test_files_become_metrics_and_alerts_and_nothing_is_fetched_twice(site: Site) -> None:
    """Also not after a restart; entities keep their ids."""
    folder = site.folder / "demo"
    async with playing(folder, BEFORE_NOON) as demonstration:
        await until(lambda: _all_happened(demonstration), 25)
        ids = {entry.entity_id: entry.id for entry in demonstration.hub.registries.entities.all()}
    fetched = lake(folder)
    assert fetched

    async with playing(folder, BEFORE_NOON + timedelta(minutes=30)) as demonstration:
        await until(lambda: demonstration.counted()["files_synced"] > 0, 25)
        known = {entry.entity_id: entry.id for entry in demonstration.hub.registries.entities.all()}
    again = lake(folder)
    assert ids.items() <= known.items()
    assert fetched.keys() <= again.keys()
    same_size = [path for path, (size, _) in fetched.items() if again[path][0] == size]
    assert [path for path in same_size if again[path] != fetched[path]] == []


def _all_happened(demonstration: Demonstration) -> bool:
    counted = demonstration.counted()
    return all(counted[name] for name in ("files_synced", "metrics", "runs", "alerts_delivered"))
