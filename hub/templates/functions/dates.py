"""Dates and times."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hub.errors import TemplateError
from hub.templates.functions.durations import in_words, parse_duration
from hub.templates.functions.group import REQUIRED, Function, Group, fallback
from hub.templates.functions.moments import midnight, parse_moment, parse_time_of_day
from hub.templates.world import World

_FORMAT = "%Y-%m-%d %H:%M:%S"


def groups(world: World) -> tuple[Group, Group]:
    """Return the functions that convert, and those that look at the clock."""
    converting: dict[str, Function] = {
        "as_datetime": as_datetime,
        "as_local": world.local,
        "as_timedelta": parse_duration,
        "as_timestamp": _as_timestamp(world),
    }
    clock = _clock(world)
    filters = {name: clock[name] for name in ("relative_time", "time_since", "time_until", "today_at")}
    return (
        Group(
            globals={"strptime": strptime, "timedelta": timedelta, **converting},
            filters={**_timestamps(world), **converting},
            tests={"datetime": is_datetime},
        ),
        Group(
            globals={"timedelta_string": timedelta_string, **clock},
            filters={"timedelta_string": timedelta_string, **filters},
            refused=frozenset(clock) | {"timedelta_string"},
            looks=True,
        ),
    )


def as_datetime(value: Any, default: Any = REQUIRED) -> Any:
    """Return a number (or text that is one) as seconds since 1970 (UTC), ISO text, or a date; bad text gives none."""
    if type(value) is datetime:
        return value
    if type(value) is date:
        return midnight(value)
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        moment = parse_moment(value)
    if moment is not None:
        return moment
    if default is REQUIRED and isinstance(value, str):
        return None
    return fallback("as_datetime", value, default)


def strptime(value: Any, format_: str, default: Any = REQUIRED) -> Any:
    """Read a moment in a format of one's own."""
    try:
        return datetime.strptime(value, format_)  # noqa: DTZ007 - the format may have a zone, and need not
    except (ValueError, AttributeError, TypeError):
        return fallback("strptime", value, default)


def is_datetime(value: Any) -> bool:
    """Tell whether it is a moment."""
    return isinstance(value, datetime)


def timedelta_string(value: Any, precision: int = 1) -> Any:
    """Return a span of time in words, without its sign; anything else comes back unchanged."""
    if not isinstance(value, timedelta):
        return value
    return in_words(round(abs(value).total_seconds()), precision)


def _as_timestamp(world: World) -> Function:
    def as_timestamp(value: Any, default: Any = REQUIRED) -> Any:
        """Return seconds since 1970 of a moment or of ISO text; without a zone it is in the hub's."""
        moment = value if isinstance(value, datetime) else parse_moment(str(value))
        return fallback("as_timestamp", value, default) if moment is None else world.local(moment).timestamp()

    return as_timestamp


def _timestamps(world: World) -> dict[str, Function]:
    def shown(name: str, value: Any, default: Any, show: Callable[[datetime], str]) -> Any:
        try:
            return show(datetime.fromtimestamp(value, UTC))
        except (ValueError, TypeError, OverflowError, OSError):
            return fallback(name, value, default)

    def timestamp_custom(value: Any, date_format: str = _FORMAT, local: bool = True, default: Any = REQUIRED) -> Any:
        """Return seconds since 1970 in a format of one's own, in the hub's zone or in UTC."""
        return shown(
            "timestamp_custom",
            value,
            default,
            lambda moment: (world.local(moment) if local else moment).strftime(date_format),
        )

    def timestamp_local(value: Any, default: Any = REQUIRED) -> Any:
        """Return seconds since 1970 as ISO text in the hub's zone."""
        return shown("timestamp_local", value, default, lambda moment: world.local(moment).isoformat())

    def timestamp_utc(value: Any, default: Any = REQUIRED) -> Any:
        """Return seconds since 1970 as ISO text in UTC."""
        return shown("timestamp_utc", value, default, datetime.isoformat)

    return {
        "timestamp_custom": timestamp_custom,
        "timestamp_local": timestamp_local,
        "timestamp_utc": timestamp_utc,
    }


def _clock(world: World) -> dict[str, Function]:
    def utcnow() -> datetime:
        """Return the time in UTC."""
        return world.now().astimezone(UTC)

    def today_at(time_of_day: str = "") -> datetime:
        """Return the moment of today when the clock shows `HH:MM` or `HH:MM:SS`; midnight when nothing is given."""
        today = midnight(world.now().date()).replace(tzinfo=world.zone)
        if not time_of_day:
            return today
        moment = parse_time_of_day(time_of_day)
        if moment is None:
            raise TemplateError(f"today_at: {time_of_day!r} is not a time of day such as 07:30")
        return datetime.combine(today, moment, world.zone)

    def time_since(value: Any, precision: int = 1) -> Any:
        """Return in words how long ago a moment was; anything else, and the future, comes back unchanged."""
        return _distance(world, value, precision, past=True)

    def time_until(value: Any, precision: int = 1) -> Any:
        """Return in words how far off a moment is; anything else, and the past, comes back unchanged."""
        return _distance(world, value, precision, past=False)

    def relative_time(value: Any) -> Any:
        """`time_since` under its old name."""
        return _distance(world, value, 1, past=True)

    return {
        "now": world.now,
        "relative_time": relative_time,
        "time_since": time_since,
        "time_until": time_until,
        "today_at": today_at,
        "utcnow": utcnow,
    }


def _distance(world: World, value: Any, precision: int, *, past: bool) -> Any:
    now = world.now()
    if not isinstance(value, datetime):
        return value
    moment = world.local(value)
    if now == moment or (moment < now) == past:
        return in_words(round(abs((now - moment).total_seconds())), precision)
    return value
