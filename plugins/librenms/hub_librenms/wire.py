"""Values as LibreNMS writes them: numbers may be texts, times are the server's local ones, and anything may be missing. Pure.

Which it is depends on the server's PHP and database driver, so every value is taken in every form.
"""

import math
from datetime import datetime, tzinfo

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_LONGEST = 255
_MOST_DIGITS = 18


def number(value: object) -> float | None:
    """Return a finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: object) -> int | None:
    """Return a whole number, or None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**_MOST_DIGITS else None
    if isinstance(value, str):
        digits = value.strip()
        return int(digits) if digits.removeprefix("-").isdecimal() and len(digits) <= _MOST_DIGITS else None
    found = number(value)
    return int(found) if found is not None and found.is_integer() and abs(found) < 10**_MOST_DIGITS else None


def flag(value: object) -> bool | None:
    """Return whether it is set, or None when that cannot be known."""
    match value:
        case bool():
            return value
        case int() | float():
            return value != 0
        case str():
            word = value.strip().lower()
            return True if word in _TRUE else False if word in _FALSE else None
        case _:
            return None


def text(value: object, longest: int = _LONGEST) -> str:
    """Return a text of at most so many characters; empty when there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # A lone half of a surrogate pair can stand in JSON, but not in a database.
    return str(value).strip()[:longest].encode(errors="replace").decode()


def moment(value: object, zone: tzinfo) -> datetime | None:
    """Return a time with its zone, or None; a time that names no zone is the server's."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if found.year < 1971:  # MySQL's zero date
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
