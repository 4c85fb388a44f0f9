"""A simulated Discord: REST and gateway v10 on a loopback port, and a page that shows what people see."""

from aiohttp import web

from hub.api import Clock
from hub_discord.simulator.gateway import Gateway
from hub_discord.simulator.interactions import Interactions
from hub_discord.simulator.page import Page
from hub_discord.simulator.rest import Rest
from hub_discord.simulator.world import World

TOKEN = "rehearsal"  # noqa: S105 - it opens nothing


class SimulatedDiscord:
    """One Discord server that listens between `start` and `stop`; what it knows stays, so it can start again."""

    def __init__(self, clock: Clock) -> None:
        self.world = World(clock)
        self.gateway = Gateway(self.world, TOKEN)
        self.interactions = Interactions(self.world, self.gateway)
        self.rest = Rest(self.world, self.gateway, self.interactions, TOKEN)
        self.port = 0
        """0 until it has listened once; then always the same."""
        self._page = Page(self.world, self.interactions)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=25 << 20)
        app.add_routes([*self.rest.routes(), *self._page.routes(), web.get("/gateway", self.gateway.serve)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self.gateway.address = self.gateway_url

    async def stop(self) -> None:
        """Stop listening and cut every line."""
        runner, self._runner = self._runner, None
        if runner is not None:
            self.gateway.drop()
            await runner.cleanup()

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
