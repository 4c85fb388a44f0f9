"""An energy company's Discord: what the demonstration and the tests run on."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from hub.api import Clock, Rehearsal
from hub_discord.simulator import TOKEN, SimulatedDiscord
from hub_discord.simulator.world import Channel, Json


class Company(SimulatedDiscord):
    """A server with channels for the board and operations, an executive on call who may operate, and one who may not."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.operators = self.world.add_role("Operators")
        self.ada = self.world.add_person("ada", self.operators)
        self.bob = self.world.add_person("bob")
        self.board = self.world.add_channel("board")
        self.operations = self.world.add_channel("operations")
        self.oncall = self.world.direct(self.ada)
        self._seen: set[int] = set()

    @property
    def config(self) -> dict[str, Any]:
        """The plugin's section of the configuration."""
        return {
            "token": TOKEN,
            "guild": self.world.guild,
            "roles": [self.operators],
            "targets": {
                "board": {"channel": self.board.id},
                "operations": {"channel": self.operations.id, "ping_role": self.operators, "alert_threads": True},
                "ada": {"user": self.ada.id},
            },
            "api_url": self.api_url,
            "gateway_url": self.gateway_url,
        }

    async def look(self) -> None:
        """Let Ada look at the alerts; she acknowledges those that she saw the last time and nobody cares for."""
        open_alerts = {int(message["id"]): custom_id for message, custom_id in self._to_acknowledge()}
        for message_id in self._seen & open_alerts.keys():
            await self.interactions.press(message_id, open_alerts[message_id], self.ada)
        self._seen = set(open_alerts)

    def _to_acknowledge(self) -> Iterator[tuple[Json, str]]:
        for message in self.said(self.operations):
            for row in message["components"]:
                for button in row["components"]:
                    if str(button.get("custom_id", "")).startswith("hub:acknowledge:"):
                        yield message, button["custom_id"]

    def said(self, channel: Channel) -> list[Json]:
        """Return the messages of a channel."""
        return list(channel.messages.values())


@asynccontextmanager
async def running_company(clock: Clock) -> AsyncGenerator[Company, None]:
    """Run a company's Discord on a free port."""
    company = Company(clock)
    await company.start()
    try:
        yield company
    finally:
        await company.stop()


@asynccontextmanager
async def rehearse(clock: Clock) -> AsyncGenerator[Rehearsal, None]:
    """Run it for a rehearsal."""
    async with running_company(clock) as company:
        yield Rehearsal(
            config=company.config,
            pages={"Discord": company.page_url},
            summary=lambda: {"messages": company.world.message_count, "presses": company.interactions.presses},
            cues={"ada looks": company.look},
        )
