"""What the `config/…_registry/list` commands say."""

from collections.abc import Mapping
from typing import Any

from hub.model.entity import Area, DeviceEntry, Floor, Label, RegistryEntry

Row = Mapping[str, Any]


def entity_row(entry: RegistryEntry) -> Row:
    """Return one entity's entry."""
    return {
        "id": entry.id,
        "entity_id": entry.entity_id,
        "unique_id": entry.unique_id,
        "platform": entry.platform,
        "config_entry_id": entry.config_entry,
        "device_id": entry.device_id,
        "area_id": entry.area_id,
        "labels": sorted(entry.labels),
        "name": entry.name,
        "original_name": entry.original_name,
        "disabled_by": "user" if entry.disabled else None,
        "hidden_by": "user" if entry.hidden else None,
        "entity_category": entry.category,
        "has_entity_name": False,
        "icon": None,
        "translation_key": None,
        "categories": {},
        "options": {},
    }


def device_row(device: DeviceEntry) -> Row:
    """Return one device's entry."""
    return {
        "id": device.id,
        "identifiers": [[device.platform, f"{device.instance}/{device.key}"]],
        "connections": [],
        "config_entries": [device.instance],
        "primary_config_entry": device.instance,
        "name": device.name,
        "name_by_user": device.name_by_user,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "model_id": None,
        "sw_version": device.sw_version,
        "hw_version": None,
        "serial_number": device.serial_number,
        "configuration_url": device.url,
        "area_id": device.area_id,
        "labels": sorted(device.labels),
        "via_device_id": device.via_device_id,
        "disabled_by": None,
        "entry_type": None,
    }


def area_row(area: Area) -> Row:
    """Return one area's entry."""
    return {
        "area_id": area.id,
        "name": area.name,
        "floor_id": area.floor_id,
        "labels": sorted(area.labels),
        "aliases": list(area.aliases),
        "icon": None,
        "picture": None,
    }


def floor_row(floor: Floor) -> Row:
    """Return one floor's entry."""
    return {"floor_id": floor.id, "name": floor.name, "level": floor.level, "aliases": list(floor.aliases), "icon": None}


def label_row(label: Label) -> Row:
    """Return one label's entry."""
    return {"label_id": label.id, "name": label.name, "description": label.description, "color": None, "icon": None}
