"""The work that every side of the comparison does: the automations, templates and entities of its contract.

`require_equal` makes sure that it is the same work, wherever the other sides are at hand.
"""

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

Automation = dict[str, Any]

IF_TEMPLATE: Final = "{% if states('sensor.p') | float(0) > 10 %}high {{ states('sensor.p') }}{% else %}low{% endif %}"
EXPRESSION_TEMPLATE: Final = "{{ trigger.to_state.state | float(0) > 50 and is_state('sensor.p', '12.5') }}"
PATH_TEMPLATE: Final = "{{ trigger.to_state.state }}"


class OtherWork(Exception):
    """The other sides do something else, so the figures could not be compared."""


def automation(number: int, kind: str) -> Automation:
    """Return one automation of this kind; its entities carry the number."""
    head = {"id": f"a{number}", "alias": f"a{number}", "mode": "parallel", "max": 1000000}
    return {**head, **_KINDS[kind](number)}


def automations(count: int, kind: str) -> list[Automation]:
    """Return so many, on entities of their own."""
    return [automation(number, kind) for number in range(count)]


def waiting_automation(kind: str, count: int) -> Automation:
    """Return one automation that watches so many entities."""
    made = automation(0, kind)
    made["trigger"][0]["entity_id"] = [f"sensor.s{number}" for number in range(count)]
    return made


def attributes(number: int) -> dict[str, str]:
    """Return the attributes of one of the 1000 entities that are recorded and served."""
    return {
        "friendly_name": f"Sensor {number}",
        "unit_of_measurement": "W",
        "device_class": "power",
        "state_class": "measurement",
        "area": f"room_{number % 40}",
    }


def write_yaml(count: int, path: Path) -> None:
    """Write so many realistic automations."""
    with path.open("w") as file:
        yaml.dump(automations(count, "mixed"), file, Dumper=_PlainDumper, sort_keys=False)


def require_equal(rivals: Path) -> None:
    """Compare with the work of the other sides, if they are there. Raises OtherWork."""
    if not (rivals / "workloads.py").exists():
        return
    sys.path.append(str(rivals))
    theirs = importlib.import_module("workloads")
    for kind in _KINDS:
        if theirs.automations(3, kind) != automations(3, kind):
            raise OtherWork(f"automations of the kind {kind}")
    if [theirs.TEMPLATE, theirs.TEMPLATE_EXPR, theirs.TEMPLATE_PATH] != [IF_TEMPLATE, EXPRESSION_TEMPLATE, PATH_TEMPLATE]:
        raise OtherWork("templates")
    if theirs.entity_attrs(7) != attributes(7):
        raise OtherWork("attributes")


def _act(value: str, **target: Any) -> Mapping[str, Any]:
    return {"service": "test.act", **target, "data": {"v": value}}


def _turned_on(number: int, **held: Any) -> Mapping[str, Any]:
    return {"platform": "state", "entity_id": f"sensor.s{number}", "to": "on", **held}


def _state(number: int) -> Automation:
    return {"trigger": [_turned_on(number)], "action": [_act(PATH_TEMPLATE)]}


def _held_for_an_hour(number: int) -> Automation:
    return {"trigger": [_turned_on(number, **{"for": {"hours": 1}})], "action": [_act(PATH_TEMPLATE)]}


def _held_for_two_seconds(number: int) -> Automation:
    return {"trigger": [_turned_on(number, **{"for": {"seconds": 2}})], "action": [_act(PATH_TEMPLATE)]}


def _conditional(number: int) -> Automation:
    above = {"platform": "numeric_state", "entity_id": f"sensor.s{number}", "above": 50}
    high = {"condition": "template", "value_template": "{{ trigger.to_state.state | float > 50 }}"}
    return {"trigger": [above], "condition": [high], "action": [_act(PATH_TEMPLATE)]}


def _ten_steps(number: int) -> Automation:
    names = {"variables": {"n": "{{ 1 + 1 }}", "who": "{{ trigger.entity_id }}"}}
    two = {"condition": "template", "value_template": "{{ n == 2 }}"}
    choose = {"choose": [{"conditions": [two], "sequence": [_act("{{ who }}")]}]}
    return {"trigger": [_turned_on(number)], "action": [names, choose, *(_act("{{ n }}") for _ in range(8))]}


def _realistic(number: int) -> Automation:
    motion = {
        "platform": "state",
        "entity_id": [f"sensor.s{number}", f"binary_sensor.m{number}"],
        "to": "on",
        "for": {"minutes": 5},
        "id": "motion",
    }
    hot = {"platform": "numeric_state", "entity_id": f"sensor.t{number}", "above": 50, "id": "hot"}
    on_motion = {
        "conditions": [{"condition": "trigger", "id": "motion"}],
        "sequence": [_act("{{ msg }}", target={"entity_id": f"light.l{number}"}), {"delay": {"seconds": 30}}],
    }
    on_heat = {"conditions": "{{ trigger.id == 'hot' }}", "sequence": [_act("hot {{ room }}")]}
    nothing = {"event": "nothing_done", "event_data": {"i": number}}
    return {
        "mode": "queued",
        "max": 10,
        "description": "realistic",
        "variables": {"limit": 50, "room": f"room_{number % 40}"},
        "trigger": [motion, hot],
        "condition": [
            {"condition": "state", "entity_id": f"input_boolean.b{number % 50}", "state": "on"},
            {"condition": "template", "value_template": f"{{{{ states('sensor.p{number}') | float(0) > limit }}}}"},
        ],
        "action": [
            {"variables": {"msg": "{{ trigger.id }} in {{ room }}"}},
            {"choose": [on_motion, on_heat], "default": [nothing]},
            _act("done"),
        ],
    }


_KINDS: Final[Mapping[str, Callable[[int], Automation]]] = {
    "state": _state,
    "cond": _conditional,
    "seq10": _ten_steps,
    "for": _held_for_an_hour,
    "for2s": _held_for_two_seconds,
    "mixed": _realistic,
}


class _PlainDumper(yaml.CSafeDumper):
    """Writes every value in full."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
