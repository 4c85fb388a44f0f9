"""The purpose-specific conditions that there are, as a table."""

from collections.abc import Mapping
from typing import Any, Final

from hub.automation.conditions.purpose import purpose_condition
from hub.automation.purposes import (
    JudgedOptions,
    JudgedThresholdOptions,
    Kinds,
    Match,
    OptionOptions,
    Options,
    TextOptions,
    in_range,
    value_is,
)
from hub.automation.world import OfferedCondition, World
from hub.model.state import State
from hub.states import StateMachine

_ARMED: Final = ("armed_away", "armed_custom_bypass", "armed_home", "armed_night", "armed_vacation")


def purpose_conditions(world: World) -> dict[str, OfferedCondition]:
    """Make every purpose-specific condition of this world."""
    return {name: purpose_condition(name, match, world) for name, match in CONDITIONS.items()}


def condition_options(name: str) -> type[Options] | None:
    """Return what the condition of this name takes as options; None when there is no such condition."""
    match = CONDITIONS.get(name)
    return None if match is None else match.options


def _is(kinds: Kinds, *states: str) -> Match[Any]:
    return value_is(kinds, JudgedOptions, *states)


def _is_value(kinds: Kinds) -> Match[Any]:
    return Match(kinds, JudgedThresholdOptions, in_range)


def _is_selected(state: State, options: OptionOptions, _states: StateMachine) -> bool:
    return state.state in options.option


def _is_text(state: State, options: TextOptions, _states: StateMachine) -> bool:
    return state.state == options.value


def _two(name: str, kinds: Kinds, yes: tuple[str, ...], no: tuple[str, ...], words: tuple[str, str]) -> Mapping[str, Match[Any]]:
    return {f"{name}.{words[0]}": _is(kinds, *yes), f"{name}.{words[1]}": _is(kinds, *no)}


def _on_off(name: str, kinds: Kinds) -> Mapping[str, Match[Any]]:
    return _two(name, kinds, ("on",), ("off",), ("is_on", "is_off"))


_BINARY: Final = "binary_sensor"
_OPEN: Final = ("on", "open", "opening", "closing")

CONDITIONS: Final[Mapping[str, Match[Any]]] = {
    "alarm_control_panel.is_armed": _is({"alarm_control_panel": None}, *_ARMED),
    "alarm_control_panel.is_disarmed": _is({"alarm_control_panel": None}, "disarmed"),
    "alarm_control_panel.is_triggered": _is({"alarm_control_panel": None}, "triggered"),
    **_two("battery", {_BINARY: "battery"}, ("on",), ("off",), ("is_low", "is_not_low")),
    **_two("battery", {_BINARY: "battery_charging"}, ("on",), ("off",), ("is_charging", "is_not_charging")),
    "battery.is_level": _is_value({"sensor": "battery"}),
    "counter.is_value": _is_value({"counter": None}),
    "lock.is_jammed": _is({"lock": None}, "jammed"),
    "lock.is_locked": _is({"lock": None}, "locked"),
    "lock.is_open": _is({"lock": None}, "open"),
    "lock.is_unlocked": _is({"lock": None}, "unlocked"),
    **_on_off("schedule", {"schedule": None}),
    "select.is_option_selected": Match({"select": None, "input_select": None}, OptionOptions, _is_selected),
    **_on_off("switch", {"switch": None, "input_boolean": None}),
    "text.is_equal_to": Match({"text": None, "input_text": None}, TextOptions, _is_text),
    "timer.is_active": _is({"timer": None}, "active"),
    "timer.is_idle": _is({"timer": None}, "idle"),
    "timer.is_paused": _is({"timer": None}, "paused"),
    **_two("update", {"update": None}, ("on",), ("off",), ("is_available", "is_not_available")),
    **{
        key: match
        for name in ("fan", "humidifier", "light", "remote", "siren")
        for key, match in _on_off(name, {name: None}).items()
    },
    **{
        key: match
        for name in ("door", "garage_door", "gate", "window")
        for key, match in _two(
            name,
            {_BINARY: name, "cover": name},
            ("on", "open", "opening", "closing"),
            ("off", "closed"),
            ("is_open", "is_closed"),
        ).items()
    },
    **{
        key: match
        for name in ("moisture", "motion", "occupancy", "vibration")
        for key, match in _two(name, {_BINARY: name}, ("on",), ("off",), ("is_detected", "is_not_detected")).items()
    },
    **{
        f"{name}.is_value": _is_value({"sensor": name})
        for name in ("humidity", "illuminance", "moisture", "power", "temperature")
    },
}
