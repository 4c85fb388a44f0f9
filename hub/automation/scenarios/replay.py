"""What automations would have done: recorded history played against them, beside what was done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from hub.automation.reading import Definition, ScriptDefinition
from hub.automation.scenarios.marks import to_plain
from hub.automation.scenarios.stage import Stage
from hub.model.event import Event
from hub.model.state import State

_NEAR: Final = 2.0  # seconds by which a call may be earlier or later and still be the same
_OWN: Final = frozenset({"automation", "script", "schedule"})  # domains whose states are the automations' doing
_NOT_PLAYED: Final = ("call_service", "automation_", "script_started", "state_reported", "service_", "homeassistant_")
"""Beginnings of the types of events that the hub tells itself while it plays."""


class Compared(msgspec.Struct, frozen=True):
    """One call that would have been made, that was made, or both."""

    time: float
    """Seconds since 1970 (UTC)."""
    action: str
    data: Mapping[str, Any]
    would: bool
    was: bool


async def replay(
    definitions: Sequence[Definition],
    scripts: Sequence[ScriptDefinition],
    history: Mapping[str, Sequence[State]],
    events: Sequence[Event],
    start: float,
    end: float,
    zone: str,
) -> list[Compared]:
    """Play what was recorded from `start` to `end` (seconds since 1970) and compare the calls."""
    happened = await Stage(_scenario(definitions, scripts, history, events, start, end, zone)).play()
    would = [(start + call["t"], str(call["service"]), call["data"]) for call in happened.calls]
    return _compare(would, _calls(events))


def _scenario(
    definitions: Sequence[Definition],
    scripts: Sequence[ScriptDefinition],
    history: Mapping[str, Sequence[State]],
    events: Sequence[Event],
    start: float,
    end: float,
    zone: str,
) -> dict[str, Any]:
    before: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for states in history.values():
        for state in states:
            if state.domain in _OWN:
                continue
            told = {"entity_id": str(state.entity_id), "state": state.state, "attributes": dict(state.attributes)}
            if state.updated <= start:
                before.append(told)
            else:
                steps.append({"at": state.updated - start, "set_state": told})
    steps += [
        {"at": event.time - start, "fire_event": {"type": event.event_type, "data": dict(event.data)}}
        for event in events
        if not event.event_type.startswith(_NOT_PLAYED)
    ]
    return {
        "start": datetime.fromtimestamp(start, UTC).isoformat(),
        "time_zone": zone,
        "automation": [definition.raw for definition in definitions if definition.model is not None],
        "script": {script.object_id: script.raw for script in scripts if script.model is not None},
        "services": {"*": {}},
        "initial_states": before,
        "steps": sorted(steps, key=lambda step: float(step["at"])),
        "until": end - start,
    }


def _calls(events: Iterable[Event]) -> list[tuple[float, str, Mapping[str, Any]]]:
    return [
        (event.time, f"{event.data['domain']}.{event.data['service']}", to_plain(event.data.get("service_data") or {}))
        for event in events
        if event.event_type == "call_service"
    ]


def _compare(
    would: list[tuple[float, str, Mapping[str, Any]]], was: list[tuple[float, str, Mapping[str, Any]]]
) -> list[Compared]:
    left = [call for call in was if call[1].partition(".")[0] not in _OWN]
    found = []
    for moment, action, data in would:
        same = next((call for call in left if call[1] == action and abs(call[0] - moment) <= _NEAR), None)
        if same is not None:
            left.remove(same)
        found.append(Compared(moment, action, data, would=True, was=same is not None))
    found += [Compared(moment, action, data, would=False, was=True) for moment, action, data in left]
    return sorted(found, key=lambda call: call.time)
