"""How fast bytes may flow."""

from hub.api import Clock


class Bandwidth:
    """Shared by everything that sends or receives; `limit` is in bytes per second, None for no limit."""

    def __init__(self, limit: int | None, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._free_at = 0.0

    async def spend(self, size: int) -> None:
        """Wait until so many bytes more are within the limit."""
        if self._limit is None:
            return
        now = self._clock.monotonic()
        self._free_at = max(self._free_at, now) + size / self._limit
        await self._clock.sleep(self._free_at - now)
