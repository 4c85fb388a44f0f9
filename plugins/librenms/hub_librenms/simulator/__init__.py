"""A LibreNMS on a loopback port: API v0, the "API" alert transport, and a page to let things happen."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub.api import Clock, Rehearsal
from hub.loopback import Serving
from hub_librenms.config import Kind
from hub_librenms.http import opened
from hub_librenms.simulator.network import Network
from hub_librenms.simulator.page import Page
from hub_librenms.simulator.rest import TOKEN, RestApi
from hub_librenms.simulator.story import play
from hub_librenms.simulator.transport import Sender, Transport
from hub_librenms.webhook import HEADER

__all__ = ["SECRET", "TOKEN", "WEBHOOK", "SimulatedLibreNms", "rehearse", "running"]

SECRET = "rehearsed secret"  # noqa: S105  # of a server that is simulated
WEBHOOK = "/api/plugin/librenms/alerts"


class SimulatedLibreNms:
    """Everything about a simulated LibreNMS."""

    def __init__(self, clock: Clock, devices: int = 8, ports: int = 4) -> None:
        self.network = Network(clock, devices, ports)
        self.sender = Sender()
        self.rest = RestApi(self.network)
        self.page = Page(self.network, self.sender)
        self.serving = Serving(
            Starlette(routes=[*self.page.routes(), *self.rest.routes()], exception_handlers={ClientDisconnect: _gone})
        )
        self.network.listeners.append(self.sender.send)

    @property
    def url(self) -> str:
        """Where all of it is."""
        return self.serving.url

    @property
    def config(self) -> Mapping[str, Any]:
        """The plugin's section of the configuration that connects to it."""
        return {
            "url": self.url,
            "token": TOKEN,
            "kinds": sorted(kind.value for kind in Kind),
            "webhook_secret": SECRET,
            "time_zone": str(self.network.zone),
        }

    def hub_at(self, url: str) -> None:
        """Send alerts to the hub at this address."""
        self.send_to(url)

    def send_to(self, url: str, **more: Any) -> Transport:
        """Send alerts to a hub at this address."""
        transport = Transport(url + WEBHOOK, **{"headers": {HEADER: SECRET}, **more})
        self.sender.transports.append(transport)
        return transport

    def summary(self) -> Mapping[str, int]:
        """Count what happened."""
        return {**self.network.counts, "requests": len(self.rest.calls), "webhooks": self.sender.delivered}


@asynccontextmanager
async def running(clock: Clock, devices: int = 8, ports: int = 4) -> AsyncGenerator[SimulatedLibreNms, None]:
    """Run a LibreNMS in whose network all is well."""
    librenms = SimulatedLibreNms(clock, devices, ports)
    await librenms.serving.start()
    async with opened() as http:
        sending = asyncio.create_task(librenms.sender.run(http), name="alert transport")
        try:
            yield librenms
        finally:
            await _ended(sending)
            await librenms.serving.stop()


@asynccontextmanager
async def rehearse(clock: Clock) -> AsyncGenerator[Rehearsal, None]:
    """Run a LibreNMS for a rehearsal: devices go down and alerts come and go by the clock."""
    async with running(clock) as librenms:
        playing = asyncio.create_task(play(librenms.network, clock), name="network")
        try:
            yield Rehearsal(
                config=librenms.config,
                pages={"LibreNMS": f"{librenms.url}/"},
                summary=librenms.summary,
                hub_at=librenms.hub_at,
            )
        finally:
            await _ended(playing)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _gone(_: Request, __: Exception) -> Response:
    """Nobody is there any more to be answered."""
    return Response(status_code=400)
