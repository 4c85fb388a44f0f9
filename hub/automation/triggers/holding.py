"""`for:`: something must hold for a time before it counts."""

from collections.abc import Callable
from datetime import timedelta

from hub.clock import Clock, Timer
from hub.model.state import State

Still = Callable[[State | None], bool]


class Holding:
    """The periods that one entity has begun and not ended."""

    __slots__ = ("_clock", "waiting")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.waiting: tuple[_Period, ...] = ()

    def begin(self, length: timedelta, still: Still, done: Callable[[], None]) -> None:
        """Call `done` after so long, unless `still` says no to a state in between."""
        period = _Period(self, still, done)
        period.timer = self._clock.after(length.total_seconds(), period.end)
        self.waiting = (*self.waiting, period)

    def check(self, state: State | None) -> None:
        """Give up the periods for which the state is no longer right."""
        kept = []
        for period in self.waiting:
            if period.still(state):
                kept.append(period)
            elif period.timer is not None:
                period.timer.cancel()
        self.waiting = tuple(kept)

    def cancel(self) -> None:
        """Give up all of them."""
        for period in self.waiting:
            if period.timer is not None:
                period.timer.cancel()
        self.waiting = ()


class _Period:
    """One of them: there may be tens of thousands, so it is small."""

    __slots__ = ("_done", "_holding", "still", "timer")

    def __init__(self, holding: Holding, still: Still, done: Callable[[], None]) -> None:
        self._holding, self.still, self._done = holding, still, done
        self.timer: Timer | None = None

    def end(self) -> None:
        """It has lasted long enough."""
        self._holding.waiting = tuple(period for period in self._holding.waiting if period is not self)
        self._done()
