"""A vCenter and a Horizon on a loopback port: SOAP under `/sdk`, REST under `/rest`."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub.api import Clock, Rehearsal
from hub.loopback import Serving
from hub_vmware.simulator import broker, vcenter
from hub_vmware.simulator.broker import SimulatedHorizon
from hub_vmware.simulator.plant import Plant
from hub_vmware.simulator.vcenter import SimulatedVCenter

__all__ = ["SimulatedVmware", "rehearse", "running"]


class SimulatedVmware:
    """Both of them, at one address."""

    def __init__(self, clock: Clock, machines: int = 6) -> None:
        self.plant = Plant(clock, machines)
        self.vcenter = SimulatedVCenter(self.plant, clock)
        self.horizon = SimulatedHorizon()
        routes = [*self.vcenter.routes(), *self.horizon.routes()]
        self.serving = Serving(Starlette(routes=routes, exception_handlers={ClientDisconnect: _gone}))

    @property
    def config(self) -> Mapping[str, Any]:
        """The plugin's section of the configuration that connects to both."""
        return {"vcenter": self.vcenter_config, "horizon": self.horizon_config}

    @property
    def vcenter_config(self) -> dict[str, Any]:
        """The part for vCenter."""
        return {"url": self.serving.url, "user": vcenter.USER, "password": vcenter.PASSWORD, "timeout": 10}

    @property
    def horizon_config(self) -> dict[str, Any]:
        """The part for Horizon."""
        return {
            "url": self.serving.url,
            "domain": broker.DOMAIN,
            "user": broker.USER,
            "password": broker.PASSWORD,
            "scan_interval": 10,
            "desktops": {"ada": {"pool": "Executive Desktop"}, "grace": {"pool": "Executive Desktop"}},
        }

    async def start(self) -> None:
        """Listen."""
        await self.serving.start()

    async def stop(self) -> None:
        """Die; machines stay as they are, logins are forgotten."""
        self.horizon.expire(refresh=True)
        await self.vcenter.stop()
        await self.serving.stop()

    def summary(self) -> Mapping[str, int]:
        """Count what happened."""
        return {
            **self.plant.counts,
            **self.horizon.counts,
            "calls": len(self.vcenter.calls),
            "messages": len(self.horizon.messages),
        }


@asynccontextmanager
async def running(clock: Clock, machines: int = 6) -> AsyncGenerator[SimulatedVmware, None]:
    """Run both, in good health."""
    simulated = SimulatedVmware(clock, machines)
    await simulated.start()
    try:
        yield simulated
    finally:
        await simulated.stop()


@asynccontextmanager
async def rehearse(clock: Clock) -> AsyncGenerator[Rehearsal, None]:
    """Run both for a rehearsal, in which things can be made to happen."""
    async with running(clock) as simulated:
        plant, horizon = simulated.plant, simulated.horizon
        plant.add_snapshot("vm-1", "before the upgrade", age_days=12)

        async def switch_a_machine() -> None:
            plant.set_power("vm-2", not plant.is_on("vm-2"))

        async def lose_a_host() -> None:
            lost = plant.things["host-2"].values["runtime.connectionState"] != "connected"
            plant.set_host("host-2", "connected" if lost else "notResponding")
            plant.trigger_alarm("host-2", "green" if lost else "red", "alarm-2")

        async def come_and_go() -> None:
            if "session-2" in horizon.sessions:
                del horizon.sessions["session-2"]
                horizon.machines["machine-2"]["state"] = "AVAILABLE"
            else:
                horizon.connect("S-1-5-21-2", "machine-2")

        cues = {"switch a machine": switch_a_machine, "lose a host": lose_a_host, "come and go": come_and_go}
        yield Rehearsal(config=simulated.config, summary=simulated.summary, cues=cues)


async def _gone(_: Request, __: Exception) -> Response:
    """Nobody is there any more to be answered."""
    return Response(status_code=400)
