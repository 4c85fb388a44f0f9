"""A Discord for each test."""

from collections.abc import AsyncGenerator

import pytest
from hub_discord.simulator.company import Company, running_company

from hub.clock import SystemClock


@pytest.fixture
async def company() -> AsyncGenerator[Company, None]:
    """An energy company's Discord that listens."""
    async with running_company(SystemClock()) as company:
        yield company
