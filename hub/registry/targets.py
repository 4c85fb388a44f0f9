"""Targets: which entities are meant by `entity_id`, `device_id`, `area_id`, `floor_id` and `label_id`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hub.errors import BadName
from hub.model.entity import RegistryEntry
from hub.model.names import EntityId
from hub.registry.bundle import Registries
from hub.states import StateMachine

TARGET_KEYS: Final = ("entity_id", "device_id", "area_id", "floor_id", "label_id")
_ALL, _NONE = "all", "none"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The entities that a target means, each once."""

    named: list[EntityId]
    """Those that were named themselves, in the order of naming."""
    reached: list[EntityId]
    """Those that belong to a device, area, floor or label that was named."""
    missing: dict[str, list[str]] = field(default_factory=dict)
    """What was named but is not there, by key of the target."""

    @property
    def entities(self) -> list[EntityId]:
        """All of them: the named first."""
        return [*self.named, *self.reached]


def resolve(target: Mapping[str, Any], registries: Registries, states: StateMachine) -> Resolved:
    """Find the entities of a target; each value is one id, several with commas, a list, `all` or `none`.

    Entities that are hidden, disabled, or marked as config or diagnostic are meant only when they are named themselves.
    What `exclude` (a target of its own) means is left out.
    """
    search = _Search(registries, states)
    named = list(dict.fromkeys(search.named(_ids(target.get("entity_id")))))
    reached = dict.fromkeys(search.reached(target))
    excluded: set[EntityId] = set()
    if isinstance(target.get("exclude"), Mapping):
        excluded.update(resolve(target["exclude"], registries, states).entities)
    return Resolved(
        [entity_id for entity_id in named if entity_id not in excluded],
        [entity_id for entity_id in reached if entity_id not in named and entity_id not in excluded],
        search.missing,
    )


def _ids(value: object) -> list[str]:
    """Read one id, a comma string or a list of either."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part for part in (piece.strip() for piece in value.split(",")) if part and part != _NONE]
    if isinstance(value, Iterable):
        return [part for item in value for part in _ids(item)]
    return [str(value)]


class _Search:
    """One walk through the registries, noting what is missing."""

    def __init__(self, registries: Registries, states: StateMachine) -> None:
        self._registries = registries
        self._states = states
        self.missing: dict[str, list[str]] = {}

    def named(self, ids: Iterable[str]) -> Iterable[EntityId]:
        for text in ids:
            if text.lower() == _ALL:
                yield from self._states.ids()
                continue
            entity_id = self._entity_id(text)
            if entity_id is None:
                self._miss("entity_id", text)
            else:
                yield entity_id

    def reached(self, target: Mapping[str, Any]) -> Iterable[EntityId]:
        registries = self._registries
        devices, areas = self._known_devices(target), self._known_areas(target)
        for label_id in self._known("label_id", target, registries.labels.get):
            yield from _usable(registries.entities.labelled(label_id))
            devices.update(dict.fromkeys(device.id for device in registries.devices.labelled(label_id)))
            areas.update(dict.fromkeys(area.id for area in registries.areas.labelled(label_id)))
        for device_id in devices:
            yield from _usable(registries.entities.of_device(device_id))
        for area_id in areas:
            yield from _usable(registries.entities.in_area(area_id))
            for device in registries.devices.in_area(area_id):
                # An entity with an area of its own is not where its device is.
                yield from _usable(entry for entry in registries.entities.of_device(device.id) if entry.area_id is None)

    def _known_devices(self, target: Mapping[str, Any]) -> dict[str, None]:
        return dict.fromkeys(self._known("device_id", target, self._registries.devices.get))

    def _known_areas(self, target: Mapping[str, Any]) -> dict[str, None]:
        areas = dict.fromkeys(self._known("area_id", target, self._registries.areas.get))
        for floor_id in self._known("floor_id", target, self._registries.floors.get):
            areas.update(dict.fromkeys(area.id for area in self._registries.areas.on_floor(floor_id)))
        return areas

    def _known(self, key: str, target: Mapping[str, Any], get: Callable[[str], object]) -> Iterable[str]:
        for named in _ids(target.get(key)):
            if get(named) is None:
                self._miss(key, named)
            else:
                yield named

    def _entity_id(self, text: str) -> EntityId | None:
        """Return the entity id if there is such an entity; the registry's own id will do."""
        registered = self._registries.entities.by_id(text)
        if registered is not None:
            return registered.entity_id
        try:
            entity_id = EntityId.parse(text)
        except BadName:
            return None
        if self._states.get(entity_id) is None and self._registries.entities.get(entity_id) is None:
            return None
        return entity_id

    def _miss(self, key: str, named: str) -> None:
        self.missing.setdefault(key, []).append(named)


def _usable(entries: Iterable[RegistryEntry]) -> Iterable[EntityId]:
    return (entry.entity_id for entry in entries if entry.category is None and not entry.hidden and not entry.disabled)
