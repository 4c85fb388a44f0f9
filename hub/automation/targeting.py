"""Targets of triggers: the entities that are meant now, and from now on."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from hub.automation.world import World, named_entities
from hub.bus import Cancel, ChangeListener, listen_any
from hub.errors import ConfigError
from hub.model.event import Event
from hub.model.names import EntityId
from hub.registry import (
    AREA_REGISTRY_UPDATED,
    DEVICE_REGISTRY_UPDATED,
    ENTITY_REGISTRY_UPDATED,
    FLOOR_REGISTRY_UPDATED,
    LABEL_REGISTRY_UPDATED,
)
from hub.registry.targets import TARGET_KEYS

_REGISTRIES: Final = (
    AREA_REGISTRY_UPDATED,
    DEVICE_REGISTRY_UPDATED,
    ENTITY_REGISTRY_UPDATED,
    FLOOR_REGISTRY_UPDATED,
    LABEL_REGISTRY_UPDATED,
)
_INDIRECT: Final = frozenset({*TARGET_KEYS, "exclude"}) - {"entity_id"}


def targeted(target: Mapping[str, Any], world: World) -> list[EntityId]:
    """Return the entities that are meant now; those named by id also when they are not there. Raises ConfigError."""
    unknown = set(target) - set(TARGET_KEYS) - {"exclude"}
    if unknown or not set(target) & set(TARGET_KEYS):
        raise ConfigError(f"a target has {', '.join(TARGET_KEYS)} or exclude, and at least one of them; not {sorted(unknown)}")
    excluded = set(world.targets(target["exclude"])) if "exclude" in target else set()
    found = dict.fromkeys([*named_entities(target), *world.targets(target)])
    return [entity_id for entity_id in found if entity_id not in excluded]


class Targeted:
    """Watches the entities of a target, and follows the registries as they change what it means."""

    def __init__(
        self, target: Mapping[str, Any], world: World, watcher: ChangeListener, renewed: Callable[[], None] = lambda: None
    ) -> None:
        self._target, self._world, self._watcher, self._renewed = target, world, watcher, renewed
        self._watched: dict[EntityId, Cancel] = {}
        self._watch(targeted(target, world))
        self._leave = listen_any(world.bus, _REGISTRIES, self._on_registry) if _INDIRECT & set(target) else lambda: None

    @property
    def entities(self) -> list[EntityId]:
        """Those that are meant now."""
        return list(self._watched)

    def close(self) -> None:
        """Watch nothing any more."""
        self._leave()
        self._watch([])

    def _on_registry(self, event: Event) -> None:
        del event
        self._watch(targeted(self._target, self._world))
        self._renewed()

    def _watch(self, wanted: list[EntityId]) -> None:
        for entity_id in [known for known in self._watched if known not in wanted]:
            self._watched.pop(entity_id)()
        for entity_id in wanted:
            if entity_id not in self._watched:
                self._watched[entity_id] = self._world.bus.watch(entity_id, self._watcher)
