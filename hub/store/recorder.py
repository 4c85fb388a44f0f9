"""The recorder: history is what the bus said."""

from typing import Final

from hub.bus import Bus, Cancel
from hub.model.event import ANY_EVENT, STATE_CHANGED, Event
from hub.model.names import EntityId
from hub.model.state import StateChange
from hub.store.records import LastState
from hub.store.selection import Selection
from hub.store.writer import Status, Writer

_NOT_EVENTS: Final = {STATE_CHANGED: False}
_MOST_KNOWN = 100_000  # names about which the selection was asked; more than that, and it is asked again


class Recorder:
    """Hands what is wanted to the writer; taking a change costs the loop about a microsecond."""

    def __init__(self, writer: Writer, selection: Selection) -> None:
        self._writer = writer
        self._selection = selection
        self._entities: dict[EntityId, bool] = {}
        self._event_types: dict[str, bool] = dict(_NOT_EVENTS)

    def attach(self, bus: Bus) -> Cancel:
        """Record what the bus says from now on, until the answer is called."""
        cancels = (bus.watch_all(self._take_change), bus.listen(ANY_EVENT, self._take_event))

        def leave() -> None:
            for cancel in cancels:
                cancel()

        return leave

    def status(self) -> Status:
        """Tell how the writer fares."""
        return self._writer.status()

    async def flush(self) -> bool:
        """Wait until all that was said is written; False when the database is unavailable."""
        return await self._writer.flush()

    def _take_change(self, change: StateChange) -> None:
        wanted = self._entities.get(change.entity_id)
        if wanted is None:
            if len(self._entities) >= _MOST_KNOWN:
                self._entities.clear()
            wanted = self._entities[change.entity_id] = self._selection.takes_entity(change.entity_id)
        # What is not wanted in history must still be found after a restart.
        self._writer.put(change if wanted else LastState(change))

    def _take_event(self, event: Event) -> None:
        wanted = self._event_types.get(event.event_type)
        if wanted is None:
            if len(self._event_types) >= _MOST_KNOWN:
                self._event_types = dict(_NOT_EVENTS)
            wanted = self._event_types[event.event_type] = self._selection.takes_event(event.event_type)
        if wanted:
            self._writer.put(event)
