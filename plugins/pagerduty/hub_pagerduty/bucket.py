"""A token bucket: how many calls a minute."""

import asyncio
import heapq
import itertools

from hub.api import Clock
from hub_pagerduty.failures import TryLater

_BURST = 20
_LONGEST_QUEUE = 60.0  # seconds


class Bucket:
    """Lets so many calls through per minute, at once up to twenty more; who is more urgent goes first.

    At a hundred a minute no sliding minute sees more than 120.
    """

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._rate = per_minute / 60.0
        self._tokens = float(_BURST)
        self._filled = clock.monotonic()
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._timer_set = False

    async def take(self, urgency: int) -> None:
        """Wait for a turn; 0 is the most urgent. Raises TryLater when the queue is longer than a minute."""
        self._fill()
        if not self._queue and self._tokens >= 1.0:
            self._tokens -= 1.0
            return
        wait = (len(self._queue) + 1 - self._tokens) / self._rate
        if wait > _LONGEST_QUEUE:
            raise TryLater("more is to be sent than PagerDuty takes", wait)
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (urgency, next(self._numbers), turn))
        self._set_timer()
        await turn

    def _fill(self) -> None:
        now = self._clock.monotonic()
        self._tokens = min(_BURST, self._tokens + (now - self._filled) * self._rate)
        self._filled = now

    def _set_timer(self) -> None:
        if not self._timer_set and self._queue:
            self._timer_set = True
            # A hair more than is needed: sums of small waits fall short of a whole token.
            self._clock.after(max(0.0, 1.0 - self._tokens) / self._rate + 1e-6, self._let_through)

    def _let_through(self) -> None:
        self._timer_set = False
        self._fill()
        while self._queue and self._tokens >= 1.0:
            turn = heapq.heappop(self._queue)[2]
            if not turn.done():  # its caller was cancelled
                turn.set_result(None)
                self._tokens -= 1.0
        self._set_timer()
