"""The conditions `state` and `numeric_state`."""

import re
from datetime import timedelta
from typing import Any, Final

from hub.automation.conditions.checks import Check, ConditionError, Record, Seen, Variables
from hub.automation.schema.conditions import NumericStateCondition, StateCondition
from hub.automation.values import period_of
from hub.automation.world import World
from hub.model.names import EntityId
from hub.model.state import UNAVAILABLE, UNKNOWN, State
from hub.templates import Template

_INPUT: Final = re.compile(r"input_(?:select|text|number|boolean|datetime)\.[a-z0-9_]+")
_MISSING: Final = object()


def state_check(model: StateCondition, path: str, world: World) -> Check:
    """Compile `condition: state`."""
    single = len(model.entity_id) == 1
    checks = [
        _one_state(model, entity_id, path if single else f"{path}/entity_id/{index}", world)
        for index, entity_id in enumerate(model.entity_id)
    ]
    if single:
        return checks[0]
    wanted_any = model.match == "any"

    def check(variables: Variables, record: Record | None) -> bool:
        # Every entity is looked at first: a missing one is an error even when another matches.
        results = [one(variables, record) for one in checks]
        result = any(results) if wanted_any else all(results)
        if record is not None:
            record.append(Seen(path, result))
        return result

    return check


def _one_state(model: StateCondition, entity_id: EntityId, path: str, world: World) -> Check:
    states, clock, attribute, wanted = world.states, world.clock, model.attribute, model.state
    entity_id = world.entity(entity_id)
    held_for = None if model.for_ is None else period_of(model.for_, world.templates)
    references = any(isinstance(value, str) and _INPUT.fullmatch(value) for value in wanted)
    wanted_words = " or ".join(map(str, wanted))

    def check(variables: Variables, record: Record | None) -> bool:
        state = states.get(entity_id)
        if state is None:
            raise ConditionError(f"there is no entity {entity_id}")
        value: Any = state.state if attribute is None else state.attributes.get(attribute, _MISSING)
        result = value in (_resolved(wanted, world) if references else wanted)
        if result and held_for is not None:
            held, period = clock.time() - state.changed, _period(held_for, variables)
            result = held > period
            if record is not None:
                seen = (entity_id, f"{value} for {timedelta(seconds=held)}")
                record.append(Seen(path, result, seen, f"{wanted_words} for more than {timedelta(seconds=period)}"))
        elif record is not None:
            record.append(Seen(path, result, (entity_id, None if value is _MISSING else value), wanted_words))
        return result

    return check


def _period(held_for: Any, variables: Variables) -> float:
    try:
        return float(held_for(variables).total_seconds())
    except ValueError as error:
        raise ConditionError(f"for: {error}") from error


def _resolved(wanted: tuple[Any, ...], world: World) -> list[Any]:
    found = []
    for value in wanted:
        if isinstance(value, str) and _INPUT.fullmatch(value):
            state = world.states.get(value)
            if state is None:
                raise ConditionError(f"there is no entity {value}")
            found.append(state.state)
        else:
            found.append(value)
    return found


def numeric_check(model: NumericStateCondition, path: str, world: World) -> Check:
    """Compile `condition: numeric_state`."""
    template = None if model.value_template is None else world.templates.compile(model.value_template.source)
    checks = [
        _one_number(
            model, world.entity(entity_id), path if len(model.entity_id) == 1 else f"{path}/entity_id/{index}", world, template
        )
        for index, entity_id in enumerate(model.entity_id)
    ]
    if len(checks) == 1:
        return checks[0]

    def check(variables: Variables, record: Record | None) -> bool:
        result = all(one(variables, record) for one in checks)
        if record is not None:
            record.append(Seen(path, result))
        return result

    return check


def _one_number(model: NumericStateCondition, entity_id: EntityId, path: str, world: World, template: Template | None) -> Check:
    states = world.states
    in_range = NumberRange(model.above, model.below, model.attribute, template, world)
    wanted = in_range.words()

    def check(variables: Variables, record: Record | None) -> bool:
        state = states.get(entity_id)
        if state is None:
            raise ConditionError(f"there is no entity {entity_id}")
        result = in_range.holds(state, variables)
        if record is not None:
            record.append(Seen(path, result, (entity_id, in_range.seen(state)), wanted))
        return result

    return check


class NumberRange:
    """A range with strict bounds, each a number or the state of an entity; shared by trigger and condition."""

    __slots__ = ("_above", "_attribute", "_below", "_is_plain", "_states", "_template")

    def __init__(
        self,
        above: float | EntityId | None,
        below: float | EntityId | None,
        attribute: str | None,
        template: Template | None,
        world: World,
    ) -> None:
        self._above, self._below = above, below
        self._attribute, self._template = attribute, template
        self._is_plain = attribute is None and template is None
        self._states = world.states

    def holds(self, state: State, variables: Variables) -> bool:
        """Tell whether the state's number is inside. Raises ConditionError when it is no number or a bound is missing."""
        value = state.state if self._is_plain else self._value(state, variables)
        if value is None or value in (UNAVAILABLE, UNKNOWN):
            return False
        number = _number(value, state.entity_id)
        if self._below is not None:
            below = self._limit(self._below) if isinstance(self._below, str) else self._below
            if below is None or number >= below:
                return False
        if self._above is not None:
            above = self._limit(self._above) if isinstance(self._above, str) else self._above
            if above is None or not number > above:
                return False
        return True

    def seen(self, state: State) -> Any:
        """Return what it looked at, for traces."""
        return state.state if self._attribute is None else state.attributes.get(self._attribute)

    def words(self) -> str:
        """Say the range, such as `> 5 and < 10`."""
        parts = [
            f"{sign} {bound:g}" if isinstance(bound, float) else f"{sign} {bound}"
            for sign, bound in ((">", self._above), ("<", self._below))
            if bound is not None
        ]
        return " and ".join(parts)

    def _value(self, state: State, variables: Variables) -> Any:
        if self._template is not None:
            return self._template.render({**variables, "state": state})
        return state.state if self._attribute is None else state.attributes.get(self._attribute)

    def _limit(self, entity_id: EntityId) -> float | None:
        """Return the number that an entity sets as the bound; None when nobody knows it."""
        state = self._states.get(entity_id)
        if state is None:
            raise ConditionError(f"there is no entity {entity_id}")
        return None if state.state in (UNAVAILABLE, UNKNOWN) else _number(state.state, entity_id)


def _number(value: Any, entity_id: EntityId) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ConditionError(f"{entity_id} is {value!r}, which is not a number") from error
