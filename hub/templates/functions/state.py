"""States of entities."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.model.entity import RegistryEntry
from hub.model.state import UNAVAILABLE, UNKNOWN, State
from hub.templates.functions.group import Function, Group
from hub.templates.views import AllStates, StateView
from hub.templates.world import World

_ABSENT = object()


def group(world: World) -> Group:
    """Return the functions that look at states."""
    expand = _expand(world)
    states = AllStates(world)
    functions = _tests(world)
    state_attr = _state_attr(world)
    translated = _translated(world)
    return Group(
        globals={"expand": expand, "state_attr": state_attr, "states": states, **functions, **translated},
        filters={
            "expand": expand,
            "has_value": functions["has_value"],
            "state_attr": state_attr,
            "states": states,
            **translated,
        },
        tests=functions,
        refused=frozenset({"expand", "state_attr", "states", *functions, *translated}),
        looks=True,
    )


def states_in(world: World, sources: Iterable[Any]) -> list[StateView]:
    """Return each entity once: of ids, states, lists of them, and groups, whose members take their place."""
    search, found = list(sources), dict[str, StateView]()
    seen: set[str] = set()
    entries = world.registries.entities
    while search:
        source = search.pop()
        state = _state(world, source)
        if state is None:
            if isinstance(source, Iterable) and not isinstance(source, str):
                search.extend(source)
            continue
        if state.entity_id in seen:
            continue
        seen.add(state.entity_id)
        members = _members(state, entries)
        if members is None:
            world.state(state.entity_id)
            found[state.entity_id] = StateView(world, state)
        else:
            search.extend(members)
    return list(found.values())


def _state(world: World, source: Any) -> State | None:
    if isinstance(source, str):
        return world.state(source)
    if isinstance(source, StateView):
        return world.state(source.entity_id)
    return source if isinstance(source, State) else None


def _members(state: State, entries: Mapping[str, RegistryEntry]) -> list[str] | None:
    """Return the members of a group, or None for any other entity."""
    entry = entries.get(state.entity_id)
    if state.domain != "group" and (entry is None or entry.platform != "group"):
        return None
    members = state.attributes.get("entity_id") or ()
    return [members] if isinstance(members, str) else list(members)


def _expand(world: World) -> Function:
    def expand(*sources: Any) -> list[StateView]:
        """Return the states of ids, states, lists of them, and of the members of groups."""
        return states_in(world, sources)

    return expand


def _state_attr(world: World) -> Function:
    def state_attr(entity_id: str, name: str) -> Any:
        """Return an attribute, or none."""
        state = world.state(entity_id)
        return None if state is None else state.attributes.get(name)

    return state_attr


def _tests(world: World) -> dict[str, Function]:
    def is_state(entity_id: str, state: Any) -> bool:
        """Tell whether the state is this text, or one of these."""
        found = world.state(entity_id)
        if found is None:
            return False
        return found.state == state or (isinstance(state, list) and found.state in state)

    def is_state_attr(entity_id: str, name: str, value: Any) -> bool:
        """Tell whether the attribute is there and has this value."""
        found = world.state(entity_id)
        if found is None:
            return False
        attribute = found.attributes.get(name, _ABSENT)
        return attribute is not _ABSENT and bool(attribute == value)

    def has_value(entity_id: str) -> bool:
        """Tell whether the entity exists and its state is known."""
        found = world.state(entity_id)
        return found is not None and found.state not in (UNAVAILABLE, UNKNOWN)

    return {"has_value": has_value, "is_state": is_state, "is_state_attr": is_state_attr}


def _translated(world: World) -> dict[str, Function]:
    def state_translated(entity_id: str) -> str:
        """Return the state's text; the hub speaks one language."""
        found = world.state(entity_id)
        return UNKNOWN if found is None else found.state

    return {"state_attr_translated": _state_attr(world), "state_translated": state_translated}
