"""The entities of one instance: declared by the plugin, remembered over its connections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from hub.hosting.rendering import NotAValue, as_text, fixed_attributes, plain
from hub.model.entity import DeviceEntry, EntityDescription, RegistryEntry
from hub.model.names import slugify
from hub.model.state import UNAVAILABLE, UNKNOWN
from hub.plugin import Value
from hub.registry import DeviceRegistry, EntityRegistry
from hub.states import StateMachine

CONNECTED: Final = "connected"
"""The key of the entity that says whether the instance is connected; the hub's own."""
_NO_ATTRIBUTES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """Where entities are entered and shown."""

    states: StateMachine
    entities: EntityRegistry
    devices: DeviceRegistry


class Entity:
    """One declared entity: what it is, what it is called, and its state."""

    def __init__(self, registers: Registers, description: EntityDescription, entry: RegistryEntry, friendly_name: str) -> None:
        self.entry = entry
        self._registers = registers
        self._told = _NO_ATTRIBUTES
        self._attributes: Mapping[str, Any] = {}
        self._become(description, entry, friendly_name)
        self.declared = self.said = False
        """Whether the plugin has declared it, and told a value, in this connection."""

    def become(self, description: EntityDescription, entry: RegistryEntry, friendly_name: str) -> None:
        """Take what plugin and registry say now; a state moves to the new entity id, a disabled entity has none."""
        states, old_id = self._registers.states, self.entry.entity_id
        old = states.get(old_id)
        self._become(description, entry, friendly_name)
        if old is not None and (entry.disabled or entry.entity_id != old_id):
            states.remove(old_id)
        if old is not None:
            self.show(old.state)

    def tell(self, text: str, attributes: Mapping[str, Any] | None) -> None:
        """Show what the plugin says."""
        self.said = True
        if attributes is not None:
            self._told = plain(attributes)
            self._attributes = {**self._told, **self._fixed}
        self.show(text)

    def show(self, text: str) -> None:
        """Write the state, unless the entity is disabled."""
        if not self.entry.disabled:
            self._registers.states.set(self.entry.entity_id, text, self._attributes)

    def appear(self) -> None:
        """Be declared: unknown, unless a state is there already (from before a restart, or unavailable)."""
        self.declared = True
        if self._registers.states.get(self.entry.entity_id) is None:
            self.show(UNKNOWN)

    def arrive(self) -> None:
        """The connection is there: what was declared and has no value is no longer unavailable but unknown."""
        state = self._registers.states.get(self.entry.entity_id)
        if self.declared and not self.said and state is not None and state.state == UNAVAILABLE:
            self.show(UNKNOWN)

    def vanish(self) -> None:
        """Have no state any more."""
        self._registers.states.remove(self.entry.entity_id)

    def end(self) -> None:
        """Have no state ever again: who still holds it tells nobody."""
        self.vanish()
        self.entry = msgspec.structs.replace(self.entry, disabled=True)

    def _become(self, description: EntityDescription, entry: RegistryEntry, friendly_name: str) -> None:
        self.description = description
        self.entry = entry
        self._fixed = fixed_attributes(description, friendly_name)
        self._attributes = {**self._told, **self._fixed}


