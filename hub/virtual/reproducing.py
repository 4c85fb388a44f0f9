"""Bringing entities into wanted states: which calls do that, by domain."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from hub.actions import Actions
from hub.errors import UnknownAction
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import State
from hub.states import StateMachine

_log: Final = logging.getLogger(__name__)


class Wanted(msgspec.Struct, frozen=True):
    """What an entity is to be."""

    entity_id: EntityId
    state: str
    attributes: Mapping[str, Any] = {}


Call = tuple[str, Mapping[str, Any]]
"""An action's name within the domain, and its data."""
_Calls = Callable[[Wanted, State], Iterable[Call]]


def reproduce(wanted: Iterable[Wanted], states: StateMachine, actions: Actions, context: Context) -> list[Awaitable[object]]:
    """Make the calls that bring the entities into these states; returns what is to be waited for."""
    waits: list[Awaitable[object]] = []
    for one in wanted:
        now, calls = states.get(one.entity_id), _BY_DOMAIN.get(one.entity_id.domain)
        if now is None or calls is None:
            why = "there is no such entity" if now is None else f"nobody knows how to set a {one.entity_id.domain}"
            _log.warning("%s cannot be made %s: %s", one.entity_id, one.state, why)
            continue
        for name, data in calls(one, now):
            wait = _call(actions, f"{one.entity_id.domain}.{name}", {"entity_id": str(one.entity_id), **data}, context)
            if wait is not None:
                waits.append(wait)
    return waits


def _call(actions: Actions, name: str, data: Mapping[str, Any], context: Context) -> Awaitable[object] | None:
    try:
        answer = actions.begin(name, data, context)
    except UnknownAction as error:
        _log.warning("%s cannot be set: %s", data["entity_id"], error)
        return None
    return answer if isinstance(answer, Awaitable) else None


def _words(**calls: str) -> _Calls:
    """Each state has an action of its own."""

    def find(wanted: Wanted, now: State) -> Iterable[Call]:
        name = calls.get(wanted.state)
        if name is None:
            _log.warning("%s cannot be made %s", wanted.entity_id, wanted.state)
        elif now.state != wanted.state:
            yield name, {}

    return find


def _value(name: str, key: str, kind: Callable[[str], object] = str) -> _Calls:
    """One action takes the state."""

    def find(wanted: Wanted, now: State) -> Iterable[Call]:
        try:
            value = kind(wanted.state)
        except ValueError:
            _log.warning("%s cannot be made %s", wanted.entity_id, wanted.state)
            return
        if now.state not in (wanted.state, str(value)):
            yield name, {key: value}

    return find


def _select(wanted: Wanted, now: State) -> Iterable[Call]:
    options = wanted.attributes.get("options")
    if options is not None and options != now.attributes.get("options"):
        yield "set_options", {"options": list(options)}
    if now.state != wanted.state:
        yield "select_option", {"option": wanted.state}


def _datetime(wanted: Wanted, now: State) -> Iterable[Call]:
    if now.state == wanted.state:
        return
    if now.attributes.get("has_date") and now.attributes.get("has_time"):
        yield "set_datetime", {"datetime": wanted.state}
    else:
        yield "set_datetime", {"date" if now.attributes.get("has_date") else "time": wanted.state}


def _timer(wanted: Wanted, now: State) -> Iterable[Call]:
    duration = wanted.attributes.get("duration")
    if now.state == wanted.state and duration in (None, now.attributes.get("duration")):
        return
    names = {"active": "start", "paused": "pause", "idle": "cancel"}
    if wanted.state in names:
        yield names[wanted.state], {"duration": duration} if wanted.state == "active" and duration is not None else {}
    else:
        _log.warning("%s cannot be made %s", wanted.entity_id, wanted.state)


_SWITCH: Final = _words(on="turn_on", off="turn_off")
_BY_DOMAIN: Final[Mapping[str, _Calls]] = {
    **dict.fromkeys(("automation", "fan", "humidifier", "input_boolean", "light", "remote", "siren", "switch"), _SWITCH),
    "counter": _value("set_value", "value", int),
    "cover": _words(open="open_cover", closed="close_cover"),
    "input_datetime": _datetime,
    "input_number": _value("set_value", "value", float),
    "input_select": _select,
    "input_text": _value("set_value", "value"),
    "lock": _words(locked="lock", unlocked="unlock"),
    "number": _value("set_value", "value", float),
    "select": _value("select_option", "option"),
    "text": _value("set_value", "value"),
    "timer": _timer,
}
