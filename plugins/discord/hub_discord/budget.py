"""How often the bot may introduce itself."""

from contextlib import suppress

from hub.api import Clock, HubError, Memory, NotConnected

_NAME = "introductions"
_DAY = 86_400.0
_MOST = 500  # in a day; at 1000 Discord resets the token


class Budget:
    """Counts IDENTIFYs over restarts, so that nothing that goes wrong costs the token."""

    def __init__(self, memory: Memory, clock: Clock) -> None:
        self._memory = memory
        self._clock = clock

    async def spend(self) -> None:
        """Count one. Raises NotConnected when there were too many."""
        now = self._clock.time()
        began, used = self._memory.get(_NAME) or (now, 0)
        if not 0 <= now - began < _DAY:
            began, used = now, 0
        if used >= _MOST:
            hours = (began + _DAY - now) / 3600
            raise NotConnected(f"the bot has connected {used} times within a day; to save its token it waits {hours:.0f} hours")
        with suppress(HubError, OSError):  # a full disk is one more reason to be able to alert
            await self._memory.put({_NAME: [began, used + 1]})
