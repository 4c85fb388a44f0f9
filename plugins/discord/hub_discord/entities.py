"""What the hub sees of the bot."""

import math
from datetime import UTC, datetime, timedelta

import discord

from hub.api import Category, Device, Hub, HubError

_NAME = "sent"
_LOOK = timedelta(seconds=30)


class Entities:
    """The bot's sensors."""

    def __init__(self, hub: Hub, client: discord.Client) -> None:
        name = client.user.name if client.user else "bot"
        device = Device(key="bot", name=f"Discord {name}", manufacturer="Discord", model="Bot")
        self._hub = hub
        self._client = client
        self._latency = hub.sensor(
            "latency",
            name="Latency",
            unit="ms",
            device_class="duration",
            state_class="measurement",
            category=Category.DIAGNOSTIC,
            device=device,
        )
        self._messages = hub.sensor("messages_sent", name="Messages sent", state_class="total_increasing", device=device)
        self._last = hub.sensor("last_message", name="Last message", device_class="timestamp", device=device)
        kept: tuple[int, float | None] = hub.memory.get(_NAME) or (0, None)
        self._count, moment = kept
        self._messages.set(self._count)
        self._last.set(datetime.fromtimestamp(moment, UTC) if moment is not None else None)
        hub.every(_LOOK, self._look)

    async def count_message(self) -> None:
        """A message has been sent."""
        self._count += 1
        self._messages.set(self._count)
        self._last.set(self._hub.clock.now())
        try:
            await self._hub.memory.put({_NAME: [self._count, self._hub.clock.time()]})
        except (HubError, OSError) as error:
            self._hub.log.warning("the count of messages cannot be remembered: %s", error)

    async def _look(self) -> None:
        seconds = self._client.latency
        self._latency.set(round(seconds * 1000, 1) if math.isfinite(seconds) else None)
