"""Values that JSON has no word for, written as `{"__datetime__": …}` and the like."""

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from hub.model.context import Context
from hub.model.event import Event
from hub.model.state import State


def to_plain(value: Any) -> Any:
    """Write a value as JSON can hold it."""
    if isinstance(value, bool | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"__float__": str(value)}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, State):
        return {"__state__": _state(value)}
    if isinstance(value, Event | Context):
        return {key: to_plain(item) for key, item in value.as_dict().items()}
    if isinstance(value, Mapping):
        return {_key(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    return _marked(value)


def _marked(value: Any) -> Any:
    if isinstance(value, tuple):
        return {"__tuple__": [to_plain(item) for item in value]}
    if isinstance(value, set | frozenset):
        return {"__set__": sorted((to_plain(item) for item in value), key=str)}
    if isinstance(value, datetime):
        return {"__datetime__": value.isoformat()}
    if isinstance(value, date):
        return {"__date__": value.isoformat()}
    if isinstance(value, time):
        return {"__time__": value.isoformat()}
    if isinstance(value, timedelta):
        return {"__timedelta__": value.total_seconds()}
    if isinstance(value, bytes):
        return {"__bytes__": value.hex()}
    return str(value)


def _key(key: Any) -> Any:
    return key if isinstance(key, str) else str(key)


def _state(state: State) -> dict[str, Any]:
    return {
        "entity_id": str(state.entity_id),
        "state": state.state,
        "attributes": to_plain(dict(state.attributes)),
        "last_changed": state.last_changed.isoformat(),
        "last_updated": state.last_updated.isoformat(),
    }


def same(expected: Any, actual: Any) -> bool:
    """Tell whether two plain values are the same; a tuple equals a list, 1 does not equal true."""
    expected, actual = _without_tuple(expected), _without_tuple(actual)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, dict) and isinstance(actual, dict):
        if "__datetime__" in expected and "__datetime__" in actual:
            return datetime.fromisoformat(expected["__datetime__"]) == datetime.fromisoformat(actual["__datetime__"])
        return expected.keys() == actual.keys() and all(same(value, actual[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(same(one, other) for one, other in zip(expected, actual, strict=True))
    return bool(expected == actual)


def _without_tuple(value: Any) -> Any:
    return value["__tuple__"] if isinstance(value, dict) and value.keys() == {"__tuple__"} else value
