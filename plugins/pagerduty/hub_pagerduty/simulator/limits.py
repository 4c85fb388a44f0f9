"""How many calls a key may make in a sliding minute."""

from collections import deque

from hub.api import Clock

_MINUTE = 60.0


class Limit:
    """Counts calls by key."""

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self.per_minute = per_minute
        self._calls: dict[str, deque[float]] = {}

    def exceeded(self, key: str) -> float | None:
        """Count a call; seconds until the next one is taken, when this one is not."""
        now, calls = self._clock.monotonic(), self._calls.setdefault(key, deque())
        while calls and now - calls[0] >= _MINUTE:
            calls.popleft()
        if len(calls) >= self.per_minute:
            return _MINUTE - (now - calls[0])
        calls.append(now)
        return None

    def remaining(self, key: str) -> int:
        """How many calls are left for now."""
        return self.per_minute - len(self._calls.get(key, ()))
