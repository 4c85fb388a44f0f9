"""Domains: what kinds of virtual entities there are, each declared as a value."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from hub.automation.world import World
from hub.model.action import Effect
from hub.model.context import Context
from hub.model.names import EntityId
from hub.virtual.entity import Described, VirtualEntity
from hub.virtual.reading import Definition, read_section

M = TypeVar("M", bound=Described)
E = TypeVar("E", bound=VirtualEntity[Any])
D = TypeVar("D", bound="ActionData")


class ActionData(BaseModel):
    """What an action takes besides its targets; the fields are its schema."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)


@dataclass(frozen=True, slots=True)
class EntityAction(Generic[E, D]):
    """Something that can be asked of the entities of a domain."""

    name: str
    description: str
    perform: Callable[[E, D, Context], Awaitable[object] | None]
    """Raises ActionError when the entity cannot do it; what it returns is waited for."""
    data: type[D]
    effect: Effect = Effect.IDEMPOTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain(Generic[M, E]):
    """One kind of entity, defined under a key of its own: object id → definition."""

    name: str
    model: type[M]
    build: Callable[[EntityId, M, World], E]
    actions: Sequence[EntityAction[E, Any]] = ()
    read: Callable[[object], Iterator[Definition[M]]] | None = None
    """Reads the section, where it is not simply a mapping of object ids to definitions."""
    keeps_added: bool = False
    """Whether what an action made stays when the section is loaded again."""

    def definitions(self, section: object) -> Iterator[Definition[M]]:
        """Read the section; what is wrong is part of the answer."""
        return read_section(self.name, self.model, section) if self.read is None else self.read(section)


def simple(
    name: str,
    description: str,
    perform: Callable[[E, Context], Awaitable[object] | None],
    effect: Effect = Effect.IDEMPOTENT,
) -> EntityAction[E, ActionData]:
    """Declare an action that takes nothing but its targets."""
    return EntityAction(name, description, lambda entity, _, context: perform(entity, context), ActionData, effect)


def moving(name: str, description: str, perform: Callable[[E, Context], Awaitable[object] | None]) -> EntityAction[E, ActionData]:
    """Declare such an action that does something else each time, so that it must not be repeated."""
    return simple(name, description, perform, Effect.EXTERNAL)
