"""Entities that keep a value which people and automations set."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from hub.automation.world import World
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import UNKNOWN, State
from hub.virtual.entity import Described

M = TypeVar("M", bound=Described)
V = TypeVar("V")


class ValueEntity(ABC, Generic[M, V]):
    """An entity that is what it was last set to, also after a restart."""

    def __init__(self, entity_id: EntityId, model: M, world: World) -> None:
        self.entity_id = entity_id
        self.model = model
        self._world = world
        self.value: V | None = None

    @abstractmethod
    def first(self, last: State | None) -> V | None:
        """Return the value to begin with: `initial`, the last state's, or another."""

    @abstractmethod
    def text(self, value: V) -> str:
        """Return the state's text."""

    def attributes(self) -> Mapping[str, Any]:
        """Return what the domain shows beside the text."""
        return {}

    def kept(self, value: V) -> V:
        """Return the value under a new definition."""
        return value

    def begin(self, last: State | None) -> None:
        """Take the first value."""
        self.put(self.first(last))

    def start(self) -> None:
        """Nothing here happens by itself."""

    def renew(self, model: M) -> None:
        """Keep the value under another definition, as far as that allows it."""
        self.model = model
        self.put(None if self.value is None else self.kept(self.value))

    def end(self) -> None:
        """Nothing here happens by itself."""

    def put(self, value: V | None, context: Context | None = None) -> None:
        """Make this the value."""
        self.value = value
        text = UNKNOWN if value is None else self.text(value)
        self._world.states.set(self.entity_id, text, {**self.attributes(), **shown(self.model)}, context)


def shown(model: Described) -> dict[str, Any]:
    """Return the attributes that every virtual entity has: it cannot be edited by clicking, and it may have name and icon."""
    found: dict[str, Any] = {"editable": False}
    if model.icon is not None:
        found["icon"] = model.icon
    if model.name is not None:
        found["friendly_name"] = model.name
    return found
