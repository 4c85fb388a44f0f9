"""People who press buttons and use commands, and what the bot answers them."""

import asyncio
import time
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from hub_discord.simulator.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, Gateway
from hub_discord.simulator.world import Channel, Json, Kind, Person, World

_COMMAND, _COMPONENT, _AUTOCOMPLETE = 2, 3, 4
_PATIENCE = 3.0  # seconds in which a bot must react
_MESSAGE, _DEFERRED_MESSAGE, _DEFERRED_UPDATE, _UPDATE, _CHOICES = 4, 5, 6, 7, 8
_EPHEMERAL = 1 << 6


class Interaction:
    """One press or command, and what became of it."""

    def __init__(self, identity: int, made: float) -> None:
        self.id = identity
        self.token = token_hex(16)
        self.made = made
        self.deferred = False
        self.ephemeral = False
        self.answer: Json | None = None
        """The message that the person sees; None until there is one."""
        self._reacted = asyncio.Event()
        self._answered = asyncio.Event()

    async def reaction(self) -> None:
        """Wait until the bot has reacted: answered, or said that it will."""
        await self._reacted.wait()

    async def choices(self) -> list[str]:
        """Wait for what is offered while typing."""
        await self._answered.wait()
        return [str(choice["value"]) for choice in (self.answer or {}).get("choices") or []]

    async def text(self) -> str:
        """Wait for the answer; returns everything that is written in it."""
        await self._answered.wait()
        answer = self.answer or {}
        embeds: list[Json] = answer.get("embeds") or []
        texts = [answer.get("content"), *(embed.get(part) for embed in embeds for part in ("title", "description"))]
        texts += [item[part] for embed in embeds for item in embed.get("fields") or [] for part in ("name", "value")]
        return "\n".join(str(text) for text in texts if text)

    def take_callback(self, body: Json) -> None:
        """Take the bot's first reaction."""
        message: Json = body.get("data") or {}
        self.ephemeral = bool(int(message.get("flags") or 0) & _EPHEMERAL)
        self.deferred = body["type"] in (_DEFERRED_MESSAGE, _DEFERRED_UPDATE)
        self._reacted.set()
        if body["type"] in (_MESSAGE, _UPDATE, _CHOICES):
            self.take_answer(message)

    def take_answer(self, message: Json) -> None:
        """Take the message that the person sees."""
        self.answer = message
        self._answered.set()

    @property
    def reacted(self) -> bool:
        """Whether the bot has reacted."""
        return self._reacted.is_set()


class Interactions:
    """Every interaction by its token."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self._world = world
        self._gateway = gateway
        self.by_token: dict[str, Interaction] = {}
        self.presses = 0
        self.commands = 0

    async def press(self, message_id: int, custom_id: str, person: Person) -> Interaction:
        """Let a person press a button. Raises KeyError when there is no such message or button."""
        channel, message = self._world.find(message_id)
        custom_ids = [button.get("custom_id") for row in message["components"] for button in row["components"]]
        if custom_id not in custom_ids:
            raise KeyError(custom_id)
        self.presses += 1
        pressed = {"custom_id": custom_id, "component_type": 2}
        return await self._begin(_COMPONENT, channel, person, {"data": pressed, "message": message})

    async def run_command(self, name: str, options: Mapping[str, Any], channel: Channel, person: Person) -> Interaction:
        """Let a person use a slash command. Raises KeyError when the bot has offered none of this name."""
        command = next((command for command in self._world.commands if command["name"] == name), None)
        if command is None:
            raise KeyError(name)
        self.commands += 1
        given = [{"name": option, "type": 3, "value": value} for option, value in options.items()]
        used = {"id": command["id"], "name": name, "type": 1, "options": given, "guild_id": str(self._world.guild)}
        return await self._begin(_COMMAND, channel, person, {"data": used})

    async def complete(self, name: str, option: str, typed: str, channel: Channel, person: Person) -> Interaction:
        """Let a person type into an option of a command; the answer's `choices` are what they are offered."""
        typing = {"name": option, "type": 3, "value": typed, "focused": True}
        used = {"id": "1", "name": name, "type": 1, "options": [typing], "guild_id": str(self._world.guild)}
        return await self._begin(_AUTOCOMPLETE, channel, person, {"data": used})

    async def say(self, text: str, channel: Channel, person: Person) -> Json:
        """Let a person write a message."""
        message = self._world.message(channel, person, {"content": text})
        needs = DIRECT_MESSAGES if channel.kind is Kind.DIRECT else GUILD_MESSAGES
        where = {} if channel.kind is Kind.DIRECT else {"guild_id": str(self._world.guild), "member": person.as_member()}
        await self._gateway.dispatch("MESSAGE_CREATE", message | where, needs)
        return message

    def late(self, interaction: Interaction) -> bool:
        """Tell whether the bot has taken too long to react."""
        return not interaction.reacted and time.monotonic() - interaction.made > _PATIENCE

    def presence(self) -> Json:
        """Return how the bot shows itself."""
        presences = self._gateway.presences
        latest: Json = presences[-1] if presences else {"status": "online", "activities": []}
        return latest if self._gateway.connected else {"status": "offline", "activities": []}

    async def _begin(self, kind: int, channel: Channel, person: Person, more: Json) -> Interaction:
        interaction = Interaction(self._world.snowflake(), time.monotonic())
        self.by_token[interaction.token] = interaction
        whole: Json = {
            "id": str(interaction.id),
            "application_id": str(self._world.application),
            "type": kind,
            "token": interaction.token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": channel.as_json(),
            "app_permissions": "0",
            "attachment_size_limit": 10 << 20,
            "locale": "en-US",
            "entitlements": [],
        }
        if channel.kind is Kind.DIRECT:
            whole |= {"user": person.as_user(), "context": 1}
        else:
            whole |= {"member": person.as_member(), "guild_id": str(self._world.guild), "guild_locale": "en-US", "context": 0}
        await self._gateway.dispatch("INTERACTION_CREATE", whole | more)
        return interaction
