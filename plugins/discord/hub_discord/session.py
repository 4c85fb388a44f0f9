"""What a connection to Discord can do: the seam between what is said and how it gets there."""

from dataclasses import dataclass
from typing import Protocol

from hub.api import PluginError
from hub_discord.config import Target
from hub_discord.posts import Post, Sent


class IntentsRefused(PluginError):
    """Discord does not let the bot hear what the config asks for."""


class Hasty(PluginError):
    """Discord asks to wait longer than is waited out here."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(f"Discord asks to wait {retry_after:.0f} seconds")
        self.retry_after = retry_after
        """Seconds."""


class MessageGone(PluginError):
    """Somebody has deleted the message, or its channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message goes: exactly one of the two."""

    channel: int | None = None
    user: int | None = None

    @classmethod
    def of(cls, target: Target) -> "Place":
        """Return where a target's messages go."""
        return cls(channel=target.channel, user=target.user)


class Session(Protocol):
    """A bot that is connected. Everything raises PluginError or OSError when it fails, ActionError when it always would."""

    @property
    def targets(self) -> dict[str, Place]:
        """The config's targets by name."""

    async def send(self, place: Place, post: Post) -> Sent:
        """Send a message; a channel's rate limit is waited out, unless it asks for more than half a minute."""

    async def edit(self, message: Sent, post: Post) -> None:
        """Replace everything in a message. Raises MessageGone."""

    async def delete(self, message: Sent) -> None:
        """Delete a message. Raises MessageGone."""

    async def open_thread(self, channel: int, name: str, message: int | None = None) -> int:
        """Open a thread, under a message if one is named; returns its id."""
