"""Finding things in the registries by what people call them."""

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar

from hub.model.entity import Area, DeviceEntry, RegistryEntry
from hub.templates.world import World


class Named(Protocol):
    """Something with a name and other names."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other names."""


N = TypeVar("N", bound=Named)


def by_name(things: Iterable[N], name: str) -> N | None:
    """Return the thing of this name, or else with this alias; case and spaces do not matter."""
    things, wanted = list(things), simple(name)
    for thing in things:
        if simple(thing.name) == wanted:
            return thing
    return next((thing for thing in things if wanted in map(simple, thing.aliases)), None)


def simple(name: str) -> str:
    """Return the name in the form in which names are compared."""
    return name.casefold().replace(" ", "")


def entity_entry(world: World, lookup: Any) -> RegistryEntry | None:
    """Return the entity's registry entry."""
    return world.registries.entities.get(lookup.lower()) if isinstance(lookup, str) else None


def device_entry(world: World, lookup: Any) -> DeviceEntry | None:
    """Return the device of this id, or to which this entity belongs."""
    if not isinstance(lookup, str):
        return None
    entry = entity_entry(world, lookup)
    return world.registries.devices.get(lookup if entry is None else entry.device_id or "")


def device_name(device: DeviceEntry) -> str:
    """Return the name that an admin gave, or else the plugin's."""
    return device.name_by_user or device.name


def find_area(world: World, lookup: Any) -> Area | None:
    """Return the area of this name or alias, or in which this entity or device is."""
    return by_name(world.registries.areas.values(), str(lookup)) or area_of(world, lookup)


def area_of(world: World, lookup: Any) -> Area | None:
    """Return the area in which this entity or device is."""
    entry = entity_entry(world, lookup)
    if entry is not None and entry.area_id is not None:
        return world.registries.areas.get(entry.area_id)
    device = device_entry(world, lookup)
    return None if device is None else world.registries.areas.get(device.area_id or "")
