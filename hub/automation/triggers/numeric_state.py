"""The trigger `numeric_state` (DIALECT 2.2)."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from hub.automation.conditions.checks import ConditionError
from hub.automation.conditions.state import NumberRange
from hub.automation.schema.triggers import NumericStateTrigger
from hub.automation.triggers.holding import Holding, watch
from hub.automation.values import period_of
from hub.automation.world import Fire, World
from hub.bus import Cancel
from hub.errors import TemplateError
from hub.model.names import EntityId
from hub.model.state import State, StateChange

_log: Final = logging.getLogger(__name__)


def attach_numeric_state(
    model: NumericStateTrigger, base: Mapping[str, Any], variables: Mapping[str, Any], world: World, fire: Fire
) -> Cancel:
    """Fire when the number of one of the entities enters the range."""
    template = None if model.value_template is None else world.templates.compile(model.value_template.source)
    in_range = NumberRange(model.above, model.below, model.attribute, template, world)
    watchers = [_Watcher(model, world.entity(entity_id), in_range, base, variables, world, fire) for entity_id in model.entity_id]
    return watch(watchers, world.bus)


class _Watcher:
    """One entity of a trigger; armed while it was last seen outside the range."""

    __slots__ = ("_armed", "_base", "_fire", "_held_for", "_in_range", "_model", "_variables", "entity_id", "holding")

    def __init__(
        self,
        model: NumericStateTrigger,
        entity_id: EntityId,
        in_range: NumberRange,
        base: Mapping[str, Any],
        variables: Mapping[str, Any],
        world: World,
        fire: Fire,
    ) -> None:
        self.entity_id = entity_id
        self.holding = Holding(world.clock)
        self._model, self._in_range = model, in_range
        self._base, self._variables, self._fire = base, variables, fire
        self._held_for = None if model.for_ is None else period_of(model.for_, world.templates)
        self._armed = self._judge(world.states.get(entity_id)) is False

    def on_change(self, change: StateChange) -> None:
        inside = self._judge(change.new)
        if self.holding.waiting and not inside:
            self.holding.cancel()
        if inside is False:
            self._armed = True
        elif inside and self._armed:
            self._armed = False
            self._enter(change)

    def _judge(self, state: State | None) -> bool | None:
        """Tell whether the number is inside; None when that cannot be said."""
        if state is None:
            return None
        try:
            return self._in_range.holds(state, self._variables)
        except (ConditionError, TemplateError) as error:
            _log.warning("numeric_state trigger: %s", error)
            return None

    def _enter(self, change: StateChange) -> None:
        trigger = {
            **self._base,
            "platform": "numeric_state",
            "entity_id": self.entity_id,
            "below": self._model.below,
            "above": self._model.above,
            "from_state": change.old,
            "to_state": change.new,
            "for": None,
            "description": f"numeric state of {self.entity_id}",
        }
        if self._held_for is None:
            self._fire(trigger, change.context)
            return
        try:
            period = self._held_for({**self._variables, "trigger": trigger})
        except ValueError as error:
            _log.error("numeric_state trigger of %s: for: %s", self.entity_id, error)
            return
        trigger["for"] = period
        self.holding.begin(period, lambda state: bool(self._judge(state)), lambda: self._fire(trigger, change.context))
