"""`for:`: something must hold for a time before it counts."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol

from hub.bus import Bus, Cancel
from hub.clock import Clock, Timer
from hub.model.names import EntityId
from hub.model.state import State, StateChange

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


class Watcher(Protocol):
    """One entity of a trigger, and what has begun to hold for it."""

    entity_id: EntityId
    holding: Holding

    def on_change(self, change: StateChange) -> None:
        """The entity changed."""


def watch(watchers: Sequence[Watcher], bus: Bus) -> Cancel:
    """Tell each of its entity's changes; the answer ends that, and what has begun to hold."""
    for watcher in watchers:
        bus.watch(watcher.entity_id, watcher.on_change)
    return partial(_unwatch, watchers, bus)


def _unwatch(watchers: Sequence[Watcher], bus: Bus) -> None:
    for watcher in watchers:
        bus.unwatch(watcher.entity_id, watcher.on_change)
    for watcher in watchers:
        watcher.holding.cancel()