class Entities:
    """All entities of one instance, over all its connections."""

    def __init__(self, registers: Registers, platform: str, instance: str) -> None:
        self._registers = registers
        self._platform = platform
        self._instance = instance
        self._entities: dict[tuple[str, str], Entity] = {}
        self._by_entry: dict[str, Entity] = {}

    def declare(self, description: EntityDescription) -> Entity:
        """Return the entity with this domain and key. Raises BadName."""
        known = self._entities.get((description.domain, description.key))
        if known is not None and known.description == description:
            return known
        device = None
        if description.device is not None:
            device = self._registers.devices.get_or_create(self._platform, self._instance, description.device)
        entry = self._register(description, device)
        name = self._friendly_name(description, entry, device)
        if known is not None:
            known.become(description, entry, name)
            return known
        entity = Entity(self._registers, description, entry, name)
        self._entities[(description.domain, description.key)] = self._by_entry[entry.id] = entity
        return entity

    def all(self) -> list[Entity]:
        """Return every entity declared since the hub started."""
        return list(self._entities.values())

    def begin(self) -> None:
        """A new connection: nothing has been declared or said yet."""
        for entity in self._entities.values():
            entity.declared = entity.said = False

    def arrive(self) -> None:
        """The connection is there."""
        for entity in self._entities.values():
            entity.arrive()

    def lose(self) -> None:
        """Nobody can know the values now; that goes for those that only an earlier run of the hub declared, too."""
        for entry in self._registers.entities.of_instance(self._instance):
            state = self._registers.states.get(entry.entity_id)
            if state is not None and state.state != UNAVAILABLE and entry.unique_id != self._unique_id(CONNECTED):
                self._registers.states.make_unavailable(entry.entity_id)

    def forget(self) -> None:
        """The instance is gone: its entities have no states any more; registry and history stay."""
        for entry in self._registers.entities.of_instance(self._instance):
            self._registers.states.remove(entry.entity_id)

    def follow(self, entry: RegistryEntry) -> None:
        """Take the registry's new word for an entity, if it is one of ours."""
        entity = self._by_entry.get(entry.id)
        if entity is not None:
            device = None if entry.device_id is None else self._registers.devices.get(entry.device_id)
            entity.become(entity.description, entry, self._friendly_name(entity.description, entry, device))

    def drop(self, entity_id: str) -> None:
        """The registry forgot an entity: if it is one of ours, it is made anew when it is declared again."""
        for key, entity in list(self._entities.items()):
            if entity.entry.entity_id == entity_id:
                del self._entities[key], self._by_entry[entity.entry.id]
                entity.end()

    def _register(self, description: EntityDescription, device: DeviceEntry | None) -> RegistryEntry:
        name = _name(description)
        return self._registers.entities.register(
            self._platform,
            self._unique_id(description.key),
            domain=description.domain,
            suggested_object_id=slugify(f"{device.name if device else self._instance} {name}"),
            original_name=name,
            device_id=device.id if device else None,
            category=description.category,
            config_entry=self._instance,
        )

    def _unique_id(self, key: str) -> str:
        return f"{self._instance}/{key}"

    def _friendly_name(self, description: EntityDescription, entry: RegistryEntry, device: DeviceEntry | None) -> str:
        if entry.name:
            return entry.name
        owner = capitalised(self._instance) if device is None else device.name_by_user or device.name
        return f"{owner} {_name(description)}"


class Told:
    """What a plugin holds of an entity for the length of one connection: `hub.plugin.Sensor`."""

    def __init__(self, entity: Entity, open_: Callable[[], bool], complain: Callable[[str, str], None]) -> None:
        self._entity = entity
        self._open = open_
        self._complain = complain

    def set(self, value: Value, attributes: Mapping[str, Any] | None = None) -> None:
        """Tell the value; what no state can be is shown as unknown and complained of."""
        if not self._open():
            return
        try:
            text = as_text(value, self._entity.description)
        except NotAValue as wrong:
            text = UNKNOWN
            self._complain(self._entity.entry.entity_id, f"unknown, since the plugin told {wrong}")
        self._entity.tell(text, attributes)

    def unavailable(self) -> None:
        """Say that nobody can know the value at the moment."""
        if self._open():
            self._entity.tell(UNAVAILABLE, None)

    def remove(self) -> None:
        """The thing is gone: forget the entity's state (its registry entry and history stay)."""
        if self._open():
            self._entity.vanish()


def capitalised(slug: str) -> str:
    """Turn a slug into words that begin a title: `ftp_roof` is `Ftp roof`."""
    words = slug.replace("_", " ")
    return words[:1].upper() + words[1:]


def _name(description: EntityDescription) -> str:
    return description.name or description.key.replace("_", " ")
