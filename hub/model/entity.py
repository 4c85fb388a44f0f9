"""What plugins say of the entities and devices they declare."""

from enum import StrEnum

import msgspec

from hub.model.names import EntityId


class Category(StrEnum):
    """What an entity is for; None (the default) is: people look at it every day."""

    CONFIG = "config"
    DIAGNOSTIC = "diagnostic"


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that has entities: a host, a server, a site, a switch."""

    key: str
    """Unique within the plugin instance; never shown."""
    name: str
    manufacturer: str | None = None
    model: str | None = None
    sw_version: str | None = None
    serial_number: str | None = None
    url: str | None = None
    area: str | None = None
    """Name of the area to suggest when the device is first seen."""
    via: str | None = None
    """Key of the device through which this one is reached."""


class EntityDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What an entity is; what does not change with its value."""

    domain: str
    """`sensor`, `binary_sensor`, …"""
    key: str
    """Unique within the plugin instance; with the instance's name it is the entity's unique id."""
    name: str | None = None
    device: Device | None = None
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    icon: str | None = None
    category: Category | None = None
    options: tuple[str, ...] | None = None
    enabled: bool = True


class RegistryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the entity registry: the lasting identity of an entity."""

    id: str
    """Never changes, also when the entity is renamed; history hangs on it."""
    entity_id: EntityId
    platform: str
    """The plugin (or core domain, such as `automation`) that owns it."""
    unique_id: str
    device_id: str | None = None
    area_id: str | None = None
    labels: frozenset[str] = frozenset()
    name: str | None = None
    """The name that an admin gave; wins over the plugin's."""
    original_name: str | None = None
    disabled: bool = False
    hidden: bool = False
    category: Category | None = None
    config_entry: str | None = None
    """The plugin instance that owns it."""


class DeviceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the device registry."""

    id: str
    platform: str
    instance: str
    key: str
    name: str
    name_by_user: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    sw_version: str | None = None
    serial_number: str | None = None
    url: str | None = None
    area_id: str | None = None
    labels: frozenset[str] = frozenset()
    via_device_id: str | None = None


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """A place or group: a site, a room, a rack row."""

    id: str
    name: str
    floor_id: str | None = None
    labels: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """A set of areas: a building, a region."""

    id: str
    name: str
    level: int | None = None
    aliases: tuple[str, ...] = ()


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that an admin gives."""

    id: str
    name: str
    description: str | None = None
