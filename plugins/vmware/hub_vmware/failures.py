"""What can go wrong.

PluginError
├── Garbled       somebody answers, but not as a vCenter or Horizon does
└── Busy          the server cannot take the call now
ActionError
├── Refused       the server understood and says no
├── NotFound      there is no such machine, session, desktop …
└── Unconfirmed   something hard was asked without `confirm: true`
"""

from collections.abc import Iterator
from contextlib import contextmanager

from hub.api import ActionError, NotConnected, PluginError


class Garbled(PluginError):
    """The answer is none that this server gives: a page of a proxy, half a document, another type."""


class Busy(PluginError):
    """The server cannot take the call now."""


class Refused(ActionError):
    """The server understood and says no."""


class NotFound(ActionError):
    """There is no such thing, or there are several."""


class Unconfirmed(ActionError):
    """Something hard was asked without being confirmed."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"vmware.{name} {what}; say `confirm: true` if that is meant")


@contextmanager
def refusals_are_losses() -> Iterator[None]:
    """Turn a refusal of what the connection lives on into NotConnected: nobody has called an action that could fail."""
    try:
        yield
    except Refused as error:
        raise NotConnected(f"the server refuses what is needed to watch it: {error}") from error
