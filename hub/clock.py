"""Time: the only place that knows what time it is.

Two kinds of moment are kept apart. `after` counts seconds that pass, whatever anybody does to the computer's clock; `at` waits
for a time of day, and notices when the clock is set.
"""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

_LONGEST_SLEEP = 30.0  # seconds
_BURST = 500  # timers run in one turn of the loop before others get theirs


class Timer:
    """One call in the future."""

    __slots__ = ("_call", "when")

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self._call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Forget the call, if it has not been made."""
        self._call = None

    @property
    def pending(self) -> bool:
        """Whether the call is still to be made."""
        return self._call is not None

    def run(self) -> None:
        """Make the call now, if it has not been made."""
        call, self._call = self._call, None
        if call is not None:
            call()


class Clock(Protocol):
    """What the rest of the hub may ask of time."""

    def time(self) -> float:
        """Seconds since 1970 (UTC), by the wall clock."""

    def now(self) -> datetime:
        """The same as an aware datetime in UTC."""

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call when so many seconds have passed."""

    def at(self, when: float, call: Callable[[], None]) -> Timer:
        """Call when the wall clock shows `when` (seconds since 1970) or later."""

    async def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed."""


class _Heap:
    """Timers in order of time; those of the same moment in order of making."""

    __slots__ = ("_numbers", "_timers")

    def __init__(self) -> None:
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = itertools.count()

    def add(self, timer: Timer) -> None:
        heapq.heappush(self._timers, (timer.when, next(self._numbers), timer))

    def earliest(self) -> float | None:
        """When the next timer is due; cancelled ones are thrown away on the way."""
        while self._timers:
            when, _, timer = self._timers[0]
            if timer.pending:
                return when
            heapq.heappop(self._timers)
        return None

    def pop(self) -> Timer:
        return heapq.heappop(self._timers)[2]


async def _sleep(clock: Clock, seconds: float) -> None:
    future = asyncio.get_running_loop().create_future()
    timer = clock.after(seconds, lambda: None if future.done() else future.set_result(None))
    try:
        await future
    finally:
        timer.cancel()


class SystemClock:
    """The computer's clock, on the running asyncio loop; `speed` above 1 makes time pass faster (for demonstrations).

    `wall` tells seconds since 1970; that somebody set it is noticed after `longest_sleep` seconds at the latest.
    """

    def __init__(
        self, speed: float = 1.0, *, wall: Callable[[], float] = time.time, longest_sleep: float = _LONGEST_SLEEP
    ) -> None:
        self._speed, self._wall_time, self._longest_sleep = speed, wall, longest_sleep
        self._began = (wall(), time.monotonic())
        self._elapsed, self._wall = _Heap(), _Heap()
        self._wake: asyncio.TimerHandle | None = None
        self._wake_at = float("inf")  # by time.monotonic()

    def time(self) -> float:
        """Seconds since 1970 (UTC), by the wall clock."""
        if self._speed == 1.0:
            return self._wall_time()
        wall, monotonic = self._began
        return wall + (time.monotonic() - monotonic) * self._speed

    def now(self) -> datetime:
        """The same as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    def monotonic(self) -> float:
        """Seconds that never jump; only differences mean something."""
        return time.monotonic() * self._speed

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call when so many seconds have passed."""
        timer = Timer(self.monotonic() + seconds, call)
        self._elapsed.add(timer)
        self._wake_within(seconds)
        return timer

    def at(self, when: float, call: Callable[[], None]) -> Timer:
        """Call when the wall clock shows `when` (seconds since 1970) or later."""
        timer = Timer(when, call)
        self._wall.add(timer)
        self._wake_within(when - self.time())
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait until so many seconds have passed."""
        await _sleep(self, seconds)

    def _wake_within(self, seconds: float) -> None:
        wait = min(max(seconds, 0.0) / self._speed, self._longest_sleep)
        moment = time.monotonic() + wait
        if moment < self._wake_at:
            if self._wake is not None:
                self._wake.cancel()
            self._wake_at = moment
            self._wake = asyncio.get_running_loop().call_later(wait, self._run_due)

    def _run_due(self) -> None:
        self._wake, self._wake_at = None, float("inf")
        try:
            for _ in range(_BURST):
                if not self._run_one():
                    break
        finally:
            self._wake_for_next()

    def _run_one(self) -> bool:
        for heap, now in ((self._elapsed, self.monotonic()), (self._wall, self.time())):
            earliest = heap.earliest()
            if earliest is not None and earliest <= now:
                heap.pop().run()
                return True
        return False

    def _wake_for_next(self) -> None:
        elapsed, wall = self._elapsed.earliest(), self._wall.earliest()
        waits = [moment - now for moment, now in ((elapsed, self.monotonic()), (wall, self.time())) if moment is not None]
        if waits:
            self._wake_within(min(waits))


class SimulatedClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, start: datetime | float = 0.0) -> None:
        self._time = start if isinstance(start, float | int) else start.timestamp()
        self._heap = _Heap()

    def time(self) -> float:
        """Seconds since 1970 (UTC)."""
        return self._time

    def now(self) -> datetime:
        """The same as an aware datetime in UTC."""
        return datetime.fromtimestamp(self._time, UTC)

    def monotonic(self) -> float:
        """The same as `time`: a simulated clock is never set."""
        return self._time

    def after(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call when the clock was moved by so many seconds."""
        return self.at(self._time + max(seconds, 0.0), call)

    def at(self, when: float, call: Callable[[], None]) -> Timer:
        """Call when the clock was moved to `when`."""
        timer = Timer(when, call)
        self._heap.add(timer)
        return timer

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock was moved by so many seconds."""
        await _sleep(self, seconds)

    def next_due(self) -> float | None:
        """When the next timer is due, or None when nothing waits."""
        return self._heap.earliest()

    def run_next(self, until: float) -> bool:
        """Move to the next timer that is due by `until` and make its call; else move to `until` and say False."""
        earliest = self._heap.earliest()
        if earliest is None or earliest > until:
            self._time = max(self._time, until)
            return False
        self._time = max(self._time, earliest)
        self._heap.pop().run()
        return True

    async def advance(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Let time pass; everything that falls due happens in its order, and what it starts runs to rest."""
        until = self._time + seconds + 60.0 * minutes + 3600.0 * hours
        await settle()
        while self.run_next(until):
            await settle()
        await settle()


async def settle(turns: int = 12) -> None:
    """Let everything that can run without waiting for time or the network do so."""
    for _ in range(turns):
        await asyncio.sleep(0)
