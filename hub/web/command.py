"""What a WebSocket command is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from hub.bus import Cancel
from hub.errors import HubError
from hub.model.context import Context
from hub.web.connection import Line
from hub.web.feeds import event_message
from hub.web.identity import Identity, Role
from hub.web.site import Site
from hub.web.sources import WebSources


class CommandFailed(HubError):
    """The command cannot be done; the code is one that clients know."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def not_offered(what: str) -> CommandFailed:
    """Say that this hub does not have it."""
    return CommandFailed("unknown_command", f"This hub has no {what}.")


class Talk:
    """One command's view of the conversation."""

    __slots__ = ("identity", "line", "number", "site", "subscriptions")

    def __init__(self, site: Site, identity: Identity, number: int, line: Line, subscriptions: dict[int, Cancel]) -> None:
        self.site = site
        self.identity = identity
        self.number = number
        self.line = line
        self.subscriptions = subscriptions

    @property
    def sources(self) -> WebSources:
        """Return what the web takes from the rest of the hub."""
        return self.site.sources

    def context(self) -> Context:
        """Make the context of what this command causes."""
        return Context.new(user_id=self.identity.id)

    def event(self, body: bytes) -> bytes:
        """Return the message of an event for this command's subscription."""
        return event_message(self.number, body)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The result of a command that goes on: events follow until `cancel`."""

    cancel: Cancel
    first: bytes | None = None
    """A message to send right after the result."""


ANSWERED: Final = object()
"""The result of a command that has sent its answer itself."""


class Nothing(msgspec.Struct):
    """What commands take that take nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command, who may give it, what it takes, and what answers it: a result, a Subscribed, or something to await for one."""

    name: str
    role: Role
    asks: type[msgspec.Struct]
    answer: Callable[[Talk, Any], object]
    waits: bool = False
    """Whether the result may take its time; only so many such commands may be under way."""
