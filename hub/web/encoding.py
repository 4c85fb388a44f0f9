"""JSON of the hub's values; nothing that an entity or event may hold makes it fail."""

import json
import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

import orjson

from hub.model.context import Context
from hub.model.event import Event
from hub.model.state import State

_DEEPEST = 64  # levels; what lies deeper is told as text


def encode(value: object) -> bytes:
    """Encode any value as JSON, with moments in ISO 8601 and durations in seconds."""
    try:
        return orjson.dumps(value, default=_known)
    except (TypeError, RecursionError):
        # Rare: keys that are no text, numbers beyond 64 bits, broken Unicode, circles.
        return json.dumps(_plain(value, _DEEPEST), separators=(",", ":")).encode()


def decode(body: bytes | str) -> Any:
    """Read JSON. Raises ValueError."""
    return orjson.loads(body)


def encoded(body: bytes) -> orjson.Fragment:
    """Embed what is JSON already."""
    return orjson.Fragment(body)


def _known(value: object) -> object:
    """Turn a value that JSON does not know into one that it does, one level deep."""
    match value:
        case State() | Event() | Context():
            return value.as_dict()
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return dict(value)
        case set() | frozenset():
            return sorted(value, key=str)
        case bytes():
            return value.decode(errors="replace")
        case Iterable():
            return list(value)
        case _:
            return str(value)


def _plain(value: object, depth: int) -> object:
    """Turn a value into what any JSON encoder takes, all levels at once."""
    if depth == 0:
        return "…"
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case str():
            return str(value)
        case Enum():
            return _plain(value.value, depth - 1)
        case datetime() | date() | time():
            return value.isoformat()
        case orjson.Fragment():
            return orjson.loads(orjson.dumps(value))
        case Mapping():
            return {str(key): _plain(item, depth - 1) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, depth - 1) for item in value]
        case _:
            return _plain(_known(value), depth - 1)
