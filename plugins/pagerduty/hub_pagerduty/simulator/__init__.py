"""A PagerDuty account on a loopback port: Events API, REST API, webhooks, and a page to acknowledge and resolve."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub.api import Clock, Rehearsal
from hub.loopback import Serving
from hub_pagerduty.http import opened
from hub_pagerduty.simulator.account import API_KEY, FROM_EMAIL, ROUTING_KEY, Account
from hub_pagerduty.simulator.events_api import EventsApi
from hub_pagerduty.simulator.page import Page
from hub_pagerduty.simulator.rest import RestApi
from hub_pagerduty.simulator.sender import Sender

__all__ = ["API_KEY", "FROM_EMAIL", "ROUTING_KEY", "SimulatedPagerDuty", "rehearse", "running"]

HUB_URL = "http://127.0.0.1:8123"
"""Where a hub listens unless it is told otherwise."""


class SimulatedPagerDuty:
    """Everything about a simulated PagerDuty."""

    def __init__(self, clock: Clock) -> None:
        self.account = Account(clock)
        self.sender = Sender(clock)
        self.events = EventsApi(self.account, clock)
        self.rest = RestApi(self.account, self.sender, clock)
        self.page = Page(self.account, self.sender)
        self.app = Starlette(
            routes=[*self.page.routes(), *self.events.routes(), *self.rest.routes()], exception_handlers={ClientDisconnect: _gone}
        )
        self.serving = Serving(self.app)
        self.account.listeners.append(self.sender.send)

    @property
    def url(self) -> str:
        """Where all of it is."""
        return self.serving.url

    @property
    def config(self) -> Mapping[str, Any]:
        """The plugin's section of the configuration that connects to it."""
        return {
            "targets": {"oncall": {"routing_key": ROUTING_KEY}},
            "api_key": API_KEY,
            "from_email": FROM_EMAIL,
            "events_url": self.url,
            "api_url": self.url,
            "scan_interval": 15,
        }

    def summary(self) -> Mapping[str, int]:
        """Count what happened."""
        return {**self.account.counts, "webhooks": self.sender.delivered}


@asynccontextmanager
async def running(clock: Clock) -> AsyncGenerator[SimulatedPagerDuty, None]:
    """Run a PagerDuty in which nothing has happened yet."""
    pagerduty = SimulatedPagerDuty(clock)
    await pagerduty.serving.start()
    async with opened() as http:
        sending = asyncio.create_task(pagerduty.sender.run(http), name="webhooks")
        try:
            yield pagerduty
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            await pagerduty.serving.stop()


@asynccontextmanager
async def rehearse(clock: Clock) -> AsyncGenerator[Rehearsal, None]:
    """Run a PagerDuty for a rehearsal.

    The configuration says that the hub listens at its usual address, so that acknowledgements come back; a hub that listens
    elsewhere replaces `external_url`.
    """
    async with running(clock) as pagerduty:
        config = {**pagerduty.config, "external_url": HUB_URL}
        yield Rehearsal(config=config, pages={"PagerDuty": f"{pagerduty.url}/"}, summary=pagerduty.summary)


async def _gone(_: Request, __: Exception) -> Response:
    """Nobody is there any more to be answered."""
    return Response(status_code=400)
