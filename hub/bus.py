"""The bus: everything that happens passes here, in order, once."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, TypeVar

from hub.clock import Clock
from hub.model.context import Context
from hub.model.event import ANY_EVENT, STATE_CHANGED, STATE_REPORTED, Event, Origin
from hub.model.names import EntityId
from hub.model.state import StateChange

EventListener = Callable[[Event], None]
ChangeListener = Callable[[StateChange], None]
Cancel = Callable[[], None]

K = TypeVar("K")
L = TypeVar("L")

_log = logging.getLogger(__name__)
_BURST = 500  # deliveries in one turn of the loop; what a listener fires beyond that waits for the next turn
_MOST_PENDING = 10_000  # what listeners fire beyond that is thrown away: they answer each other without end (DIALECT 10.3)
_NOTHING: Mapping[str, Any] = {}


class Bus:
    """Delivers events to those who listen for their type, and changes of state to those who watch the entity.

    Firing is a plain call: listeners run at once, in the order in which they came. What a listener fires is delivered after the
    current delivery has reached everybody. A listener that raises hurts only itself.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # Tuples are replaced, never changed, so that a delivery under way does not see listeners come and go.
        self._listeners: dict[str, tuple[EventListener, ...]] = {}
        self._watchers: dict[EntityId, tuple[ChangeListener, ...]] = {}
        self._every_change: tuple[ChangeListener, ...] = ()
        self._pending: deque[tuple[tuple[Callable[[Any], None], ...], Any]] = deque()
        self._delivering = False
        self.failures = 0
        """How many listeners have raised."""
        self.dropped = 0
        """How many events and changes were thrown away because listeners fired without end."""

    def listen(self, event_type: str, listener: EventListener) -> Cancel:
        """Call the listener on every event of this type; `*` means all but `state_reported`."""
        return _join(self._listeners, event_type, listener)

    def watch(self, entity_id: EntityId, listener: ChangeListener) -> Cancel:
        """Call the listener on every change of this entity."""
        return _join(self._watchers, entity_id, listener)

    def unwatch(self, entity_id: EntityId, listener: ChangeListener) -> None:
        """Call the listener no longer; the same as the answer of `watch`, for those who have no room to keep it."""
        _leave(self._watchers, entity_id, listener)

    def watch_all(self, listener: ChangeListener) -> Cancel:
        """Call the listener on every change of any entity."""
        self._every_change = (*self._every_change, listener)

        def leave() -> None:
            self._every_change = _without(self._every_change, listener)

        return leave

    def fire(
        self,
        event_type: str,
        data: Mapping[str, Any] = _NOTHING,
        context: Context | None = None,
        origin: Origin = Origin.LOCAL,
    ) -> None:
        """Tell everybody who listens that something happened."""
        listeners = self._listeners.get(event_type, ())
        if event_type != STATE_REPORTED and ANY_EVENT in self._listeners:
            listeners += self._listeners[ANY_EVENT]
        if listeners:
            self._deliver(listeners, Event(event_type, data, self._clock.time(), context or Context.new(), origin))

    def announce(self, change: StateChange) -> None:
        """Tell everybody who watches the entity that it changed."""
        watchers = self._watchers.get(change.entity_id, ())
        if self._every_change:
            watchers += self._every_change
        if watchers:
            self._deliver(watchers, change)
        if STATE_CHANGED in self._listeners or ANY_EVENT in self._listeners:
            listeners = self._listeners.get(STATE_CHANGED, ()) + self._listeners.get(ANY_EVENT, ())
            self._deliver(listeners, Event(STATE_CHANGED, change.as_data(), change.time, change.context))

    def hears(self, event_type: str) -> bool:
        """Tell whether anybody listens for the type, so that nobody else need build its data."""
        return event_type in self._listeners or (ANY_EVENT in self._listeners and event_type != STATE_REPORTED)

    def listener_counts(self) -> dict[str, int]:
        """How many listen for each event type."""
        return {event_type: len(listeners) for event_type, listeners in self._listeners.items()}

    def _deliver(self, listeners: tuple[Callable[[Any], None], ...], value: Any) -> None:
        if self._delivering or self._pending:  # what came first is delivered first
            self._wait(listeners, value)
            return
        self._delivering = True
        try:
            for listener in listeners:
                try:
                    listener(value)
                except Exception:
                    self._report(listener, value)
            if self._pending:
                self._drain()
        finally:
            self._delivering = False

    def _wait(self, listeners: tuple[Callable[[Any], None], ...], value: Any) -> None:
        if self._delivering and len(self._pending) >= _MOST_PENDING:
            if not self.dropped:
                _log.error("listeners fire without end: the first that is thrown away is %s", _subject(value))
            self.dropped += 1
        else:
            self._pending.append((listeners, value))

    def _drain(self) -> None:
        for _ in range(_BURST):
            if not self._pending:
                return
            listeners, value = self._pending.popleft()
            for listener in listeners:
                try:
                    listener(value)
                except Exception:
                    self._report(listener, value)
        if self._pending:
            asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        self._delivering = True
        try:
            self._drain()
        finally:
            self._delivering = False

    def _report(self, listener: Callable[[Any], None], value: Any) -> None:
        self.failures += 1
        owner = getattr(listener, "__qualname__", repr(listener))
        _log.exception("%s.%s failed on %s", getattr(listener, "__module__", "?"), owner, _subject(value))


def _subject(value: Any) -> str:
    return str(value.event_type if isinstance(value, Event) else value.entity_id)


def listen_any(bus: Bus, event_types: Iterable[str], listener: EventListener) -> Cancel:
    """Listen for several types; the answer leaves all of them."""
    cancels = [bus.listen(event_type, listener) for event_type in event_types]

    def leave() -> None:
        for cancel in cancels:
            cancel()

    return leave


def _join(index: dict[K, tuple[L, ...]], key: K, listener: L) -> Cancel:
    index[key] = (*index.get(key, ()), listener)
    # A partial takes half the memory of a closure, and thousands of automations listen for good.
    return partial(_leave, index, key, listener)


def _leave(index: dict[K, tuple[L, ...]], key: K, listener: L) -> None:
    remaining = _without(index.get(key, ()), listener)
    if remaining:
        index[key] = remaining
    else:
        index.pop(key, None)


def _without(listeners: tuple[L, ...], listener: L) -> tuple[L, ...]:
    """Drop one occurrence, by identity or equality of bound methods."""
    for position, candidate in enumerate(listeners):
        if candidate == listener:
            return listeners[:position] + listeners[position + 1 :]
    return listeners
