"""The bot: one connection to Discord."""

from collections.abc import Callable
from typing import Any

import discord

from hub.api import Hub, NotConnected, Request
from hub_discord.answers import Answers
from hub_discord.budget import Budget
from hub_discord.buttons import PressableButton
from hub_discord.commands import make_tree, offer, withdraw
from hub_discord.config import DiscordConfig
from hub_discord.detour import Detour
from hub_discord.events import Button, Message
from hub_discord.failures import NO_INTENT, plainly
from hub_discord.ledger import Ledger
from hub_discord.lines import Lines
from hub_discord.session import IntentsRefused

_LONGEST_WAIT = 30.0  # seconds of rate limit that are waited out; the library takes no less
_MOST_LOSSES, _WITHIN = 5, 60.0  # losses of the gateway within so many seconds that are too many


class Bot(discord.Client):
    """Hears what happens on Discord, and hands it to the hub."""

    def __init__(self, config: DiscordConfig, hub: Hub, ledger: Ledger, opened: Callable[[], None]) -> None:
        self.lines = Lines()
        super().__init__(
            intents=_intents(config),
            http_trace=self.lines.trace,
            connector=Detour(_text(config.api_url), _text(config.gateway_url)),
            allowed_mentions=discord.AllowedMentions.none(),
            max_ratelimit_timeout=_LONGEST_WAIT,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=0.0,  # nothing here waits for the library's "ready", so it need not linger
        )
        self._config = config
        self._hub = hub
        self._ledger = ledger
        self._opened = opened
        self._answers = Answers(config, hub)
        self._budget = Budget(hub.memory, hub.clock)
        self._losses: list[float] = []
        self._trouble: NotConnected | None = None
        self._tree = make_tree(self, config.guild, self._answers, ledger.open_keys) if config.guild else None

    async def listen(self) -> None:
        """Hear the gateway until it is lost for good, which raises PluginError or OSError; short losses are made up for."""
        try:
            with plainly():
                # Losses that RESUME mends stay inside; anything else goes to the supervisor, which waits longer each time.
                await self.connect(reconnect=False)
        except AttributeError as error:
            if error.obj is not None:
                raise
            # The library reads `self.ws.sequence` also when the very first gateway was lost before there was a `ws`.
            raise NotConnected("Discord closed the gateway before it said hello") from error
        except Exception as error:
            if self._trouble is None:
                raise
            raise self._trouble from error
        raise self._trouble or NotConnected("Discord closed the gateway")

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Called by the library for everything that it hears; once closed it has no loop left to tell it on."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def setup_hook(self) -> None:
        """Between login and gateway: see that it makes sense to go on, since each introduction counts."""
        flags = self.application.flags if self.application else discord.ApplicationFlags()
        if self._config.message_content and not (flags.gateway_message_content or flags.gateway_message_content_limited):
            raise IntentsRefused(NO_INTENT)
        self.add_dynamic_items(PressableButton)
        if self._tree is not None and self._config.guild is not None:
            await self._check_guild(self._config.guild)
            await offer(self._tree, self._config.guild, self._hub)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Called by the library before each IDENTIFY."""
        del shard_id
        if not initial:
            # Waiting, as the library does, would be right; but a session that Discord ended is the supervisor's to mend.
            raise NotConnected("Discord has ended the session")
        await self._budget.spend()

    async def on_connect(self) -> None:
        """The gateway has answered READY."""
        if self._config.guild is None:
            self._opened()

    async def on_socket_event_type(self, event_type: str) -> None:
        """Something has come through the gateway; with the server's roles known, people can be let in or refused."""
        # The library's own event for this comes late or, when the server is quicker than its patience, never.
        guild = self.get_guild(self._config.guild) if self._config.guild and event_type == "GUILD_CREATE" else None
        if guild is not None and not guild.unavailable:
            self._opened()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The server has thrown the bot out."""
        if guild.id == self._config.guild:
            await withdraw(self._hub.memory)

    async def on_disconnect(self) -> None:
        """The gateway is lost; the library resumes at once, without ever waiting."""
        now = self._hub.clock.monotonic()
        self._losses = [loss for loss in self._losses if now - loss < _WITHIN] + [now]
        if len(self._losses) >= _MOST_LOSSES and self._trouble is None:
            self._trouble = NotConnected(f"the gateway was lost {len(self._losses)} times within a minute")
            await self.close()

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote something."""
        if self._config.message_content and not message.author.bot:
            self._hub.emit(
                Message(
                    text=message.content,
                    person=message.author.name,
                    person_id=message.author.id,
                    channel=getattr(message.channel, "name", None) or "",
                    channel_id=message.channel.id,
                    message_id=message.id,
                    direct=message.guild is None,
                )
            )

    def pressed(self, interaction: discord.Interaction[discord.Client], action: str, alert: str) -> None:
        """Somebody pressed a button under an alert."""
        person = interaction.user
        key = self._ledger.key_of(alert) or alert
        event = Button(
            action=action,
            alert=key,
            person=person.name,
            person_id=person.id,
            channel_id=interaction.channel_id or 0,
            message_id=interaction.message.id if interaction.message else 0,
        )
        self._answers.begin(interaction, Request(verb=action, subject=key, person=f"discord:{person.name}"), event)

    async def _check_guild(self, guild: int) -> None:
        try:
            await self.fetch_guild(guild, with_counts=False)
        except (discord.NotFound, discord.Forbidden) as error:
            scopes = ("bot", "applications.commands")
            invitation = discord.utils.oauth_url(self.application_id or 0, guild=discord.Object(guild), scopes=scopes)
            raise NotConnected(f"the bot is not on the server {guild}; invite it: {invitation}") from error


def _intents(config: DiscordConfig) -> discord.Intents:
    """Ask for no more than is needed: commands and buttons need no privileged intent."""
    reads = config.message_content
    return discord.Intents(guilds=True, guild_messages=reads, dm_messages=reads, message_content=reads)


def _text(address: object) -> str | None:
    return None if address is None else str(address)
