"""Values of runs as JSON can hold them, and back: what cannot be said in JSON is a mapping with one marked key."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from hub.model.context import Context
from hub.model.event import Event, Origin
from hub.model.names import EntityId
from hub.model.state import State

_MARK: Final = "$"


def encode(value: Any) -> Any:
    """Return the value as JSON can hold it; a value of a foreign kind becomes its text."""
    if value is None or isinstance(value, bool | int | float) or type(value) is str:
        return value
    if isinstance(value, Mapping):
        return _encode_mapping(value)
    if isinstance(value, list):
        return [encode(item) for item in value]
    for kind, (mark, write, _) in _KINDS.items():
        if isinstance(value, kind):
            return {f"{_MARK}{mark}": write(value)}
    return str(value)


def decode(value: Any) -> Any:
    """Return the value that was encoded."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, inner),) = value.items()
        if isinstance(key, str) and key.startswith(_MARK):
            return _READERS[key[1:]](inner)
    return {key: decode(item) for key, item in value.items()}


def _encode_mapping(value: Mapping[Any, Any]) -> Any:
    plain = all(type(key) is str for key in value)
    if plain and not (len(value) == 1 and next(iter(value)).startswith(_MARK)):
        return {key: encode(item) for key, item in value.items()}
    return {f"{_MARK}mapping": [[encode(key), encode(item)] for key, item in value.items()]}


def _state(state: State) -> list[Any]:
    head = [str(state.entity_id), state.state, encode(dict(state.attributes))]
    return [*head, state.changed, state.updated, state.reported, _context(state.context)]


def _read_state(parts: list[Any]) -> State:
    entity_id, text, attributes, changed, updated, reported, context = parts
    return State(EntityId(entity_id), text, decode(attributes), changed, updated, reported, _read_context(context))


def _event(event: Event) -> list[Any]:
    return [event.event_type, encode(dict(event.data)), event.time, _context(event.context), event.origin.value]


def _read_event(parts: list[Any]) -> Event:
    event_type, data, moment, context, origin = parts
    return Event(event_type, decode(data), moment, _read_context(context), Origin(origin))


def _context(context: Context) -> list[Any]:
    # A context is known by its text: the counters behind it begin anew in every process.
    return [context.id, context.parent_id, context.user_id]


def _read_context(parts: list[Any]) -> Context:
    return Context(*parts)


_KINDS: Final[Mapping[type, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]] = {
    State: ("state", _state, _read_state),
    Event: ("event", _event, _read_event),
    Context: ("context", _context, _read_context),
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    timedelta: ("timedelta", timedelta.total_seconds, lambda seconds: timedelta(seconds=seconds)),
    tuple: ("tuple", lambda items: [encode(item) for item in items], lambda items: tuple(map(decode, items))),
    frozenset: ("frozenset", lambda items: [encode(item) for item in items], lambda items: frozenset(map(decode, items))),
    set: ("set", lambda items: [encode(item) for item in items], lambda items: set(map(decode, items))),
    bytes: ("bytes", bytes.hex, bytes.fromhex),
    str: ("text", str, str),
}
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    **{mark: read for mark, _, read in _KINDS.values()},
    "mapping": lambda pairs: {decode(key): decode(item) for key, item in pairs},
}
