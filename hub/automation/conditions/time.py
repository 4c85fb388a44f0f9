"""The conditions `time` and `sun`."""

from datetime import datetime, time, timedelta
from typing import Final

from hub.automation.conditions.checks import Check, ConditionError, Record, Seen, Variables
from hub.automation.schema.conditions import SunCondition, TimeCondition
from hub.automation.schema.triggers import WEEKDAYS, TimeOfDay
from hub.automation.sun import sun_event
from hub.automation.world import World
from hub.model.names import EntityId
from hub.model.state import UNAVAILABLE, UNKNOWN

_END_OF_DAY: Final = time(23, 59, 59)


def time_check(model: TimeCondition, path: str, world: World) -> Check:
    """Compile `condition: time`."""
    zone = world.scheduler.zone
    weekdays = None if model.weekday is None else frozenset(model.weekday)
    wanted = _words(model)

    def check(variables: Variables, record: Record | None) -> bool:
        del variables
        now = world.clock.now().astimezone(zone)
        result = _within(now.time().replace(tzinfo=None), model, world)
        if result and weekdays is not None:
            result = WEEKDAYS[now.weekday()] in weekdays
        if record is not None:
            record.append(Seen(path, result, ("time", now.strftime("%a %H:%M:%S").lower()), wanted))
        return result

    return check


def _within(now: time, model: TimeCondition, world: World) -> bool:
    after, before = _limit(model.after, world), _limit(model.before, world)
    if after is False or before is False:
        return False
    if after is None and before is None:
        return True
    begin = time(0) if after is None or after is True else after
    if before is None or before is True:
        return now >= begin
    if begin < before:
        return begin <= now < before
    return now >= begin or now < before


def _limit(limit: TimeOfDay | EntityId | None, world: World) -> time | bool | None:
    """Return the time of day; None when there is no limit, False when the entity tells none."""
    if limit is None:
        return None
    if isinstance(limit, TimeOfDay):
        return time(limit.hour, limit.minute, limit.second)
    state = world.states.get(world.entity(limit))
    if state is None:
        raise ConditionError(f"there is no entity {limit}")
    if state.domain == "input_datetime":
        return _time_of_input(state.attributes) if state.state != UNAVAILABLE else _END_OF_DAY
    if state.state in (UNAVAILABLE, UNKNOWN):
        return False
    return _time_of_text(state.state, world)


def _time_of_input(attributes: object) -> time:
    get = getattr(attributes, "get", lambda _key, default: default)
    if get("has_time", True) is False or get("hour", None) is None:
        return _END_OF_DAY
    return time(get("hour", 23), get("minute", 59), get("second", 59))


def _time_of_text(text: str, world: World) -> time | bool:
    try:
        if "T" in text or " " in text:
            return datetime.fromisoformat(text).astimezone(world.scheduler.zone).time()
        return time.fromisoformat(text)
    except ValueError:
        return False


def _words(model: TimeCondition) -> str:
    parts = [f"{word} {limit}" for word, limit in (("after", model.after), ("before", model.before)) if limit is not None]
    if model.weekday is not None:
        parts.append("on " + ", ".join(model.weekday))
    return " and ".join(parts)


def sun_check(model: SunCondition, path: str, world: World) -> Check:
    """Compile `condition: sun`; both limits together, before sunrise and after sunset, mean the night."""

    def check(variables: Variables, record: Record | None) -> bool:
        del variables
        now = world.clock.now()
        result = _sun(model, now, world)
        if record is not None:
            record.append(Seen(path, result, ("time", now.isoformat()), f"before {model.before}, after {model.after}"))
        return result

    return check


def _sun(model: SunCondition, now: datetime, world: World) -> bool:
    day = now.astimezone(world.scheduler.zone).date()
    sunrise, sunset = (sun_event(event, day, world) for event in ("sunrise", "sunset"))
    moments = {"sunrise": sunrise, "sunset": sunset}
    if model.before == "sunrise" and model.after == "sunset":
        is_before = sunrise is not None and now < sunrise + model.before_offset
        return is_before or (sunset is not None and now > sunset + model.after_offset)
    return _before(now, moments, model.before, model.before_offset) and _after(now, moments, model.after, model.after_offset)


def _before(now: datetime, moments: dict[str, datetime | None], event: str | None, offset: timedelta) -> bool:
    if event is None:
        return True
    moment = moments[event]
    return moment is not None and now <= moment + offset


def _after(now: datetime, moments: dict[str, datetime | None], event: str | None, offset: timedelta) -> bool:
    if event is None:
        return True
    moment = moments[event]
    return moment is not None and now >= moment + offset
