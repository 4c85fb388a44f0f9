"""The trigger `calendar`: an event of a calendar begins or ends (DIALECT 2.9)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from hub.automation.schema.triggers import CalendarTrigger
from hub.automation.world import CalendarEvent, Fire, World
from hub.bus import Cancel
from hub.clock import Timer
from hub.model.names import EntityId

_WINDOW: Final = timedelta(minutes=15)  # how far is looked ahead; what is added to the calendar counts from the next look


def attach_calendar(model: CalendarTrigger, base: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire once for each event that begins (ends), moved by the offset; nothing that lies before now."""
    return _Watcher(model, base, world, fire).close


class _Watcher:
    def __init__(self, model: CalendarTrigger, base: Mapping[str, Any], world: World, fire: Fire) -> None:
        self._model, self._base, self._world, self._fire = model, base, world, fire
        self._entity_id: EntityId = world.entity(model.entity_id)
        self._seen_until = world.clock.now()
        self._timers: list[Timer] = []
        self._leave = world.bus.watch(self._entity_id, lambda _: self._look())
        self._look()

    def close(self) -> None:
        self._leave()
        self._drop()

    def _drop(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()

    def _look(self) -> None:
        """Plan what comes within the window, and the next look."""
        self._drop()
        now = self._world.clock.now()
        until = now + _WINDOW
        for event in self._events(now, until):
            due = self._moment(event)
            if self._seen_until < due <= until:
                self._timers.append(self._world.clock.at(due.timestamp(), partial(self._come, event, due)))
        self._timers.append(self._world.clock.at(until.timestamp(), self._look))

    def _events(self, now: datetime, until: datetime) -> list[CalendarEvent]:
        between = self._world.calendars.get(self._entity_id)
        if between is None:
            return []
        offset = self._model.offset
        # An event that ends in the window may have begun long ago, but it still touches it.
        return list(between(min(now, self._seen_until) - offset - timedelta(seconds=1), until - offset + timedelta(seconds=1)))

    def _moment(self, event: CalendarEvent) -> datetime:
        return (event.begins if self._model.event == "start" else event.ends) + self._model.offset

    def _come(self, event: CalendarEvent, due: datetime) -> None:
        self._seen_until = max(self._seen_until, due)
        told = {
            "platform": "calendar",
            "event": self._model.event,
            "offset": self._model.offset,
            "calendar_event": event.as_dict(),
            "entity_id": self._entity_id,
            "description": f"calendar event {self._model.event} of {event.summary}",
        }
        self._fire({**self._base, **told}, None)
