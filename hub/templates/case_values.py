"""The values of recorded cases: JSON, with words of its own for what JSON does not have."""

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import State


def restored(value: Any) -> Any:
    """Return the value that was recorded."""
    if isinstance(value, list):
        return [restored(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((word, content),) = value.items()
        restore = _WORDS.get(word)
        if restore is not None:
            return restore(content)
    return {key: restored(item) for key, item in value.items()}


def restored_state(recorded: Mapping[str, Any]) -> State:
    """Return the state that was recorded."""
    changed = datetime.fromisoformat(recorded["last_changed"]).timestamp()
    updated = datetime.fromisoformat(recorded.get("last_updated") or recorded["last_changed"]).timestamp()
    attributes = restored(recorded.get("attributes") or {})
    entity_id = EntityId.parse(recorded["entity_id"])
    return State(entity_id, recorded["state"], attributes, changed, updated, updated, Context.new())


def type_name(value: Any) -> str:
    """Return the plain name of the value's type: a list that remembers its text is a list."""
    for kind in (bool, int, float, str, bytes, list, tuple, dict, set):
        if isinstance(value, kind):
            return kind.__name__
    return type(value).__name__


def same(actual: Any, expected: Any) -> bool:
    """Tell whether both are equal in value and type, all the way down; floats may differ in the last digits."""
    if type_name(actual) != type_name(expected):
        return False
    if isinstance(expected, float):
        return math.isclose(actual, expected, rel_tol=1e-12, abs_tol=1e-12) or (math.isnan(actual) and math.isnan(expected))
    if isinstance(expected, dict):
        return actual.keys() == expected.keys() and all(same(actual[key], expected[key]) for key in expected)
    if isinstance(expected, list | tuple):
        return len(actual) == len(expected) and all(map(same, actual, expected))
    return bool(actual == expected)


_WORDS: Mapping[str, Callable[[Any], Any]] = {
    "__bytes__": bytes.fromhex,
    "__date__": date.fromisoformat,
    "__datetime__": datetime.fromisoformat,
    "__float__": float,
    "__set__": lambda items: {restored(item) for item in items},
    "__state__": restored_state,
    "__time__": time.fromisoformat,
    "__timedelta__": lambda seconds: timedelta(seconds=seconds),
    "__tuple__": lambda items: tuple(restored(item) for item in items),
}
