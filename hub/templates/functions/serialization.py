"""JSON and binary data."""

import json
import logging
import struct
from typing import Any, Final, NoReturn

import orjson

from hub.templates import limits
from hub.templates.functions.group import REQUIRED, Group, fallback

_log = logging.getLogger(__name__)
# Only what JSON has a word for: a moment or an object in the data is a mistake that should show.
_OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS


def from_json(value: Any, default: Any = REQUIRED) -> Any:
    """Read JSON text."""
    try:
        return orjson.loads(value)
    except (ValueError, TypeError):
        return fallback("from_json", value, default)


def to_json(value: Any, ensure_ascii: bool = False, pretty_print: bool = False, sort_keys: bool = False) -> str:
    """Write JSON text. Raises TypeError for moments and objects."""
    if ensure_ascii:
        return json.dumps(value, ensure_ascii=True, indent=2 if pretty_print else None, sort_keys=sort_keys)
    options = _OPTIONS
    if pretty_print:
        options |= orjson.OPT_INDENT_2
    if sort_keys:
        options |= orjson.OPT_SORT_KEYS
    return orjson.dumps(value, default=_plain, option=options).decode()


def pack(value: Any, format_string: str) -> bytes | None:
    """Pack a value into bytes as Python's `struct` does; none, with a warning, when it does not fit."""
    limits.check_pack(format_string)
    try:
        return struct.pack(format_string, value)
    except struct.error as error:
        _log.warning("pack: %r does not fit the format %r: %s", value, format_string, error)
        return None


def unpack(value: bytes, format_string: str, offset: int = 0) -> Any:
    """Unpack the first value from bytes; none, with a warning, when there are too few."""
    limits.check_pack(format_string)
    try:
        return struct.unpack_from(format_string, value, offset)[0]
    except struct.error as error:
        _log.warning("unpack: %r at %s does not fit the format %r: %s", value, offset, format_string, error)
        return None


def _plain(value: object) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return _not_json(value)


def _not_json(value: object) -> NoReturn:
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


GROUP: Final = Group(
    globals={"pack": pack, "unpack": unpack},
    filters={"from_json": from_json, "pack": pack, "to_json": to_json, "unpack": unpack},
)
