"""The purpose-specific triggers that there are, as a table."""

from collections.abc import Mapping
from typing import Any, Final

from hub.automation.purposes import (
    BehaviorOptions,
    ChangeOptions,
    EventOptions,
    Kinds,
    Match,
    Options,
    RemainingOptions,
    ThresholdOptions,
    in_range,
    number_of,
    value_is,
)
from hub.automation.triggers.purpose import Purpose, purpose_trigger, remaining_trigger
from hub.automation.world import OfferedTrigger, World
from hub.model.state import State
from hub.states import StateMachine

REMAINING: Final = "timer.remaining_time_reached"
_TIMER: Final[Kinds] = {"timer": None}
_COUNTER: Final[Kinds] = {"counter": None}
_MEASURED: Final = ("humidity", "illuminance", "moisture", "power", "temperature")
_OPEN: Final = ("on", "open", "opening", "closing")
_ARMED: Final = ("armed_away", "armed_custom_bypass", "armed_home", "armed_night", "armed_vacation")


def purpose_triggers(world: World) -> dict[str, OfferedTrigger]:
    """Make every purpose-specific trigger of this world."""
    made = {name: purpose_trigger(name, purpose, world) for name, purpose in TRIGGERS.items()}
    return {**made, REMAINING: remaining_trigger(REMAINING, _TIMER, world)}


def trigger_options(name: str) -> type[Options] | None:
    """Return what the trigger of this name takes as options; None when there is no such trigger."""
    if name == REMAINING:
        return RemainingOptions
    purpose = TRIGGERS.get(name)
    return None if purpose is None else purpose.match.options


def _becomes(kinds: Kinds, *states: str, attribute: str | None = None) -> Purpose[Any]:
    """The entity comes to be in one of the states, from another that is none of them."""
    match = value_is(kinds, BehaviorOptions, *states, attribute=attribute)
    return Purpose(match, lambda old, _new, options, known: not match.holds(old, options, known))


def _happens(kinds: Kinds) -> Purpose[Any]:
    """The entity is activated: its state is the moment of it."""
    return Purpose(Match(kinds, Options, _always), _differs, stateless=True)


def _changes(kinds: Kinds) -> Purpose[Any]:
    """The entity comes to be in another state, whatever it is."""
    return Purpose(Match(kinds, Options, _always), _differs)


def _measures(kinds: Kinds) -> Purpose[Any]:
    """The number becomes another one within the range."""
    return Purpose(Match(kinds, ChangeOptions, in_range), lambda old, new, _options, _states: number_of(old) != number_of(new))


def _crosses(kinds: Kinds) -> Purpose[Any]:
    """The number comes into the range."""
    return Purpose(
        Match(kinds, ThresholdOptions, in_range), lambda old, _new, options, states: not in_range(old, options, states)
    )


def _counts(sign: int) -> Purpose[Any]:
    def moved(old: State, new: State, _options: Options, _states: StateMachine) -> bool:
        before, after = number_of(old), number_of(new)
        return before is not None and after is not None and (after - before) * sign > 0

    return Purpose(Match(_COUNTER, Options, _always), moved)


def _reaches(attribute: str) -> Purpose[Any]:
    """The counter comes to the number that an attribute tells."""

    def holds(state: State, _options: Options, _states: StateMachine) -> bool:
        return attribute in state.attributes and state.state == str(state.attributes[attribute])

    return Purpose(Match(_COUNTER, BehaviorOptions, holds), _differs)


def _always(_state: State, _options: Options, _states: StateMachine) -> bool:
    return True


def _differs(old: State, new: State, _options: Options, _states: StateMachine) -> bool:
    return old.state != new.state


def _event_fits(state: State, options: EventOptions, _states: StateMachine) -> bool:
    return not options.event_type or state.attributes.get("event_type") in options.event_type


def _opening(name: str) -> Mapping[str, Purpose[Any]]:
    kinds: Kinds = {"binary_sensor": name, "cover": name}
    return {
        f"{name}.opened": _becomes(kinds, *_OPEN),
        f"{name}.closed": _becomes(kinds, "off", "closed"),
    }


def _detecting(name: str) -> Mapping[str, Purpose[Any]]:
    kinds: Kinds = {"binary_sensor": name}
    return {f"{name}.detected": _becomes(kinds, "on"), f"{name}.cleared": _becomes(kinds, "off")}


def _measuring(name: str) -> Mapping[str, Purpose[Any]]:
    kinds: Kinds = {"sensor": name}
    return {f"{name}.changed": _measures(kinds), f"{name}.crossed_threshold": _crosses(kinds)}


def _switching(name: str, kinds: Kinds) -> Mapping[str, Purpose[Any]]:
    return {f"{name}.turned_on": _becomes(kinds, "on"), f"{name}.turned_off": _becomes(kinds, "off")}


_BATTERY: Final[Kinds] = {"binary_sensor": "battery"}
_CHARGING: Final[Kinds] = {"binary_sensor": "battery_charging"}
_LEVEL: Final[Kinds] = {"sensor": "battery"}

TRIGGERS: Final[Mapping[str, Purpose[Any]]] = {
    "alarm_control_panel.armed": _becomes({"alarm_control_panel": None}, *_ARMED),
    "alarm_control_panel.disarmed": _becomes({"alarm_control_panel": None}, "disarmed"),
    "alarm_control_panel.triggered": _becomes({"alarm_control_panel": None}, "triggered"),
    "battery.became_low": _becomes(_BATTERY, "on"),
    "battery.no_longer_low": _becomes(_BATTERY, "off"),
    "battery.started_charging": _becomes(_CHARGING, "on"),
    "battery.stopped_charging": _becomes(_CHARGING, "off"),
    "battery.level_changed": _measures(_LEVEL),
    "battery.level_crossed_threshold": _crosses(_LEVEL),
    "button.pressed": _happens({"button": None, "input_button": None}),
    "counter.incremented": _counts(1),
    "counter.decremented": _counts(-1),
    "counter.maximum_reached": _reaches("maximum"),
    "counter.minimum_reached": _reaches("minimum"),
    "counter.reset": _reaches("initial"),
    "doorbell.rang": _happens({"event": "doorbell"}),
    "event.received": Purpose(Match({"event": None}, EventOptions, _event_fits), _differs, stateless=True),
    "lock.jammed": _becomes({"lock": None}, "jammed"),
    "lock.locked": _becomes({"lock": None}, "locked"),
    "lock.opened": _becomes({"lock": None}, "open"),
    "lock.unlocked": _becomes({"lock": None}, "unlocked"),
    "scene.activated": _happens({"scene": None}),
    "schedule.block_started": _becomes({"schedule": None}, "on"),
    "schedule.block_ended": _becomes({"schedule": None}, "off"),
    "select.selection_changed": _changes({"select": None, "input_select": None}),
    "text.changed": _changes({"text": None, "input_text": None}),
    **{
        f"timer.{name}": _becomes(_TIMER, name, attribute="last_transition")
        for name in ("cancelled", "finished", "paused", "restarted", "started")
    },
    "update.became_available": _becomes({"update": None}, "on"),
    **_switching("switch", {"switch": None, "input_boolean": None}),
    **{
        key: made
        for name in ("fan", "humidifier", "light", "remote", "siren")
        for key, made in _switching(name, {name: None}).items()
    },
    **{key: made for name in ("door", "garage_door", "gate", "window") for key, made in _opening(name).items()},
    **{key: made for name in ("moisture", "motion", "occupancy", "vibration") for key, made in _detecting(name).items()},
    **{key: made for name in _MEASURED for key, made in _measuring(name).items()},
}
