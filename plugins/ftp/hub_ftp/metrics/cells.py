"""One cell of a file: text becomes a number or a moment."""

import math
import re
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

_LONGEST_NUMBER = 64
_LONGEST_TEXT = 255


class BadCell(ValueError):
    """A cell does not hold what its column should."""


def read_number(cell: object, decimal: str, grouping: str) -> float:
    """Read a finite number, from text or from JSON. Raises BadCell."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise BadCell(f"{_shown(cell)} is not a number")
    try:
        number = float(_plain(cell, decimal, grouping)) if isinstance(cell, str) else float(cell)
    except OverflowError:
        raise BadCell("the number is too large") from None
    if not math.isfinite(number):
        raise BadCell(f"{_shown(cell)} is not a finite number")
    return number


def read_text(cell: object) -> str:
    """Read text that fits into a state. Raises BadCell."""
    if not isinstance(cell, str | int | float):
        raise BadCell(f"{_shown(cell)} is not text")
    text = str(cell).strip()
    if len(text) > _LONGEST_TEXT or any(ord(letter) < 32 for letter in text):
        raise BadCell("the text is too long or holds control characters")
    return text


def read_moment(cell: object, format_: str, zone: ZoneInfo, after: datetime | None = None) -> datetime:
    """Read a moment in UTC; an hour that a clock shows twice is the second one if the row before was later. Raises BadCell."""
    try:
        moment = _moment(cell, format_)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        first, second = (moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    except (ValueError, OverflowError, OSError):
        raise BadCell(f"{_shown(cell)} is not a time of the form {format_}") from None
    return second if after is not None and first < after <= second else first


def _plain(text: str, decimal: str, grouping: str) -> str:
    stripped = text.strip()
    if len(stripped) > _LONGEST_NUMBER or not _number_form(decimal, grouping).fullmatch(stripped):
        raise BadCell(f"{_shown(text)} is not a number")
    if grouping:
        stripped = stripped.replace(grouping, "")
    return stripped.replace(decimal, ".")


@lru_cache(maxsize=16)
def _number_form(decimal: str, grouping: str) -> re.Pattern[str]:
    mark = re.escape(decimal)
    whole = r"[0-9]+"
    if grouping:
        # Groups of three only: with a decimal comma, "1.5" is a mistake and not fifteen.
        whole = rf"(?:[0-9]{{1,3}}(?:{re.escape(grouping)}[0-9]{{3}})+|[0-9]+)"
    return re.compile(rf"[-+]?(?:{whole}(?:{mark}[0-9]*)?|{mark}[0-9]+)(?:[eE][-+]?[0-9]{{1,3}})?")


def _moment(cell: object, format_: str) -> datetime:
    if format_ in ("unix", "unix_ms"):
        return datetime.fromtimestamp(read_number(cell, ".", "") / (1000 if format_ == "unix_ms" else 1), UTC)
    if not isinstance(cell, str):
        raise BadCell("a time is text")
    text = cell.strip()
    return datetime.fromisoformat(text) if format_ == "iso" else datetime.strptime(text, format_)  # noqa: DTZ007  # the zone comes from the mapping


def _shown(cell: object) -> str:
    return repr(cell if isinstance(cell, str | int | float) else type(cell).__name__)[:60]
