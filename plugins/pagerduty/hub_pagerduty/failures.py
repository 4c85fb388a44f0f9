"""What can go wrong at PagerDuty.

PluginError
├── Unreachable   nobody answers, or the answer is no answer
└── TryLater      PagerDuty is busy or broken; says when to come back, if it knows
ActionError
└── Refused       PagerDuty understood and says no: asking again changes nothing
"""

import math
from collections.abc import Mapping

from hub.api import ActionError, PluginError

_AT_MOST = 3600.0


class Unreachable(PluginError):
    """Nobody answers at the address."""


class TryLater(PluginError):
    """PagerDuty cannot take the call now; `retry_after` is in seconds, None when it did not say."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ActionError):
    """PagerDuty does not accept the call as it is."""


def asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds for which the answer asks us to wait (`Retry-After`, `ratelimit-reset`), at most an hour."""
    for name in ("retry-after", "ratelimit-reset"):
        try:
            seconds = float(headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(seconds) and seconds >= 0:
            return min(seconds, _AT_MOST)
    return None
