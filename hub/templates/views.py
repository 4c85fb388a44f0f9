"""States as templates see them: `states`, `states.sensor`, `states.sensor.roof_power`."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from hub.errors import TemplateError
from hub.model.context import Context
from hub.model.names import EntityId, is_slug
from hub.model.state import UNKNOWN, State
from hub.templates.printing import state_text
from hub.templates.world import World, is_entity_id

FIELDS: Final = frozenset(
    {
        "attributes",
        "context",
        "domain",
        "entity_id",
        "last_changed",
        "last_reported",
        "last_updated",
        "name",
        "object_id",
        "state",
    }
)
"""The fields of a state that templates may read."""


class StateView:
    """A state that was found through `states`."""

    __slots__ = ("_state", "_world")

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    @property
    def entity_id(self) -> EntityId:
        """The entity's id."""
        return self._state.entity_id

    @property
    def state(self) -> str:
        """The state's text."""
        return self._state.state

    @property
    def state_with_unit(self) -> str:
        """The state, rounded as people want to see it, and its unit."""
        return shown(self._world, self._state, rounded=True, with_unit=True)

    @property
    def attributes(self) -> Mapping[str, Any]:
        """The state's attributes."""
        return self._state.attributes

    @property
    def domain(self) -> str:
        """The part of the id before the dot."""
        return self._state.domain

    @property
    def object_id(self) -> str:
        """The part of the id after the dot."""
        return self._state.object_id

    @property
    def name(self) -> str:
        """What people call the entity."""
        return self._state.name

    @property
    def last_changed(self) -> datetime:
        """When the text became another."""
        return self._state.last_changed

    @property
    def last_updated(self) -> datetime:
        """When text or attributes became other ones."""
        return self._state.last_updated

    @property
    def last_reported(self) -> datetime:
        """When it was last written."""
        return self._state.last_reported

    @property
    def context(self) -> Context:
        """Why it is so."""
        return self._state.context

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StateView) and self._state == other._state

    def __hash__(self) -> int:
        return hash(self._state.entity_id)

    def __repr__(self) -> str:
        return f"<template TemplateState({state_text(self._state, self._world.zone)})>"


class DomainStates:
    """`states.sensor`: the states of one domain. No attribute is its own, so every entity can be reached by name."""

    __slots__ = ("_domain", "_world")

    def __init__(self, world: World, domain: str) -> None:
        self._world = world
        self._domain = domain

    def __getitem__(self, object_id: str) -> StateView | None:
        return _find(self._world, f"{self._domain}.{object_id}")

    def __iter__(self) -> Iterator[StateView]:
        return iter([StateView(self._world, state) for state in self._world.states_of(self._domain)])

    def __len__(self) -> int:
        self._world.note_domain(self._domain)
        return len(self._world.states.ids(self._domain))

    def __repr__(self) -> str:
        return f"<template DomainStates('{self._domain}')>"


class AllStates:
    """`states`: all states, and the function that returns the text of one."""

    __slots__ = ("_world",)

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, name: str) -> StateView | DomainStates | None:
        if "." in name:
            return _find(self._world, name)
        if not is_slug(name):
            raise TemplateError(f"{name!r} is not the name of a domain")
        return DomainStates(self._world, name)

    def __iter__(self) -> Iterator[StateView]:
        return iter([StateView(self._world, state) for state in self._world.states_of(None)])

    def __len__(self) -> int:
        self._world.note_domain(None)
        return len(self._world.states)

    def __call__(self, entity_id: str, rounded: bool | None = None, with_unit: bool = False) -> str:
        """Return the text of a state, `unknown` when there is none."""
        state = self._world.state(entity_id)
        if state is None:
            return UNKNOWN
        return shown(self._world, state, rounded=with_unit if rounded is None else rounded, with_unit=with_unit)

    def __repr__(self) -> str:
        return "<template AllStates>"


def shown(world: World, state: State, *, rounded: bool, with_unit: bool) -> str:
    """Return the state's text as people want to see it."""
    text = state.state
    if rounded and state.domain == "sensor":
        text = _rounded(world, state)
    unit = state.attributes.get("unit_of_measurement") if with_unit else None
    return f"{text} {unit}" if unit else text


def _rounded(world: World, state: State) -> str:
    precision = world.registries.precision(state.entity_id)
    if precision is not None:
        with suppress(ValueError):
            return f"{float(state.state):z.{precision}f}"
    return state.state


def _find(world: World, entity_id: str) -> StateView | None:
    state = world.state(entity_id)
    if state is not None:
        return StateView(world, state)
    if not is_entity_id(entity_id):
        raise TemplateError(f"{entity_id!r} is not the id of an entity")
    return None
