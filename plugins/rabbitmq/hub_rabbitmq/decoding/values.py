"""Decoded values, in the form that events and attributes have: what JSON can hold, and not too deep."""

import base64
import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from hub_rabbitmq.decoding.unreadable import Fault, Unreadable

_DEEPEST: Final = 32
_LARGEST: Final = 2**63


def as_json(value: object, depth: int = 0) -> Any:
    """Turn a value into what JSON can hold; bytes that are no text become base64, and NaN becomes None. Raises Unreadable."""
    match value:
        case None | bool():
            return value
        case int():
            return value if -_LARGEST <= value < _LARGEST else str(value)
        case float():
            return value if math.isfinite(value) else None
        case str():
            return value if value.isascii() else value.encode(errors="replace").decode()  # lone surrogates are no text
        case Mapping() | list() | tuple():
            return _inside(value, depth + 1)
        case bytes():
            return _text(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Decimal() | UUID():
            return str(value)
        case _:
            raise Unreadable(Fault.VALUE, f"a {type(value).__name__} has no form in an event")


def _inside(value: "Mapping[Any, Any] | list[Any] | tuple[Any, ...]", depth: int) -> Any:
    if depth > _DEEPEST:
        raise Unreadable(Fault.VALUE, f"it is more than {_DEEPEST} levels deep")
    if isinstance(value, Mapping):
        return {as_json(str(key)): as_json(item, depth) for key, item in value.items()}
    return [as_json(item, depth) for item in value]


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()
