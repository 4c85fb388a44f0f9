"""PagerDuty, simulated, for tests."""

from collections.abc import AsyncGenerator

import pytest
from hub_pagerduty.simulator import SimulatedPagerDuty, running

from hub.clock import SystemClock


@pytest.fixture
async def pagerduty() -> AsyncGenerator[SimulatedPagerDuty, None]:
    """An account in which nothing has happened yet; its webhooks are retried a thousand times faster."""
    async with running(SystemClock(1000.0)) as simulated:
        yield simulated
