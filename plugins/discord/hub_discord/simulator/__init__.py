"""A Discord of one server: REST and gateway v10 on a loopback port, and a page that shows what its people see."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web

from hub.api import Clock
from hub_discord.simulator.gateway import Gateway
from hub_discord.simulator.interactions import Interactions
from hub_discord.simulator.page import Page
from hub_discord.simulator.rest import Rest
from hub_discord.simulator.world import World

TOKEN = "rehearsal"  # noqa: S105 - it opens nothing


class SimulatedDiscord:
    """Everything about a simulated Discord that runs."""

    def __init__(self, clock: Clock) -> None:
        self.world = World(clock)
        self.gateway = Gateway(self.world, TOKEN)
        self.interactions = Interactions(self.world, self.gateway, clock)
        self.rest = Rest(self.world, self.gateway, self.interactions, TOKEN)
        self.page = Page(self.world, self.interactions)
        self.port = 0

    @property
    def api_url(self) -> str:
        """Where the REST API is."""
        return f"http://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return f"ws://127.0.0.1:{self.port}/gateway"

    @property
    def page_url(self) -> str:
        """Where a person can look."""
        return f"http://127.0.0.1:{self.port}/"

    def as_app(self) -> web.Application:
        """Return the web application."""
        app = web.Application(client_max_size=25 << 20)
        app.add_routes([*self.rest.routes(), *self.page.routes(), web.get("/gateway", self.gateway.serve)])
        return app


@asynccontextmanager
async def running(clock: Clock, port: int = 0) -> AsyncGenerator[SimulatedDiscord, None]:
    """Run a Discord that is empty but for the bot, on a free port unless one is named."""
    async with listening(SimulatedDiscord(clock), port) as discord:
        yield discord


@asynccontextmanager
async def listening(discord: SimulatedDiscord, port: int = 0) -> AsyncGenerator[SimulatedDiscord, None]:
    """Let a Discord listen; what it knows stays when it stops, so it can listen again."""
    runner = web.AppRunner(discord.as_app(), access_log=None, shutdown_timeout=0.2, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        discord.port = runner.addresses[0][1]
        discord.gateway.address = discord.gateway_url
        yield discord
    finally:
        discord.gateway.drop()
        await runner.cleanup()
