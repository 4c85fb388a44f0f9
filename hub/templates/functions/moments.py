"""Moments and times of day as text."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

_MOMENT = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
    r"(?:[Tt ](?P<hour>\d{1,2})(?::?(?P<minute>\d{1,2})(?::?(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?)?"
    r"(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
    r"(?:[Tt ](?P<hour>\d{2})(?::?(?P<minute>\d{2})(?::?(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?)?"
    r"(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?"
)
_FIELDS = ("year", "month", "day", "hour", "minute", "second")


def parse_moment(text: object) -> datetime | None:
    """Read ISO 8601 text; without a zone it stays without; None when it is no moment."""
    if not isinstance(text, str):
        return None
    match = _MOMENT.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(match[name] or 0) for name in _FIELDS)
    fraction = int((match["fraction"] or "").ljust(6, "0") or 0)
    try:
        return datetime(year, month, day, hour, minute, second, fraction, _zone(match["zone"]))
    except ValueError:
        return None


def parse_time_of_day(text: object) -> time | None:
    """Read `HH:MM` or `HH:MM:SS`; None for anything else."""
    parts = str(text).split(":")
    if len(parts) not in (2, 3):
        return None
    try:
        hour, minute, second = (*map(int, parts), 0)[:3]
        return time(hour, minute, second)
    except ValueError:
        return None


def midnight(day: date) -> datetime:
    """Return the beginning of the day, without a zone."""
    return datetime.combine(day, time())


def _zone(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    if text in "Zz":
        return UTC
    span = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]) if len(text) > 3 else 0)
    return timezone(-span if text[0] == "-" else span)
