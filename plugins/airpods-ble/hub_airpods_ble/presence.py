"""Whether somebody is there: hysteresis in signal and in time. Pure: the caller tells the time."""

from dataclasses import dataclass
from typing import Final

_NEVER: Final = float("-inf")


@dataclass(frozen=True, slots=True)
class Rules:
    """When somebody has come and when they have gone."""

    arrive_signal: int
    """dBm; weaker advertisements of somebody who is away do not count."""
    leave_signal: int
    """dBm; weaker advertisements of somebody who is there do not count."""
    arrive_after: float
    """Seconds over which somebody must be heard at least twice."""
    leave_after: float
    """Seconds of silence after which somebody has gone."""


class Presence:
    """Follows one person."""

    def __init__(self, rules: Rules, *, present: bool, now: float) -> None:
        self._rules = rules
        self.present = present
        # Who was there before the hub could listen has the whole time to be heard again.
        self._first = self._last = now if present else _NEVER

    def hear(self, signal: int, now: float) -> bool:
        """Take an advertisement; tell whether the person has come with it."""
        if signal < (self._rules.leave_signal if self.present else self._rules.arrive_signal):
            return False
        if now - self._last > self._rules.leave_after:
            self._first = now
        self._last = now
        if self.present or now - self._first < self._rules.arrive_after:
            return False
        self.present = True
        return True

    def wait(self, now: float) -> bool:
        """Let time pass; tell whether the person has gone."""
        if not self.present or now - self._last < self._rules.leave_after:
            return False
        self.present = False
        self._first = self._last = _NEVER
        return True
