"""Entities: what lasts of them while states come and go."""

from collections.abc import Callable, Iterable
from typing import Any, Final, TypedDict, Unpack

import msgspec

from hub.bus import Bus
from hub.model.entity import Category, RegistryEntry
from hub.model.event import Event
from hub.model.names import EntityId, slugify
from hub.registry.areas import AREA_REGISTRY_UPDATED
from hub.registry.devices import DEVICE_REGISTRY_UPDATED
from hub.registry.index import Index
from hub.registry.keeping import NOWHERE, Keeper, NameTaken, RegistryError, UnknownRow, new_id
from hub.registry.labels import LABEL_REGISTRY_UPDATED

ENTITY_REGISTRY_UPDATED: Final = "entity_registry_updated"
_LONGEST_OBJECT_ID = 180  # leaves room for the domain and a number


class EntityChanges(TypedDict, total=False):
    """What an admin may change of an entity."""

    new_entity_id: str
    name: str | None
    area_id: str | None
    labels: Iterable[str]
    disabled: bool
    hidden: bool


class EntityRegistry:
    """Every registered entity; `entity_registry_updated` tells what changes.

    `taken` tells of ids that are in use without being registered, so that no new entity is given one of them.
    """

    def __init__(
        self,
        bus: Bus,
        entries: Iterable[RegistryEntry] = (),
        keeper: Keeper = NOWHERE,
        taken: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._bus = bus
        self._keeper = keeper
        self._taken = taken
        self._entries: dict[str, RegistryEntry] = {}
        self._ids: dict[str, str] = {}  # by entity id
        self._numbers: dict[EntityId, int] = {}  # the last number given, so that a thousand equal names cost no thousand looks
        self._ids_by_unique_id: dict[tuple[str, str, str], str] = {}
        self._by_device, self._by_area, self._by_label, self._by_instance = Index(), Index(), Index(), Index()
        for entry in entries:
            self._enter(entry)
        bus.listen(DEVICE_REGISTRY_UPDATED, self._follow_device)
        bus.listen(AREA_REGISTRY_UPDATED, self._follow_area)
        bus.listen(LABEL_REGISTRY_UPDATED, self._follow_label)

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, entity_id: str) -> RegistryEntry | None:
        """Return the entry with this entity id, or None."""
        return self._entries.get(self._ids.get(entity_id, ""))

    def by_id(self, row_id: str) -> RegistryEntry | None:
        """Return the entry with this lasting id, or None."""
        return self._entries.get(row_id)

    def by_unique_id(self, domain: str, platform: str, unique_id: str) -> RegistryEntry | None:
        """Return what a platform registered under this unique id, or None."""
        return self._entries.get(self._ids_by_unique_id.get((domain, platform, unique_id), ""))

    def all(self) -> list[RegistryEntry]:
        """Return every entry in the order in which they came."""
        return list(self._entries.values())

    def of_device(self, device_id: str) -> list[RegistryEntry]:
        """Return the entities of a device."""
        return [self._entries[row_id] for row_id in self._by_device.of(device_id)]

    def in_area(self, area_id: str) -> list[RegistryEntry]:
        """Return the entities that are in an area of their own, whatever their device's area."""
        return [self._entries[row_id] for row_id in self._by_area.of(area_id)]

    def labelled(self, label_id: str) -> list[RegistryEntry]:
        """Return the entities that have a label themselves."""
        return [self._entries[row_id] for row_id in self._by_label.of(label_id)]

    def of_instance(self, instance: str) -> list[RegistryEntry]:
        """Return the entities that a plugin instance owns."""
        return [self._entries[row_id] for row_id in self._by_instance.of(instance)]

    def register(
        self,
        platform: str,
        unique_id: str,
        *,
        domain: str,
        suggested_object_id: str | None = None,
        original_name: str | None = None,
        device_id: str | None = None,
        category: Category | None = None,
        config_entry: str | None = None,
    ) -> RegistryEntry:
        """Return the lasting identity of an entity; what the plugin says of it is brought up to date. Raises BadName."""
        told: dict[str, Any] = {
            "original_name": original_name,
            "device_id": device_id,
            "category": category,
            "config_entry": config_entry,
        }
        known = self.by_unique_id(domain, platform, unique_id)
        if known is not None:
            return self._change(known, told)
        entity_id = self._free_entity_id(domain, suggested_object_id or f"{platform}_{unique_id}")
        entry = RegistryEntry(id=new_id(), entity_id=entity_id, platform=platform, unique_id=unique_id, **told)
        self._enter(entry)
        self._keeper.save(entry)
        self._bus.fire(ENTITY_REGISTRY_UPDATED, {"action": "create", "entity_id": entity_id})
        return entry

    def update(self, entity_id: str, **changes: Unpack[EntityChanges]) -> RegistryEntry:
        """Change what is given; `id` stays, also under a new entity id. Raises UnknownRow, NameTaken, RegistryError, BadName."""
        old = self._known(entity_id)
        fields: dict[str, Any] = {name: value for name, value in changes.items() if name != "new_entity_id"}
        if "labels" in changes:
            fields["labels"] = frozenset(changes["labels"])
        if "new_entity_id" in changes:
            fields["entity_id"] = self._new_entity_id(old, changes["new_entity_id"])
        return self._change(old, fields)

    def remove(self, entity_id: str) -> None:
        """Forget the entity; its history stays. Raises UnknownRow."""
        entry = self._known(entity_id)
        self._leave(entry)
        del self._entries[entry.id]
        self._keeper.forget(entry)
        self._bus.fire(ENTITY_REGISTRY_UPDATED, {"action": "remove", "entity_id": entry.entity_id})

    def _free_entity_id(self, domain: str, suggestion: str) -> EntityId:
        object_id = (slugify(suggestion) or "unknown")[:_LONGEST_OBJECT_ID].rstrip("_")
        wanted = text = EntityId.parse(f"{domain}.{object_id}")
        number = self._numbers.get(wanted, 1)
        while text in self._ids or self._taken(text):
            number += 1
            text = EntityId(f"{wanted}_{number}")
        self._numbers[wanted] = number
        return text

    def _new_entity_id(self, old: RegistryEntry, text: str) -> EntityId:
        entity_id = EntityId.parse(text)
        if entity_id == old.entity_id:
            return entity_id
        if entity_id.domain != old.entity_id.domain:
            raise RegistryError(f"{old.entity_id} cannot become {entity_id}: the domain must stay {old.entity_id.domain!r}")
        if entity_id in self._ids or self._taken(entity_id):
            raise NameTaken("entity", entity_id)
        return entity_id

    def _change(self, old: RegistryEntry, fields: dict[str, Any]) -> RegistryEntry:
        new = msgspec.structs.replace(old, **fields)
        if new == old:
            return old
        self._leave(old)
        self._enter(new)
        self._keeper.save(new)
        told: dict[str, Any] = {"action": "update", "entity_id": new.entity_id, "changes": _before(old, new, fields)}
        if new.entity_id != old.entity_id:
            told["old_entity_id"] = old.entity_id
        self._bus.fire(ENTITY_REGISTRY_UPDATED, told)
        return new

    def _known(self, entity_id: str) -> RegistryEntry:
        entry = self.get(entity_id)
        if entry is None:
            raise UnknownRow("entity", entity_id)
        return entry

    def _enter(self, entry: RegistryEntry) -> None:
        self._entries[entry.id] = entry
        self._ids[entry.entity_id] = entry.id
        self._ids_by_unique_id[(entry.entity_id.domain, entry.platform, entry.unique_id)] = entry.id
        self._by_device.add([entry.device_id], entry.id)
        self._by_area.add([entry.area_id], entry.id)
        self._by_label.add(entry.labels, entry.id)
        self._by_instance.add([entry.config_entry], entry.id)

    def _leave(self, entry: RegistryEntry) -> None:
        self._numbers.clear()
        del self._ids[entry.entity_id]
        del self._ids_by_unique_id[(entry.entity_id.domain, entry.platform, entry.unique_id)]
        self._by_device.drop([entry.device_id], entry.id)
        self._by_area.drop([entry.area_id], entry.id)
        self._by_label.drop(entry.labels, entry.id)
        self._by_instance.drop([entry.config_entry], entry.id)

    def _follow_device(self, event: Event) -> None:
        if event.data["action"] == "remove":
            for entry in self.of_device(event.data["device_id"]):
                self._change(entry, {"device_id": None})

    def _follow_area(self, event: Event) -> None:
        if event.data["action"] == "remove":
            for entry in self.in_area(event.data["area_id"]):
                self._change(entry, {"area_id": None})

    def _follow_label(self, event: Event) -> None:
        if event.data["action"] == "remove":
            label_id = event.data["label_id"]
            for entry in self.labelled(label_id):
                self._change(entry, {"labels": entry.labels - {label_id}})


def _before(old: RegistryEntry, new: RegistryEntry, fields: Iterable[str]) -> dict[str, Any]:
    """Return the former values of what changed, under Home Assistant's names."""
    names = {"disabled": "disabled_by", "hidden": "hidden_by", "category": "entity_category", "config_entry": "config_entry_id"}
    before: dict[str, Any] = {}
    for field in fields:
        value = getattr(old, field)
        if value != getattr(new, field):
            if field in ("disabled", "hidden"):
                value = "user" if value else None
            before[names.get(field, field)] = sorted(value) if field == "labels" else value
    return before
