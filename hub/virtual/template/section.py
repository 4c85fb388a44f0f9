"""The section `template:`, loaded and reloaded without disturbing what did not change."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from pydantic import TypeAdapter, ValidationError

from hub.automation.world import World
from hub.config import Problem, explain
from hub.errors import HubError, TemplateError
from hub.model.event import Event
from hub.model.names import EntityId, slugify
from hub.registry import ENTITY_REGISTRY_UPDATED
from hub.virtual.section import Names, Remembered
from hub.virtual.template.following import FollowingEntity
from hub.virtual.template.schema import BinarySensorModel, Block, BlockFields, SensorModel
from hub.virtual.template.triggered import TriggeredBlock, TriggeredEntity

_log: Final = logging.getLogger(__name__)
_BLOCK: Final[TypeAdapter[BlockFields]] = TypeAdapter(Block)


class BlockDefinition(msgspec.Struct, frozen=True):
    """One item of the list, as the files define it."""

    model: BlockFields | None
    raw: Any
    problems: tuple[Problem, ...] = ()


def read_blocks(section: object) -> Iterator[BlockDefinition]:
    """Read the list under `template:`, item by item; one that is wrong does not hurt the others."""
    entries = section if isinstance(section, list) else [section] if isinstance(section, Mapping) and section else []
    for index, raw in enumerate(entries):
        path = ("template", index) if isinstance(section, list) else ("template",)
        try:
            yield BlockDefinition(_BLOCK.validate_python(raw), raw)
        except ValidationError as error:
            yield BlockDefinition(None, raw, tuple(explain(error, raw, BlockFields, path)))


class _Loaded(msgspec.Struct):
    """One block that is loaded."""

    definition: BlockDefinition
    entities: list[FollowingEntity | TriggeredEntity]
    block: TriggeredBlock | None = None


class TemplateSection:
    """The template entities that are loaded."""

    def __init__(self, world: World, names: Names, remembered: Remembered) -> None:
        self._world, self._names, self._remembered = world, names, remembered
        self._blocks: list[_Loaded] = []
        self._started = False
        self._leaving: set[EntityId] = set()
        """Entities that were unloaded, and that another definition may bring back."""
        self._leave = world.bus.listen(ENTITY_REGISTRY_UPDATED, self._on_registry)

    def load(self, section: object) -> None:
        """Make these the template entities that there are."""
        before, self._blocks = self._blocks, []
        wanted: list[BlockDefinition] = []
        for definition in read_blocks(section):
            kept = next((one for one in before if one.definition.raw == definition.raw), None)
            if kept is not None:
                before.remove(kept)
                self._blocks.append(kept)
            else:
                wanted.append(definition)
        self._replace(before, wanted)

    def _replace(self, gone: list[_Loaded], wanted: list[BlockDefinition]) -> None:
        self._leaving = self._unload(gone)
        for definition in wanted:
            self._load(definition)
        for entity_id in self._leaving - self._there():
            self._world.states.remove(entity_id)
        self._leaving = set()

    def start(self) -> None:
        """Arm the triggers."""
        self._started = True
        for loaded in self._blocks:
            if loaded.block is not None:
                loaded.block.start()

    def close(self) -> None:
        """Follow nothing any more; the states stay as they are."""
        self._leave()
        self._unload(self._blocks)

    def refresh(self, entity_ids: Iterable[EntityId]) -> None:
        """Render these now, as far as they are ours."""
        wanted = set(entity_ids)
        for loaded in self._blocks:
            for entity in loaded.entities:
                if isinstance(entity, FollowingEntity) and entity.entity_id in wanted:
                    entity.refresh()

    def _on_registry(self, event: Event) -> None:
        """Follow an admin who gives an entity another id."""
        old = event.data.get("old_entity_id")
        for loaded in [block for block in self._blocks if old in [entity.entity_id for entity in block.entities]]:
            self._blocks.remove(loaded)
            self._replace([loaded], [loaded.definition])

    def _unload(self, blocks: Iterable[_Loaded]) -> set[EntityId]:
        gone = set()
        for loaded in blocks:
            if loaded.block is not None:
                loaded.block.end()
            for entity in loaded.entities:
                entity.end()
                gone.add(entity.entity_id)
        return gone

    def _load(self, definition: BlockDefinition) -> None:
        model = definition.model
        if model is None:
            _log.error("a template entity is not loaded: %s", "; ".join(map(str, definition.problems)))
            return
        loaded = _Loaded(definition, [])
        self._blocks.append(loaded)
        try:
            ids: list[tuple[EntityId, SensorModel | BinarySensorModel]] = []
            for domain, one in model.entities:
                ids.append((self._entity_id(domain, one, model.unique_id, {entity_id for entity_id, _ in ids}), one))
            if model.triggers is None:
                loaded.entities = [FollowingEntity(entity_id, one, self._world) for entity_id, one in ids]
            else:
                triggered = [TriggeredEntity(entity_id, one, self._world) for entity_id, one in ids]
                loaded.entities = [*triggered]
                loaded.block = TriggeredBlock(f"template {ids[0][0] if ids else ''}", model, triggered, self._world)
        except HubError as error:
            _log.error("a template entity is not loaded: %s", error)
            return
        for entity in loaded.entities:
            entity.begin(self._world.states.get(entity.entity_id) or self._remembered(entity.entity_id))
        if loaded.block is not None and self._started:
            loaded.block.start()

    def _entity_id(
        self, domain: str, model: SensorModel | BinarySensorModel, prefix: str | None, taken: set[EntityId]
    ) -> EntityId:
        unique_id = model.unique_id if model.unique_id is None or prefix is None else f"{prefix}-{model.unique_id}"
        name = self._name(model)
        wanted = slugify(name) if name else f"template_{slugify(unique_id)}" if unique_id else "template"
        if model.default_entity_id is not None:
            wanted = model.default_entity_id.object_id
        if unique_id is None:
            return self._free(domain, wanted, taken)
        return self._names(domain, unique_id, wanted, name or wanted, platform="template")

    def _free(self, domain: str, wanted: str, taken: set[EntityId]) -> EntityId:
        returning = self._leaving - self._there() - taken
        entity_id, number = EntityId(f"{domain}.{wanted}"), 2
        while entity_id in taken or (entity_id not in returning and self._world.states.get(entity_id) is not None):
            entity_id, number = EntityId(f"{domain}.{wanted}_{number}"), number + 1
        return entity_id

    def _there(self) -> set[EntityId]:
        return {entity.entity_id for block in self._blocks for entity in block.entities}

    def _name(self, model: SensorModel | BinarySensorModel) -> str:
        if model.name is None:
            return ""
        try:
            return self._world.templates.compile(model.name.source).text({"this": {}})
        except TemplateError:
            return ""
