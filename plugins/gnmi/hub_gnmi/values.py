"""Values as targets send them, in every encoding, as values of Python.

The field of gNMI's TypedValue that is set tells the encoding; nothing else does (gNMI specification 0.10, 2.2.3 and 2.3).
"""

import base64
import binascii
import json
import math
import re
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.api import PluginError

Json = Any
"""What JSON can hold: None, bool, int, float, str, list, dict."""

_MOST_DECIMALS = 18  # YANG's decimal64 has no more
_LONGEST_NUMBER = 64  # characters
_IDENTITY = re.compile(r"[a-z][a-z0-9.]*(?:[-_][a-z0-9.]+)+:([A-Za-z_][\w.-]*)")
_SECONDS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3), (0.0, 1.0))  # from which size on an epoch time is in ns, µs, ms, s


class BadValue(PluginError):
    """A value cannot be read."""


def decode(typed: Any) -> Json:
    """Return the value of a TypedValue; bytes become base64 as RFC 7951 spells them. Raises BadValue."""
    kind = typed.WhichOneof("value")
    if kind is None:
        return None
    return _DECODERS[kind](getattr(typed, kind))


def from_json(text: bytes) -> Json:
    """Read JSON; what JSON cannot hold (NaN, infinity) is None. Raises BadValue."""
    try:
        return json.loads(text, parse_constant=lambda _: None) if text.strip() else None
    except (ValueError, RecursionError) as error:
        raise BadValue(f"not JSON: {str(error)[:100]}") from None


def number(value: Json) -> int | float | None:
    """Read a number, also one that RFC 7951 spells as a text (64 bits, decimals); None when it says nothing. Raises BadValue."""
    match value:
        case None:
            return None
        case bool() | int():
            return _bounded(int(value))
        case float():
            return value if math.isfinite(value) else None
        case str():
            return _number_in(value.strip())
        case _:
            raise BadValue(f"a {type(value).__name__} is not a number")


def float32(value: Json) -> float | None:
    """Read OpenConfig's `ieeefloat32`: four bytes, big end first, which JSON spells in base64. Raises BadValue."""
    if isinstance(value, str):
        try:
            content = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            content = b""
        if len(content) == 4:
            return _short(struct.unpack(">f", content)[0])
    read = number(value)
    return None if read is None else float(read)


def moment(value: Json) -> datetime | None:
    """Read a time since 1970; OpenConfig's are nanoseconds, some targets tell seconds. Raises BadValue."""
    read = number(value)
    if read is None or read == 0:
        return None
    unit = next(unit for least, unit in _SECONDS if abs(read) >= least)
    try:
        return datetime.fromtimestamp(read / unit, UTC)
    except (OverflowError, ValueError, OSError):
        raise BadValue(f"{read!r:.40} is not a time") from None


def text(value: Json, longest: int = 255) -> str | bool | int | float | None:
    """Return what a state can show: an identity without its module, a list joined by commas, at most so many characters."""
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) < 1 << 64 else _cut(f"{value:.6g}", longest)
        case str():
            found = _IDENTITY.fullmatch(value) if len(value) <= longest else None
            return _cut(found[1] if found else value, longest)
        case list():
            return _cut(", ".join(str(text(item)) for item in value[:longest]), longest)
        case _:
            return _cut(json.dumps(value, ensure_ascii=False)[: longest * 2], longest)


def _number_in(spelt: str) -> int | float | None:
    if not spelt or len(spelt) > _LONGEST_NUMBER:
        raise BadValue(f"{spelt[:40]!r} is not a number")
    try:
        return _bounded(int(spelt))
    except ValueError:
        pass
    try:
        read = float(spelt)
    except ValueError:
        raise BadValue(f"{spelt[:40]!r} is not a number") from None
    return read if math.isfinite(read) else None


def _bounded(read: int) -> int:
    if abs(read) >= 1 << 128:
        raise BadValue("a number with more than 128 bits")
    return read


def _short(read: float) -> float | None:
    """A float of 32 bits has seven digits; the rest is noise."""
    return float(f"{read:.7g}") if math.isfinite(read) else None


def _decimal(read: Any) -> float:
    if read.precision > _MOST_DECIMALS:
        raise BadValue(f"a decimal with {read.precision} places")
    return float(read.digits / 10**read.precision)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _any(content: Any) -> dict[str, str]:
    return {"type_url": content.type_url, "value": _base64(content.value)}


def _cut(shown: str, longest: int) -> str:
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"


_DECODERS: Mapping[str, Callable[[Any], Json]] = {
    "string_val": str,
    "int_val": int,
    "uint_val": int,
    "bool_val": bool,
    "bytes_val": _base64,
    "float_val": _short,
    "double_val": lambda read: read if math.isfinite(read) else None,
    "decimal_val": _decimal,
    "leaflist_val": lambda read: [decode(item) for item in read.element],
    "any_val": _any,
    "json_val": from_json,
    "json_ietf_val": from_json,
    "ascii_val": str,
    "proto_bytes": _base64,
}
