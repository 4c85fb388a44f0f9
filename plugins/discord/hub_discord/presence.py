"""How the bot shows the hub's health beside its name."""

from contextlib import suppress

import discord

from hub.api import Hub, Request
from hub_discord.text import clean, clip

_LONGEST = 128


class Presence:
    """Tells the bot's presence, when it has changed."""

    def __init__(self, hub: Hub, client: discord.Client) -> None:
        self._hub = hub
        self._client = client
        self._shown: tuple[str, discord.Status] | None = None

    async def show(self) -> None:
        """Ask the hub how it is, and show it."""
        reply = await self._hub.ask(Request(verb="status"))
        status = discord.Status.online if reply.ok and not reply.fields else discord.Status.dnd
        shown = (clip(" ".join(clean(reply.text).split()), _LONGEST), status)
        if shown != self._shown and await self._tell(*shown):
            self._shown = shown

    async def _tell(self, text: str, status: discord.Status) -> bool:
        # The gateway may be about to resume: the next time will do.
        with suppress(discord.DiscordException, OSError, RuntimeError):
            await self._client.change_presence(activity=discord.CustomActivity(name=text), status=status)
            return True
        return False
