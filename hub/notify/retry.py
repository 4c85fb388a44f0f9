"""How long to go on trying."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """When an attempt failed: the waits grow, with some chance in them, until attempts or time are used up."""

    first: float = 2.0
    """Seconds before the second attempt."""
    factor: float = 2.0
    longest: float = 600.0
    longest_absence: float = 30.0
    """Seconds after which a plugin that is not connected is asked again."""
    attempts: int = 50
    attempts_after_bug: int = 3
    """Attempts when the target fails in a way that is no trouble of the network."""
    expiry: float = 86_400.0
    """Seconds after acceptance when a notice is of no use any more."""
    patience: float = 120.0
    """Seconds that one attempt may take."""
    capacity: int = 10_000
    """Notices that may wait for one target."""
    chance: Callable[[], float] = random.random

    def wait(self, attempts: int, error: BaseException) -> float:
        """Seconds until the next attempt, after so many; what the peer asked for (`retry_after`) is honoured."""
        growth = self.factor ** min(attempts - 1, 64)
        wait = min(self.first * growth, self.longest) * (0.5 + 0.5 * self.chance())
        asked = _seconds(getattr(error, "retry_after", None))
        return wait if asked is None else asked + self.chance()


def _seconds(value: object) -> float | None:
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, int | float) and math.isfinite(value) and value >= 0:
        return float(value)
    return None
