"""LibreNMS, simulated, for tests."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import hub_librenms
import pytest
from hub_librenms.simulator import SimulatedLibreNms
from hub_librenms.simulator import running as simulated

from hub.clock import SystemClock
from hub.testing import KeptMemory, Running, running

SPEED = 200.0
"""How much faster time passes: ten seconds take fifty milliseconds."""

_QUICK = {"alerts": 10, "down": 10, "ports": 30, "sensors": 30, "services": 30, "bgp": 30}

Hubs = Callable[..., AbstractAsyncContextManager[Running[SystemClock]]]


@pytest.fixture
async def librenms() -> AsyncGenerator[SimulatedLibreNms, None]:
    """A network in which all is well."""
    async with simulated(SystemClock(SPEED)) as made:
        yield made


@pytest.fixture
def hub_with(librenms: SimulatedLibreNms) -> Hubs:
    """A hub that watches the network and has seen it once; configuration is given by name."""

    @asynccontextmanager
    async def made(
        memory: KeptMemory | None = None, *, ready: bool = True, beside: Any = None, **config: Any
    ) -> AsyncGenerator[Running[SystemClock], None]:
        intervals = _QUICK | config.pop("intervals", {})
        asked = {**librenms.config, "kinds": ["devices", "alerts"], "intervals": intervals, **config}
        async with running(hub_librenms, asked, SystemClock(SPEED), memory, beside=beside) as hub:
            if ready:
                await hub.until(lambda: hub.connected and hub.value("sensor.librenms_open_alerts") not in (None, "unknown"))
            yield hub

    return made
