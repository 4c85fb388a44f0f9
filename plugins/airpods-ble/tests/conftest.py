"""People with sets, and captures of what they send."""

from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from random import Random

import pytest
from hub_airpods_ble.sighting import Sighting, write_line
from hub_airpods_ble.simulator import FeedServer, SimulatedSet

Capture = Callable[[Iterable[Sighting]], Path]


@pytest.fixture
def ada() -> SimulatedSet:
    """Ada's set."""
    return SimulatedSet(Random("ada"), left=80, right=70)


@pytest.fixture
def bob() -> SimulatedSet:
    """Bob's set."""
    return SimulatedSet(Random("bob"), left=60, right=60)


@pytest.fixture
def stranger() -> SimulatedSet:
    """A set of somebody whom nobody asked; the same model as Ada's, with the same charge."""
    return SimulatedSet(Random("stranger"), left=80, right=70)


@pytest.fixture
def capture(tmp_path: Path) -> Capture:
    """Write a capture."""

    def write(sightings: Iterable[Sighting]) -> Path:
        path = tmp_path / "capture.jsonl"
        path.write_text("".join(f"{write_line(sighting)}\n" for sighting in sightings))
        return path

    return write


@pytest.fixture
async def feed() -> AsyncGenerator[FeedServer, None]:
    """A feed that runs."""
    server = FeedServer()
    await server.start()
    yield server
    await server.stop()
