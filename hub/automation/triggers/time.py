"""The triggers `time`, `time_pattern` and `sun` (DIALECT 2.4, 2.5, 2.9)."""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from hub.automation.conditions.checks import ConditionError
from hub.automation.schema.primitives import Template
from hub.automation.schema.triggers import WEEKDAYS, SunTrigger, TimeEntity, TimeOfDay, TimePatternTrigger, TimeTrigger, read_time
from hub.automation.sun import next_sun_event
from hub.automation.world import Fire, World
from hub.bus import Cancel
from hub.clock import Timer
from hub.errors import ConfigError
from hub.model.names import EntityId
from hub.model.state import UNAVAILABLE, UNKNOWN, State, StateChange
from hub.scheduler import Schedule, once, pattern, time_of_day

_log: Final = logging.getLogger(__name__)


def attach_time(model: TimeTrigger, base: Mapping[str, Any], variables: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire at each of the moments, on the given weekdays."""
    weekdays = None if model.weekday is None else frozenset(model.weekday)

    def come(description: str, now: datetime, entity_id: EntityId | None) -> None:
        local = now.astimezone(world.scheduler.zone)
        if weekdays is None or WEEKDAYS[local.weekday()] in weekdays:
            fire({**base, "platform": "time", "now": local, "entity_id": entity_id, "description": description}, None)

    moments = [_static(moment, variables, world) for moment in model.at]
    cancels = [_attach_moment(moment, come, world) for moment in moments]

    def detach() -> None:
        for cancel in cancels:
            cancel()

    return detach


def _static(moment: TimeOfDay | TimeEntity | Template, variables: Mapping[str, Any], world: World) -> TimeOfDay | TimeEntity:
    if not isinstance(moment, Template):
        return moment
    rendered = str(world.templates.compile(moment.source, limited=True).render(variables))
    if rendered.startswith(("input_datetime.", "sensor.")):
        return TimeEntity(entity_id=EntityId.parse(rendered))
    try:
        return read_time(rendered)
    except Exception as error:
        raise ConfigError(f"at: {moment.source} gives {rendered!r}, which is not a time of day") from error


Come = Callable[[str, datetime, EntityId | None], None]


def _attach_moment(moment: TimeOfDay | TimeEntity, come: Come, world: World) -> Cancel:
    if isinstance(moment, TimeOfDay):
        schedule = time_of_day(moment.hour, moment.minute, moment.second, world.scheduler.zone)
        return world.scheduler.add(schedule, lambda now: come("time", now, None), f"time {moment}")
    return _EntityMoment(moment, come, world).close


class _EntityMoment:
    """A moment told by an entity; the plan follows the entity."""

    def __init__(self, moment: TimeEntity, come: Come, world: World) -> None:
        self._moment, self._come, self._world = moment, come, world
        self._entity_id = world.entity(moment.entity_id)
        self._cancel: Cancel | None = None
        self._leave = world.bus.watch(self._entity_id, self._on_change)
        self._plan(world.states.get(self._entity_id))

    def close(self) -> None:
        self._leave()
        self._drop()

    def _on_change(self, change: StateChange) -> None:
        if (
            change.old is None
            or change.new is None
            or change.old.state != change.new.state
            or change.old.attributes != change.new.attributes
        ):
            self._drop()
            self._plan(change.new)

    def _drop(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _plan(self, state: State | None) -> None:
        if state is None or state.state in (UNAVAILABLE, UNKNOWN):
            return
        if state.domain == "input_datetime":
            self._plan_input(state)
        else:
            self._plan_sensor(state)

    def _plan_input(self, state: State) -> None:
        get = state.attributes.get
        zone = self._world.scheduler.zone
        if get("has_date"):
            at = datetime(get("year", 1970), get("month", 1), get("day", 1), tzinfo=zone)
            if get("has_time"):
                at = at.replace(hour=get("hour", 0), minute=get("minute", 0), second=get("second", 0))
            self._plan_once(at + self._moment.offset, strictly=False)
        elif get("has_time"):
            at = datetime.combine(datetime(2000, 1, 2, tzinfo=UTC), time(get("hour", 0), get("minute", 0), get("second", 0)))
            at += self._moment.offset
            schedule = time_of_day(at.hour, at.minute, at.second, zone)
            self._cancel = self._world.scheduler.add(schedule, self._tell, f"time of {self._entity_id}")

    def _plan_sensor(self, state: State) -> None:
        if state.attributes.get("device_class") not in ("timestamp", "uptime"):
            return
        try:
            at = datetime.fromisoformat(state.state)
        except ValueError:
            return
        if at.tzinfo is not None:
            self._plan_once(at + self._moment.offset, strictly=True)

    def _plan_once(self, at: datetime, *, strictly: bool) -> None:
        now = self._world.clock.now()
        if at > now or (
            at >= now - timedelta(seconds=1) and not strictly and at.replace(microsecond=0) >= now.replace(microsecond=0)
        ):
            self._cancel = self._world.scheduler.add(once(at), self._tell, f"time of {self._entity_id}")

    def _tell(self, now: datetime) -> None:
        self._come(f"time set in {self._entity_id}", now, self._entity_id)


def attach_time_pattern(model: TimePatternTrigger, base: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire whenever the clock shows the pattern."""
    zone = world.scheduler.zone
    schedule = pattern(model.hours, model.minutes, model.seconds, zone)

    def come(now: datetime) -> None:
        fire({**base, "platform": "time_pattern", "now": now.astimezone(zone), "description": "time pattern"}, None)

    shown = ":".join(part if part is not None else "*" for part in (model.hours, model.minutes, model.seconds))
    return world.scheduler.add(schedule, come, f"time pattern {shown}")


def attach_schedule(schedule: Schedule, words: str, base: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire at each moment of a schedule."""

    def come(now: datetime) -> None:
        local = now.astimezone(world.scheduler.zone)
        fire({**base, "platform": "schedule", "now": local, "description": f"schedule {words}"}, None)

    return world.scheduler.add(schedule, come, words)


def attach_sun(model: SunTrigger, base: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire at each sunrise or sunset, moved by the offset."""
    timer: Timer | None = None

    def plan() -> None:
        nonlocal timer
        try:
            moment = next_sun_event(model.event, world.clock.now(), model.offset, world)
        except ConditionError as error:
            raise ConfigError(f"sun: {error}") from error
        if moment is not None:
            timer = world.clock.at(moment.timestamp(), come)

    def come() -> None:
        plan()
        description = model.event + (f" with offset {model.offset}" if model.offset else "")
        fire({**base, "platform": "sun", "event": model.event, "offset": model.offset, "description": description}, None)

    plan()
    return lambda: timer.cancel() if timer is not None else None
