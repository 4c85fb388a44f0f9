"""`calendar:` events from a file (iCalendar) or written out, once or by a rule: maintenance windows, who is on call."""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from hub.automation.schema.primitives import Text, one_or_many, refuse
from hub.automation.world import CalendarEvent, World
from hub.clock import Timer as Alarm
from hub.model.names import EntityId
from hub.model.state import State
from hub.virtual.domain import Domain
from hub.virtual.entity import Described
from hub.virtual.value import shown

_AHEAD: Final = timedelta(days=366)  # how far is looked for the next event
_log: Final = logging.getLogger(__name__)


def _moment(value: Any) -> date | datetime:
    if isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(str(value)) if len(str(value)) > len("2026-12-31") else date.fromisoformat(str(value))
    except ValueError as error:
        raise refuse("time", f"{value!r} is not a moment: expected such as 2026-12-31T22:00 or 2026-12-31") from error


Moment = Annotated[Any, PlainValidator(_moment)]


class EventModel(BaseModel):
    """One event, or many by a rule."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    summary: Text
    start: Moment
    end: Moment
    rrule: Text | None = None
    """As in iCalendar, such as FREQ=WEEKLY;BYDAY=TU."""
    description: Text | None = None
    location: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if isinstance(self.start, datetime) is not isinstance(self.end, datetime):
            raise refuse("time", "start and end must both be days, or both be moments")
        if _naive(self.end) <= _naive(self.start):
            raise refuse("time", "an event must begin before it ends")
        return self


def _naive(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - only compared with its like


class CalendarModel(Described):
    """One calendar."""

    file: Path | None = None
    """An .ics file; a relative one is below the working folder."""
    events: Annotated[list[EventModel], BeforeValidator(one_or_many)] = Field(default_factory=list)


class Calendar:
    """On while an event goes on."""

    def __init__(self, entity_id: EntityId, model: CalendarModel, world: World) -> None:
        self.entity_id = entity_id
        self._model, self._world = model, world
        self._alarm: Alarm | None = None
        self._query = self._read()

    def begin(self, last: State | None) -> None:
        """Be what the moment says."""
        del last
        self._world.calendars[self.entity_id] = self.between
        self._look()

    def start(self) -> None:
        """Nothing more: the clock has been watched since the beginning."""

    def renew(self, model: CalendarModel) -> None:
        """Follow other events."""
        self._model = model
        self._query = self._read()
        self._look()

    def end(self) -> None:
        """Watch the clock no longer."""
        self._world.calendars.pop(self.entity_id, None)
        self._stop()

    def between(self, start: datetime, end: datetime) -> Sequence[CalendarEvent]:
        """Return the events that touch a time, in order."""
        found = [_event(component, self._world) for component in self._query.between(start, end)]
        return sorted(found, key=lambda event: event.begins)

    def _read(self) -> Any:
        import icalendar
        import recurring_ical_events

        calendar = icalendar.Calendar()
        if self._model.file is not None:
            try:
                calendar = icalendar.Calendar.from_ical(self._model.file.read_bytes())
            except (OSError, ValueError) as error:
                _log.error("%s: %s cannot be read: %s", self.entity_id, self._model.file, error)
        for number, model in enumerate(self._model.events):
            calendar.add_component(self._component(model, number))
        return recurring_ical_events.of(calendar)

    def _component(self, model: EventModel, number: int) -> Any:
        import icalendar

        zone = self._world.scheduler.zone
        component = icalendar.Event()
        component.add("uid", f"{self.entity_id}/{number}")
        component.add("summary", model.summary)
        for name, moment in (("dtstart", model.start), ("dtend", model.end)):
            placed = isinstance(moment, datetime) and moment.tzinfo is None
            component.add(name, moment.replace(tzinfo=zone) if placed else moment)
        for name, text in (("description", model.description), ("location", model.location)):
            if text is not None:
                component.add(name, text)
        if model.rrule is not None:
            component.add("rrule", icalendar.vRecur.from_ical(model.rrule))
        return component

    def _look(self) -> None:
        self._stop()
        now = self._world.clock.now()
        events = self.between(now, now + _AHEAD)
        current = next((event for event in events if event.begins <= now < event.ends), None)
        shown_event = current or next((event for event in events if event.begins > now), None)
        attributes: dict[str, Any] = {**shown(self._model)}
        if shown_event is not None:
            attributes.update(_attributes(shown_event))
        self._world.states.set(self.entity_id, "on" if current else "off", attributes)
        moments = [moment for event in events for moment in (event.begins, event.ends) if moment > now]
        following = min([*moments, now + _AHEAD / 2])
        self._alarm = self._world.clock.at(following.timestamp(), self._look)

    def _stop(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None


def _event(component: Any, world: World) -> CalendarEvent:
    start, end = component.start, component.end
    zone = world.scheduler.zone

    def placed(moment: date | datetime) -> datetime:
        if isinstance(moment, datetime):
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        return datetime(moment.year, moment.month, moment.day, tzinfo=zone)

    return CalendarEvent(
        uid=str(component.get("uid", "")),
        summary=str(component.get("summary", "")),
        description=_text(component.get("description")),
        location=_text(component.get("location")),
        begins=placed(start).astimezone(UTC),
        ends=placed(end).astimezone(UTC),
        all_day=not isinstance(start, datetime),
        start=(start if not isinstance(start, datetime) else placed(start).astimezone(zone)).isoformat(),
        end=(end if not isinstance(end, datetime) else placed(end).astimezone(zone)).isoformat(),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _attributes(event: CalendarEvent) -> Mapping[str, Any]:
    return {
        "message": event.summary,
        "all_day": event.all_day,
        "start_time": event.start.replace("T", " ")[:19],
        "end_time": event.end.replace("T", " ")[:19],
        "location": event.location or "",
        "description": event.description or "",
    }


CALENDAR: Final = Domain(name="calendar", model=CalendarModel, build=Calendar)
