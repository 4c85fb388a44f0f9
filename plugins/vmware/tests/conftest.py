"""A vCenter and a Horizon, simulated, for tests."""

from collections.abc import AsyncGenerator

import pytest
from hub_vmware.simulator import SimulatedVmware
from hub_vmware.simulator import running as simulated

from hub.clock import SystemClock


@pytest.fixture
async def vmware() -> AsyncGenerator[SimulatedVmware, None]:
    """Both, in good health."""
    async with simulated(SystemClock()) as made:
        yield made
