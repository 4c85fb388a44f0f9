"""A hub with pages, people with phones."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import hub_qr_auth
import pytest
from hub_qr_auth.simulator import CONFIG, FOLDER, SECRETS, Phone, Screen, Web, browsing

from hub.clock import SimulatedClock
from hub.plugin import WebhookReply, WebhookRequest
from hub.testing import KeptMemory, Running, running
from tests.web.house import served

NOON = 1_767_614_400.0
"""2026-01-05T12:00:00Z"""


@dataclass
class Scene:
    """A hub whose pages are served on a real socket, and everybody who comes to it."""

    hub: Running[SimulatedClock]
    url: str
    stack: AsyncExitStack

    @property
    def folder(self) -> str:
        return self.url + FOLDER

    async def web(self, agent: str = "Firefox/150.0 (Windows)") -> Web:
        return await self.stack.enter_async_context(browsing(agent))

    async def screen(self) -> Screen:
        return Screen(await self.web(), self.hub.clock, self.folder)

    async def phone(self, person: str = "ada", skew: float = 0.0) -> Phone:
        return Phone(await self.web("Safari/605 (iPhone)"), self.hub.clock, person, SECRETS[person], skew)

    async def sign_in(self, screen: Screen, phone: Phone, ticket: str = "", *, remember: bool = False) -> Any:
        """Do all that it takes; returns what the screen shows at the end."""
        assert (await screen.begin(ticket)).status == 200
        asked = await phone.scan(screen.picture)
        await phone.answer(asked, screen.number, remember=remember)
        return await screen.redeem()

    def audit(self, what: str | None = None) -> list[tuple[str, str, str]]:
        entries = self.hub.told("qr_auth.audit")
        return [(each["what"], each["outcome"], each["reason"]) for each in entries if what in (None, each["what"])]


SceneOf = Callable[..., Any]


@pytest.fixture
def scene() -> SceneOf:
    """What makes scenes; what it is given replaces parts of the configuration."""

    @asynccontextmanager
    async def make(memory: KeptMemory | None = None, **changes: Any) -> AsyncGenerator[Scene, None]:
        async with AsyncExitStack() as stack:
            place: dict[str, Running[Any]] = {}

            async def webhook(instance: str, name: str, request: WebhookRequest) -> WebhookReply | None:
                return await place["hub"].host.answer(f"/api/plugin/{instance}/{name}", request)

            house = await stack.enter_async_context(served(plugin_webhook=webhook))
            config: Mapping[str, Any] = {**CONFIG, "external_url": house.bound.url, **changes}
            place["hub"] = await stack.enter_async_context(running(hub_qr_auth, config, SimulatedClock(NOON), memory))
            yield Scene(place["hub"], house.bound.url, stack)

    return make
