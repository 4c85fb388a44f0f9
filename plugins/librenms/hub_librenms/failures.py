"""What can go wrong at LibreNMS.

PluginError
├── Unreachable   nobody answers
├── TryLater      LibreNMS is busy or broken; says when to come back, if it knows
└── Garbled       somebody answers, but not as LibreNMS does
ActionError
└── Refused       LibreNMS understood and says no: asking again changes nothing
"""

import math
from collections.abc import Mapping

from hub.api import ActionError, PluginError

_AT_MOST = 3600.0


class Unreachable(PluginError):
    """Nobody answers at the address."""


class TryLater(PluginError):
    """LibreNMS cannot take the call now; `retry_after` is in seconds, None when it did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Garbled(PluginError):
    """The answer is none of LibreNMS's: a page of a proxy, half a document, another form."""


class Refused(ActionError):
    """LibreNMS does not accept the call as it is."""


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds for which the answer asks us to wait (`Retry-After`), at most an hour."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return min(seconds, _AT_MOST) if math.isfinite(seconds) and seconds >= 0 else None
