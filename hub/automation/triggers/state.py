"""The trigger `state` (DIALECT 2.1)."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from hub.automation.schema.triggers import StateTrigger
from hub.automation.triggers.holding import Holding, watch
from hub.automation.values import period_of
from hub.automation.world import Fire, World
from hub.bus import Cancel
from hub.model.names import EntityId
from hub.model.state import State, StateChange

_log: Final = logging.getLogger(__name__)
Match = Callable[[Any], bool]
HeldFor = Callable[[Mapping[str, Any]], timedelta]


def attach_state(model: StateTrigger, base: Mapping[str, Any], variables: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire when one of the entities changes as the model says."""
    held_for = None if model.for_ is None else period_of(model.for_, world.templates)
    watchers = [_Watcher(model, world.entity(entity_id), held_for, base, variables, world, fire) for entity_id in model.entity_id]
    return watch(watchers, world.bus)


class _Watcher:
    """One entity of a trigger."""

    __slots__ = (
        "_attribute",
        "_base",
        "_fire",
        "_held_for",
        "_matches_from",
        "_matches_to",
        "_only_from",
        "_value_only",
        "_variables",
        "entity_id",
        "holding",
    )

    def __init__(
        self,
        model: StateTrigger,
        entity_id: EntityId,
        held_for: HeldFor | None,
        base: Mapping[str, Any],
        variables: Mapping[str, Any],
        world: World,
        fire: Fire,
    ) -> None:
        given = model.model_fields_set
        self.entity_id = entity_id
        self.holding = Holding(world.clock)
        self._attribute = model.attribute
        self._matches_from = _match(model.from_, model.not_from)
        self._matches_to = _match(model.to, model.not_to)
        # A key that is written counts even when it is null (DIALECT 2.1, rule 4).
        self._value_only = bool({"from_", "to", "not_from", "not_to"} & given)
        self._only_from = "from_" in given and "to" not in given
        self._held_for = held_for
        self._base, self._variables, self._fire = base, variables, fire

    def on_change(self, change: StateChange) -> None:
        was, became = change.old, change.new
        if self._attribute is None:
            old: Any = None if was is None else was.state
            new: Any = None if became is None else became.state
        else:
            old, new = self._value(was), self._value(became)
        if self.holding.waiting:
            self.holding.check(change.new)
        if old == new and (self._value_only or self._attribute is not None):
            return
        if (self._matches_from is not None and not self._matches_from(old)) or (
            self._matches_to is not None and not self._matches_to(new)
        ):
            return
        if self._held_for is None:
            self._tell(change, None)
        else:
            self._hold(change, old, new, self._held_for)

    def _value(self, state: State | None) -> Any:
        if state is None:
            return None
        return state.state if self._attribute is None else state.attributes.get(self._attribute)

    def _hold(self, change: StateChange, old: Any, new: Any, held_for: HeldFor) -> None:
        known = {"platform": "state", "entity_id": self.entity_id, "from_state": change.old, "to_state": change.new}
        try:
            period = held_for({**self._variables, "trigger": known})
        except ValueError as error:
            _log.error("state trigger of %s: for: %s", self.entity_id, error)
            return
        if not period:
            self._tell(change, period)
            return
        self.holding.begin(period, partial(self._still, old, new), partial(self._tell, change, period))

    def _still(self, old: Any, new: Any, state: State | None) -> bool:
        if state is None:
            return False
        value = self._value(state)
        return bool(value != old if self._only_from else value == new)

    def _tell(self, change: StateChange, held_for: timedelta | None) -> None:
        trigger = {
            **self._base,
            "platform": "state",
            "entity_id": self.entity_id,
            "from_state": change.old,
            "to_state": change.new,
            "for": held_for,
            "attribute": self._attribute,
            "description": f"state of {self.entity_id}",
        }
        self._fire(trigger, change.context)


def _match(wanted: tuple[Any, ...] | None, unwanted: tuple[Any, ...] | None) -> Match | None:
    """Return what judges a value; None where every value is right."""
    if wanted is not None:
        if wanted == ("*",):
            return None
        return wanted.__contains__
    if unwanted is not None:
        if unwanted == ("*",):
            return lambda _: False
        return lambda value: value not in unwanted
    return None
