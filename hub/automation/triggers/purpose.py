"""Purpose-specific triggers: `trigger: switch.turned_on` with `target:` and `options:` (DIALECT 2.10)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from hub.automation.purposes import NOT_KNOWN, BehaviorOptions, Kinds, Match, Options, RemainingOptions, is_kind
from hub.automation.targeting import Targeted
from hub.automation.world import Asked, Fire, OfferedTrigger, World
from hub.bus import Cancel
from hub.clock import Timer
from hub.config import explain
from hub.errors import ConfigError
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import UNAVAILABLE, State, StateChange
from hub.states import StateMachine

OptionsT = TypeVar("OptionsT", bound=Options)
B = TypeVar("B", bound=BaseModel)
Moved = Callable[[State, State, OptionsT, StateMachine], bool]
"""Tells whether the way from one state to the next counts."""
_SHARED: Final = EntityId("")
"""The key of the one period that all entities share, for `first` and `all`."""


@dataclass(frozen=True, slots=True)
class Purpose(Generic[OptionsT]):
    """What a purpose-specific trigger waits for: a state that is looked for, and a way to it that counts."""

    match: Match[OptionsT]
    moved: Moved[OptionsT]
    stateless: bool = False
    """Whether the state is only the moment of the last activation, so that `unknown` is a good state to come from."""


def purpose_trigger(name: str, purpose: Purpose[Any], world: World) -> OfferedTrigger:
    """Offer a purpose as a trigger."""

    def attach(asked: Asked, base: Mapping[str, Any], fire: Fire) -> Cancel:
        options = read_options(name, purpose.match.options, asked.options)
        return _Watching(name, purpose, options, asked.target, base, world, fire).close

    return OfferedTrigger(name, option_names(purpose.match.options), attach)


def remaining_trigger(name: str, kinds: Kinds, world: World) -> OfferedTrigger:
    """Offer a trigger that fires when a timer has only so much time left."""

    def attach(asked: Asked, base: Mapping[str, Any], fire: Fire) -> Cancel:
        options = read_options(name, RemainingOptions, asked.options)
        return _Remaining(name, kinds, options.remaining, asked.target, base, world, fire).close

    return OfferedTrigger(name, option_names(RemainingOptions), attach)


def read_options(name: str, model: type[B], options: Mapping[str, Any]) -> B:
    """Read what stands under `options:`. Raises ConfigError."""
    try:
        return model.model_validate(options)
    except ValidationError as error:
        words = "; ".join(f"{'.'.join(map(str, one.path))}: {one.message}" for one in explain(error, options, model))
        raise ConfigError(f"{name}: {words}") from None


def option_names(model: type[BaseModel]) -> frozenset[str]:
    """Return the names that may stand under `options:`."""
    return frozenset(str(field.validation_alias or name) for name, field in model.model_fields.items())


class _Watching:
    """One trigger that is armed."""

    def __init__(
        self,
        name: str,
        purpose: Purpose[Any],
        options: Options,
        target: Mapping[str, Any],
        base: Mapping[str, Any],
        world: World,
        fire: Fire,
    ) -> None:
        self._name, self._purpose, self._options = name, purpose, options
        self._behavior = options.behavior if isinstance(options, BehaviorOptions) else "each"
        self._period = options.for_ if isinstance(options, BehaviorOptions) else None
        self._base, self._world, self._fire = base, world, fire
        self._not_from = {UNAVAILABLE} if purpose.stateless else NOT_KNOWN
        self._periods: dict[EntityId, Timer] = {}
        self._targeted = Targeted(target, world, self._on_change, self._check_periods)

    def close(self) -> None:
        """Watch nothing any more."""
        self._targeted.close()
        for timer in self._periods.values():
            timer.cancel()
        self._periods.clear()

    def _on_change(self, change: StateChange) -> None:
        if self._periods:
            self._check_periods()
        old, new = change.old, change.new
        if old is None or new is None or old.state in self._not_from or not self._holds(new):
            return
        if self._purpose.moved(old, new, self._options, self._world.states) and self._together_holds(first=True):
            self._come(change)

    def _come(self, change: StateChange) -> None:
        if not self._period:
            self._tell(change)
            return
        key = change.entity_id if self._behavior == "each" else _SHARED
        if key in self._periods:
            self._periods.pop(key).cancel()

        def ended() -> None:
            self._periods.pop(key, None)
            self._tell(change)

        self._periods[key] = self._world.clock.after(self._period.total_seconds(), ended)

    def _tell(self, change: StateChange) -> None:
        told = {
            "platform": self._name,
            "entity_id": change.entity_id,
            "from_state": change.old,
            "to_state": change.new,
            "for": self._period,
            "description": f"state of {change.entity_id}",
        }
        self._fire({**self._base, **told}, change.context)

    def _holds(self, state: State | None) -> bool:
        match = self._purpose.match
        if state is None or state.state in NOT_KNOWN or not is_kind(state, match.kinds):
            return False
        return match.holds(state, self._options, self._world.states)

    def _together_holds(self, *, first: bool) -> bool:
        """Tell whether all entities together are as the behavior wants; unknown ones are left out of the count."""
        if self._behavior == "each":
            return True
        states = [self._world.states.get(entity_id) for entity_id in self._targeted.entities]
        known = [
            state for state in states if state and state.state not in NOT_KNOWN and is_kind(state, self._purpose.match.kinds)
        ]
        matching = sum(self._holds(state) for state in known)
        if self._behavior == "all":
            return matching == len(known)
        return matching == 1 if first else matching >= 1

    def _check_periods(self) -> None:
        """Give up the periods whose condition does not hold any more."""
        entities = self._targeted.entities
        for key in list(self._periods):
            if key is _SHARED:
                holds = self._together_holds(first=False)
            else:
                holds = key in entities and self._holds(self._world.states.get(key))
            if not holds:
                self._periods.pop(key).cancel()


class _Remaining:
    """Waits until timers have only so much time left."""

    def __init__(
        self,
        name: str,
        kinds: Kinds,
        remaining: timedelta,
        target: Mapping[str, Any],
        base: Mapping[str, Any],
        world: World,
        fire: Fire,
    ) -> None:
        self._name, self._kinds, self._remaining = name, kinds, remaining
        self._base, self._world, self._fire = base, world, fire
        self._alarms: dict[EntityId, Timer] = {}
        self._targeted = Targeted(target, world, self._on_change, self._look_at_all)
        self._look_at_all()

    def close(self) -> None:
        """Wait no longer."""
        self._targeted.close()
        for entity_id in list(self._alarms):
            self._drop(entity_id)

    def _look_at_all(self) -> None:
        entities = self._targeted.entities
        for entity_id in [known for known in self._alarms if known not in entities]:
            self._drop(entity_id)
        for entity_id in entities:
            if entity_id not in self._alarms:
                state = self._world.states.get(entity_id)
                self._plan(state, None if state is None else state.context)

    def _on_change(self, change: StateChange) -> None:
        self._drop(change.entity_id)
        self._plan(change.new, change.context)

    def _drop(self, entity_id: EntityId) -> None:
        alarm = self._alarms.pop(entity_id, None)
        if alarm is not None:
            alarm.cancel()

    def _plan(self, state: State | None, context: Context | None) -> None:
        if state is None or state.state != "active" or not is_kind(state, self._kinds):
            return
        try:
            moment = datetime.fromisoformat(str(state.attributes.get("finishes_at"))) - self._remaining
        except ValueError:
            return
        if moment <= self._world.clock.now():
            return

        def come() -> None:
            self._alarms.pop(state.entity_id, None)
            told = {"platform": self._name, "entity_id": state.entity_id, "to_state": state, "remaining": self._remaining}
            self._fire({**self._base, **told, "description": f"time remaining of {state.entity_id}"}, context)

        self._alarms[state.entity_id] = self._world.clock.at(moment.timestamp(), come)
