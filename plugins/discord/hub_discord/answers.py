"""People who ask the hub something: who may, and what they are told."""

from contextlib import suppress
from functools import partial

import discord

from hub.api import Hub, HubError, PluginEvent, Reply, Request
from hub_discord.config import DiscordConfig
from hub_discord.embeds import reply_embed
from hub_discord.failures import plainly

Interaction = discord.Interaction[discord.Client]

_REFUSAL = Reply(text="You may not do this. Ask an admin of the hub for one of the roles that may.", ok=False)
_MISHAP = Reply(text="Something went wrong in the hub; its log says what.", ok=False)


class Answers:
    """Answers every command and press, to the person alone."""

    def __init__(self, config: DiscordConfig, hub: Hub) -> None:
        self._guild = config.guild
        self._roles = config.roles
        self._users = config.users
        self._hub = hub

    def begin(self, interaction: Interaction, request: Request, event: PluginEvent) -> None:
        """Start to answer; the hub owns the work, so it ends with the connection."""
        self._hub.start(partial(self._answer, interaction, request, event), name=f"answer {request.verb}")

    def permits(self, person: discord.User | discord.Member) -> bool:
        """Tell whether the person, as Discord shows them now, may use the hub."""
        if person.id in self._users:
            return True
        return isinstance(person, discord.Member) and any(role.id in self._roles for role in person.roles)

    async def _answer(self, interaction: Interaction, request: Request, event: PluginEvent) -> None:
        try:
            with plainly():
                # Within 3 seconds Discord wants to hear something; with this said there are 15 minutes.
                await interaction.response.defer(ephemeral=True, thinking=True)
                reply = await self._reply(interaction, request, event)
                embed = discord.Embed.from_dict(reply_embed(reply).as_dict())
                await interaction.edit_original_response(embed=embed)
        except (HubError, OSError) as error:
            self._hub.log.warning("%s could not be answered: %s", request.person, error)

    async def _reply(self, interaction: Interaction, request: Request, event: PluginEvent) -> Reply:
        if not self.permits(await self._as_member(interaction)):
            self._hub.log.warning("%s was refused: %s %s", request.person, request.verb, request.subject)
            return _REFUSAL
        self._hub.emit(event)
        try:
            return await self._hub.ask(request)
        except Exception:
            self._hub.log.exception("answering %s failed", request.verb)
            return _MISHAP

    async def _as_member(self, interaction: Interaction) -> discord.User | discord.Member:
        """In direct messages Discord does not say which roles somebody has."""
        person = interaction.user
        guild = interaction.client.get_guild(self._guild) if self._guild is not None else None
        if isinstance(person, discord.Member) or guild is None or not self._roles:
            return person
        with suppress(discord.NotFound):
            return await guild.fetch_member(person.id)
        return person
