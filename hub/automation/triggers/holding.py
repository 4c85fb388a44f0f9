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
        self.waiting: tuple[tuple[Timer, Still], ...] = ()

    def begin(self, period: timedelta, still: Still, done: Callable[[], None]) -> None:
        """Call `done` after the period, unless `still` says no to a state in between."""

        def ended() -> None:
            self.waiting = tuple(pair for pair in self.waiting if pair[0] is not timer)
            done()

        timer = self._clock.after(period.total_seconds(), ended)
        self.waiting = (*self.waiting, (timer, still))

    def check(self, state: State | None) -> None:
        """Give up the periods for which the state is no longer right."""
        kept = []
        for timer, still in self.waiting:
            if still(state):
                kept.append((timer, still))
            else:
                timer.cancel()
        self.waiting = tuple(kept)

    def cancel(self) -> None:
        """Give up all of them."""
        for timer, _ in self.waiting:
            timer.cancel()
        self.waiting = ()
