"""Which entities an action means."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from hub.errors import BadActionData
from hub.model.action import ActionCall
from hub.model.names import EntityId
from hub.registry.targets import TARGET_KEYS
from hub.states import StateMachine

Resolve = Callable[[Mapping[str, Any]], Sequence[EntityId]]
"""Finds the entities of a target."""

TARGETS: Final = frozenset({*TARGET_KEYS, "exclude"})


def meant(call: ActionCall, resolve: Resolve, states: StateMachine) -> list[EntityId]:
    """Return the entities that a call means, each once; a group means its members. Raises BadActionData when none is named."""
    if not any(key in call.data for key in TARGET_KEYS):
        raise BadActionData(f"{call.domain}.{call.name} needs a target: entity_id, device_id, area_id, floor_id or label_id")
    return list(dict.fromkeys(_members(resolve(call.data), states, set())))


def _members(entity_ids: Iterable[EntityId], states: StateMachine, within: set[EntityId]) -> Iterable[EntityId]:
    for entity_id in entity_ids:
        if entity_id.domain != "group":
            yield entity_id
        elif entity_id not in within:
            state = states.get(entity_id)
            named = () if state is None else state.attributes.get("entity_id", ())
            yield from _members([EntityId(member) for member in named], states, within | {entity_id})
