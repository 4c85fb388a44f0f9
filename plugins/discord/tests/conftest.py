"""A Discord for each test."""

from collections.abc import AsyncGenerator

import pytest
from hub_discord.simulator import SimulatedDiscord, running

from hub.clock import SystemClock


@pytest.fixture
async def discord() -> AsyncGenerator[SimulatedDiscord, None]:
    """An empty Discord that listens."""
    async with running(SystemClock()) as simulated:
        yield simulated
