"""Devices (hosts, sites, switches), entities' registry entries, and plugin instances."""

from collections.abc import Sequence
from typing import Any

from hub.errors import TemplateError
from hub.templates.functions.group import Function, Group
from hub.templates.functions.lookup import device_entry, device_name, entity_entry
from hub.templates.world import World

_DEVICE_FIELDS = frozenset(
    {
        "area_id",
        "id",
        "key",
        "labels",
        "manufacturer",
        "model",
        "name",
        "name_by_user",
        "platform",
        "serial_number",
        "sw_version",
        "url",
        "via_device_id",
    }
)
_DEVICE_NAMES_ELSEWHERE = {"configuration_url": "url"}
_INSTANCE_FIELDS = frozenset({"domain", "title", "state", "source", "disabled_by", "pref_disable_polling"})


def group(world: World) -> Group:
    """Return the functions that look at devices, entities and instances."""
    devices, entities, instances = _devices(world), _entities(world), _instances(world)
    is_device_attr = _is_device_attr(devices["device_attr"])
    is_hidden = entities["is_hidden_entity"]
    return Group(
        globals={"is_device_attr": is_device_attr, **devices, **entities, **instances},
        filters={"entity_name": entities["entity_name"], **devices, **instances},
        tests={"is_device_attr": is_device_attr, "is_hidden_entity": is_hidden},
        refused=frozenset({"device_attr", "device_id", "device_name", "entity_name", "is_device_attr", "is_hidden_entity"}),
        looks=True,
    )


def _devices(world: World) -> dict[str, Function]:
    registries = world.registries

    def found_id(lookup: Any) -> str | None:
        """Return the id of the device to which an entity belongs, or of this name."""
        entry = entity_entry(world, lookup)
        if entry is not None:
            return entry.device_id
        return next((device.id for device in registries.devices.values() if device_name(device) == str(lookup)), None)

    def name(lookup: Any) -> str | None:
        """Return the name of the device of this id, or to which an entity belongs."""
        device = device_entry(world, lookup)
        return None if device is None else device_name(device)

    def attribute(lookup: Any, attr_name: str) -> Any:
        """Return what the registry says of a device, given by its id or an entity's; none when it says nothing."""
        if not isinstance(lookup, str):
            raise TemplateError("device_attr needs the id of a device or entity")
        device, field = device_entry(world, lookup), _DEVICE_NAMES_ELSEWHERE.get(attr_name, attr_name)
        return getattr(device, field) if device is not None and field in _DEVICE_FIELDS else None

    def entities(device_id: str) -> list[str]:
        """Return the ids of the device's entities."""
        return [entry.entity_id for entry in registries.entities.values() if entry.device_id == device_id]

    return {"device_attr": attribute, "device_entities": entities, "device_id": found_id, "device_name": name}


def _is_device_attr(device_attr: Function) -> Function:
    def is_device_attr(lookup: Any, attr_name: str, attr_value: Any) -> bool:
        """Tell whether the registry says this of a device."""
        return bool(device_attr(lookup, attr_name) == attr_value)

    return is_device_attr


def _entities(world: World) -> dict[str, Function]:
    def entity_name(entity_id: str) -> str | None:
        """Return the entity's own name."""
        entry = entity_entry(world, entity_id)
        name = None if entry is None else entry.name or entry.original_name
        if name is not None:
            return name
        state = world.state(entity_id)
        return None if state is None else state.name

    def is_hidden_entity(entity_id: str) -> bool:
        """Tell whether the entity is hidden."""
        entry = entity_entry(world, entity_id)
        return entry is not None and entry.hidden

    return {"entity_name": entity_name, "is_hidden_entity": is_hidden_entity}


def _instances(world: World) -> dict[str, Function]:
    registries = world.registries

    def integration_entities(name: str) -> Sequence[str]:
        """Return the ids of the entities of a plugin, or of one instance of it."""
        if not name:
            return []
        instances = {instance.id for instance in registries.instances.values() if instance.title == name}
        of_instance = [entry.entity_id for entry in registries.entities.values() if entry.config_entry in instances]
        return of_instance or [entry.entity_id for entry in registries.entities.values() if entry.platform == name]

    def config_entry_id(entity_id: str) -> str | None:
        """Return the id of the plugin instance that owns the entity."""
        entry = entity_entry(world, entity_id)
        return None if entry is None else entry.config_entry

    def config_entry_attr(config_entry_id: str, attr_name: str) -> Any:
        """Return a field of a plugin instance: domain, title or state."""
        if not isinstance(config_entry_id, str):
            raise TemplateError("config_entry_attr needs the id of a plugin instance")
        if attr_name not in _INSTANCE_FIELDS:
            raise TemplateError(f"config_entry_attr: {attr_name!r} is not one of {', '.join(sorted(_INSTANCE_FIELDS))}")
        return getattr(registries.instances.get(config_entry_id), attr_name, None)

    return {
        "config_entry_attr": config_entry_attr,
        "config_entry_id": config_entry_id,
        "integration_entities": integration_entities,
    }
