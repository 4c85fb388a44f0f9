"""Spans of time as text, in both directions."""

import re
from datetime import timedelta
from typing import Any

_PLAIN = re.compile(
    r"(?:(?P<days>-?\d+) (?:days?, )?)?"
    r"(?P<sign>-?)"
    r"(?:(?:(?P<hours>\d+):)?(?P<minutes>\d+):)?"
    r"(?P<seconds>\d+)(?:[.,](?P<fraction>\d{1,6})\d{0,6})?"
)
_ISO = re.compile(
    r"(?P<sign>[-+]?)P(?:(?P<weeks>\d+(?:[.,]\d+)?)W)?(?:(?P<days>\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:[.,]\d+)?)H)?(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?"
)
_UNITS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def parse_duration(text: Any) -> timedelta | None:
    """Read `1 02:03:04`, `02:03:04`, `90` (seconds) or ISO 8601 (`PT1H`); None for anything else."""
    if match := _PLAIN.fullmatch(text):
        parts = {name: int(match[name] or 0) for name in ("hours", "minutes", "seconds")}
        microseconds = int((match["fraction"] or "").ljust(6, "0") or 0)
        span = timedelta(**parts, microseconds=microseconds)
        return timedelta(days=int(match["days"] or 0)) + (-span if match["sign"] else span)
    if match := _ISO.fullmatch(text):
        names = ("weeks", "days", "hours", "minutes", "seconds")
        given = {name: float(match[name].replace(",", ".")) for name in names if match[name]}
        span = timedelta(**given)
        return -span if match["sign"] == "-" else span
    return None


def in_words(seconds: int, precision: int = 1) -> str:
    """Return `2 hours 5 minutes`: so many units, the last one rounded; a precision of 0 gives all units."""
    words: list[str] = []
    for unit, size in _UNITS:
        if seconds < size:
            continue
        if len(words) + 1 == precision:
            words.append(_counted(round(seconds / size), unit))
            break
        count, seconds = divmod(seconds, size)
        words.append(_counted(count, unit))
    return " ".join(words) or "0 seconds"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
