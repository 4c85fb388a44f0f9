"""One advertisement that was heard, and the line of a capture that stands for it."""

import json
import re
from dataclasses import dataclass
from typing import Final

LONGEST_LINE: Final = 4096
"""Bytes that a line of a capture may have."""
NOT_HEARD: Final = -127
"""The signal strength that receivers give when they have none."""
_LONGEST_DATA: Final = 255
_ADDRESS: Final = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,32}")


class BadLine(ValueError):
    """A line of a capture is no advertisement; the message never repeats the line."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One advertisement of an Apple device."""

    address: str
    """Upper case with colons; on macOS a UUID."""
    signal: int
    """dBm."""
    adapter: str
    data: bytes
    """Apple's manufacturer data, beginning with the first part's type."""
    at: float
    """Seconds; only differences mean something."""


def write_line(sighting: Sighting) -> str:
    """Return the line of a capture, without a line break."""
    entry = {
        "at": round(sighting.at, 3),
        "adapter": sighting.adapter,
        "address": sighting.address,
        "signal": sighting.signal,
        "data": sighting.data.hex(),
    }
    return json.dumps(entry)


def read_line(line: bytes) -> Sighting | None:
    """Read one line of a capture; an empty one (a sign of life) is None. Raises BadLine."""
    if len(line) > LONGEST_LINE:
        raise BadLine("a line is too long")
    if not line.strip():
        return None
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLine("a line is not JSON") from None
    if not isinstance(entry, dict):
        raise BadLine("a line is not a mapping")
    return Sighting(
        address=_text(entry.get("address"), _ADDRESS).upper(),
        signal=round(_number(entry.get("signal"), -127, 20)),
        adapter=_text(entry.get("adapter", "capture"), _NAME),
        data=_bytes(entry.get("data")),
        at=_number(entry.get("at"), 0, 1e11),
    )


def _text(value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadLine("a line has a text that is not as it should be")
    return value


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadLine("a line has a number that is not as it should be")
    return float(value)


def _bytes(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > 2 * _LONGEST_DATA:
        raise BadLine("a line has no data or too much of it")
    try:
        return bytes.fromhex(value)
    except ValueError:
        raise BadLine("a line's data is not hexadecimal") from None
