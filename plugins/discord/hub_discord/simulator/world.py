"""What the simulated Discord consists of: one server, its people, channels and messages."""

import itertools
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from hub.api import Clock

Json = dict[str, Any]
"""What JSON calls an object."""

_EPOCH = 1_420_070_400_000  # Discord's ids count milliseconds from 2015
_BOT_PERMISSIONS = str((1 << 50) - 1)


class Kind(IntEnum):
    """Types of channels."""

    TEXT = 0
    DIRECT = 1
    THREAD = 11
    FORUM = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody on Discord."""

    id: int
    name: str
    roles: tuple[int, ...] = ()
    bot: bool = False

    def as_user(self) -> Json:
        """Return the user object."""
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": None,
            "avatar": None,
            "bot": self.bot,
        }

    def as_member(self) -> Json:
        """Return the member object."""
        return {
            "user": self.as_user(),
            "roles": [str(role) for role in self.roles],
            "joined_at": "2026-01-01T00:00:00+00:00",
            "deaf": False,
            "mute": False,
            "flags": 0,
            "permissions": _BOT_PERMISSIONS,
        }


@dataclass(slots=True, kw_only=True)
class Channel:
    """A place for messages."""

    id: int
    name: str
    kind: Kind = Kind.TEXT
    guild: int | None = None
    parent: int | None = None
    recipient: Person | None = None
    messages: dict[int, Json] = field(default_factory=dict)
    nonces: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return the channel object."""
        whole: Json = {"id": str(self.id), "type": int(self.kind), "last_message_id": None}
        if self.recipient is not None:
            return whole | {"recipients": [self.recipient.as_user()]}
        whole |= {"guild_id": str(self.guild), "name": self.name, "position": 0, "permission_overwrites": [], "nsfw": False}
        if self.kind is not Kind.THREAD:
            return whole | {"parent_id": None, "topic": None, "rate_limit_per_user": 0}
        times = {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
            "locked": False,
        }
        return whole | {
            "parent_id": str(self.parent),
            "owner_id": "1",
            "message_count": len(self.messages),
            "member_count": 1,
            "rate_limit_per_user": 0,
            "thread_metadata": times,
        }


class World:
    """One Discord server with one bot in it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._numbers = itertools.count(1)
        self.bot = Person(id=self.snowflake(), name="Hub", bot=True)
        self.application = self.snowflake()
        self.guild = self.snowflake()
        self.people: dict[int, Person] = {}
        self.reclusive: set[int] = set()
        """Ids of people who take no direct messages."""
        self.roles: dict[int, str] = {self.guild: "@everyone"}
        self.channels: dict[int, Channel] = {}
        self.commands: list[Json] = []
        self.takes_commands = True
        """Whether the bot was invited with `applications.commands`."""
        self.command_writes = 0
        """How often the bot has written its commands."""

    def snowflake(self) -> int:
        """Make an id; later ones are greater."""
        number = next(self._numbers)
        return ((int(self.clock.time() * 1000) - _EPOCH + number) << 22) + number

    def add_role(self, name: str) -> int:
        """Make a role; the answer is its id."""
        role = self.snowflake()
        self.roles[role] = name
        return role

    def add_person(self, name: str, *roles: int) -> Person:
        """Let somebody join the server."""
        person = Person(id=self.snowflake(), name=name, roles=roles)
        self.people[person.id] = person
        return person

    def add_channel(self, name: str, kind: Kind = Kind.TEXT) -> Channel:
        """Make a channel of the server."""
        return self._keep(Channel(id=self.snowflake(), name=name, kind=kind, guild=self.guild))

    def thread(self, parent: Channel, name: str, id_: int | None = None) -> Channel:
        """Open a thread; one that hangs on a message has its id."""
        thread = Channel(id=id_ or self.snowflake(), name=name, kind=Kind.THREAD, guild=self.guild, parent=parent.id)
        return self._keep(thread)

    def direct(self, person: Person) -> Channel:
        """Return the channel of direct messages between the bot and the person."""
        for channel in self.channels.values():
            if channel.recipient is not None and channel.recipient.id == person.id:
                return channel
        return self._keep(Channel(id=self.snowflake(), name=f"@{person.name}", kind=Kind.DIRECT, recipient=person))

    def message(self, channel: Channel, author: Person, body: Json) -> Json:
        """Store a message and return its object."""
        message: Json = {
            "id": str(self.snowflake()),
            "channel_id": str(channel.id),
            "type": 0,
            "author": author.as_user(),
            "content": body.get("content") or "",
            "timestamp": self.now(),
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "attachments": body.get("attachments") or [],
            "embeds": body.get("embeds") or [],
            "components": body.get("components") or [],
            "pinned": False,
            "flags": 0,
            "allowed_mentions": body.get("allowed_mentions"),
        }
        if body.get("nonce") is not None:
            message["nonce"] = body["nonce"]
        channel.messages[int(message["id"])] = message
        return message

    def find(self, message_id: int) -> tuple[Channel, Json]:
        """Return a message and where it is. Raises KeyError."""
        for channel in self.channels.values():
            if message_id in channel.messages:
                return channel, channel.messages[message_id]
        raise KeyError(message_id)

    @property
    def message_count(self) -> int:
        """How many messages the bot's channels hold."""
        return sum(len(channel.messages) for channel in self.channels.values())

    def now(self) -> str:
        """Return the time as the API writes it."""
        return datetime.isoformat(self.clock.now())

    def as_guild(self) -> Json:
        """Return the guild object that GUILD_CREATE carries."""
        kinds = {Kind.TEXT, Kind.FORUM}
        return {
            "id": str(self.guild),
            "name": "Energy",
            "owner_id": "1",
            "unavailable": False,
            "member_count": len(self.people) + 1,
            "roles": [self._role(id_, name) for id_, name in self.roles.items()],
            "channels": [channel.as_json() for channel in self.channels.values() if channel.kind in kinds],
            "threads": [channel.as_json() for channel in self.channels.values() if channel.kind is Kind.THREAD],
            "members": [self.bot.as_member()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "system_channel_flags": 0,
            "afk_timeout": 300,
        }

    def _keep(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def _role(self, id_: int, name: str) -> Json:
        flags = {"hoist": False, "managed": False, "mentionable": True, "flags": 0}
        return {
            "id": str(id_),
            "name": name,
            "color": 0,
            "colors": {"primary_color": 0},
            "position": 1,
            "permissions": "0",
        } | flags
