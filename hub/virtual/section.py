"""The entities of one domain: loaded, reloaded without disturbing what did not change, and ended."""

import logging
from typing import Any, Final, Protocol

from hub.automation.world import World
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State
from hub.registry import ENTITY_REGISTRY_UPDATED
from hub.virtual.domain import Domain
from hub.virtual.entity import VirtualEntity
from hub.virtual.reading import Definition

_log: Final = logging.getLogger(__name__)


class Names(Protocol):
    """Gives entities their lasting ids."""

    def __call__(self, domain: str, unique_id: str | None, suggested: str, name: str, *, platform: str | None = None) -> EntityId:
        """Return the id of the entity with this unique id, or a free one like the suggested.

        `platform` is who owns the entity, where that is not its domain.
        """


class Remembered(Protocol):
    """What was known of entities before the hub started."""

    def __call__(self, entity_id: EntityId, /) -> State | None:
        """Return what the entity was last."""


class Section:
    """What stands under the key of one domain."""

    def __init__(self, domain: Domain[Any, Any], world: World, names: Names, remembered: Remembered) -> None:
        self.domain = domain
        self.entities: dict[EntityId, VirtualEntity[Any]] = {}
        self._world, self._names, self._remembered = world, names, remembered
        self._sources: dict[EntityId, Definition[Any]] = {}
        self._started = False
        self._leave = world.bus.listen(ENTITY_REGISTRY_UPDATED, self._on_registry)

    def load(self, section: object) -> None:
        """Make these the entities that there are; one whose definition is wrong stays what it was."""
        wanted: set[EntityId] = set()
        for definition in self.domain.definitions(section):
            if definition.model is None:
                words = "; ".join(map(str, definition.problems))
                _log.error("%s.%s is not loaded: %s", self.domain.name, definition.object_id, words)
                wanted.add(EntityId(f"{self.domain.name}.{definition.object_id}"))
                continue
            entity_id = self._names(self.domain.name, definition.unique_id, definition.object_id, definition.name)
            wanted.add(entity_id)
            self._renew(entity_id, definition.model, definition)
        for entity_id in [known for known in self.entities if known not in wanted]:
            if entity_id in self._sources or not self.domain.keeps_added:
                self.remove(entity_id)

    def start(self) -> None:
        """Begin what others are to notice; they listen now."""
        self._started = True
        for entity in list(self.entities.values()):
            entity.start()

    def close(self) -> None:
        """Stop whatever runs by itself; the states stay as they are."""
        self._leave()
        for entity in self.entities.values():
            entity.end()

    def add(self, entity: VirtualEntity[Any]) -> None:
        """Take an entity that an action made; it goes when the section is loaded again, unless a definition has its id."""
        self.entities[entity.entity_id] = entity
        entity.begin(None)
        if self._started:
            entity.start()

    def is_defined(self, entity_id: EntityId) -> bool:
        """Tell whether a definition made the entity, and not an action."""
        return entity_id in self._sources

    def remove(self, entity_id: EntityId) -> None:
        """Let an entity go."""
        self.entities.pop(entity_id).end()
        self._sources.pop(entity_id, None)
        self._world.states.remove(entity_id)

    def _renew(self, entity_id: EntityId, model: Any, definition: Definition[Any]) -> None:
        known, source = self.entities.get(entity_id), self._sources.get(entity_id)
        self._sources[entity_id] = definition
        if known is not None and source is not None:
            if source.raw != definition.raw:
                known.renew(model)
            return
        if known is not None:
            known.end()  # an action made it; now it is defined
        entity = self.domain.build(entity_id, model, self._world)
        self.entities[entity_id] = entity
        entity.begin(self._remembered(entity_id))
        if self._started:
            entity.start()

    def _on_registry(self, event: Event) -> None:
        """Follow an admin who gives an entity another id."""
        old, new = EntityId(event.data.get("old_entity_id", "")), event.data["entity_id"]
        if old not in self._sources:
            return
        source = self._sources.pop(old)
        entity = self.entities.pop(old)
        self._world.states.remove(old)
        entity.entity_id = new
        self.entities[new], self._sources[new] = entity, source
        entity.renew(source.model)
