"""How values look in the text of a result."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from hub.model.context import Context
from hub.model.event import Event, Origin
from hub.model.state import State
from hub.templates.limits import check_weight

_CONTAINERS = frozenset({list, dict, tuple, set, frozenset})


def printer(zone: ZoneInfo) -> Callable[[object], str]:
    """Return the function that prints a value; moments in states are shown in the zone."""

    def text_of(value: object) -> str:
        kind = type(value)
        if kind is str:
            return value  # type: ignore[return-value]  # the type was just looked at
        if kind in _CONTAINERS:
            check_weight(value)
            return str(_printable(value, text_of))
        if isinstance(value, State):
            return state_text(value, zone)
        if isinstance(value, Event):
            return _event_text(value, text_of)
        if isinstance(value, Context):
            return f"<context {value.id}>"
        return str(value)

    return text_of


def state_text(state: State, zone: ZoneInfo) -> str:
    """Return `<state sensor.power=12.5; unit_of_measurement=W @ 2024-03-15T19:30:00+01:00>`."""
    attributes = f"; {_pairs(state.attributes, zone)}" if state.attributes else ""
    changed = datetime.fromtimestamp(state.changed, UTC).astimezone(zone).isoformat()
    return f"<state {state.entity_id}={state.state}{attributes} @ {changed}>"


class _Shown:
    """Something whose form inside a printed container is fixed."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _printable(value: object, text_of: Callable[[object], str]) -> object:
    """Return the value with enums as their values and states as their texts; itself when there is nothing to replace."""
    match value:
        case dict():
            pairs = {key: _printable(item, text_of) for key, item in value.items()}
            changed = any(pairs[key] is not item for key, item in value.items())
            plain = {_printable(key, text_of): item for key, item in pairs.items()}
            return plain if changed or any(isinstance(key, Enum) for key in value) else value
        case list() | tuple() | set() | frozenset() if type(value) in _CONTAINERS:
            items = [_printable(item, text_of) for item in value]
            changed = any(new is not old for new, old in zip(items, value, strict=True))
            return type(value)(items) if changed else value
        case Enum():
            return value.value
        case State() | Event() | Context():
            return _Shown(text_of(value))
        case _:
            return value


def _event_text(event: Event, text_of: Callable[[object], str]) -> str:
    origin = "L" if event.origin is Origin.LOCAL else "R"
    data = ", ".join(f"{key}={text_of(value)}" for key, value in event.data.items())
    return f"<Event {event.event_type}[{origin}]: {data}>" if data else f"<Event {event.event_type}[{origin}]>"


def _pairs(attributes: Mapping[str, Any], zone: ZoneInfo) -> str:
    return ", ".join(f"{key}={_attribute(value, zone)}" for key, value in attributes.items())


def _attribute(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, Mapping):
        return _pairs(value, zone)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(zone).isoformat()
    return str(value)
