"""Areas and floors: sites and rooms, buildings and rack rows."""

from typing import Any

from hub.model.entity import Area
from hub.templates.functions.group import Function, Group
from hub.templates.functions.lookup import area_of, by_name, find_area
from hub.templates.world import World


def group(world: World) -> Group:
    """Return the functions that look at areas and floors."""
    functions = _areas(world) | _floors(world)
    lists = {"areas": lambda: list(world.registries.areas), "floors": lambda: list(world.registries.floors)}
    return Group(
        globals={**lists, **functions},
        filters=functions,
        refused=frozenset({"area_id", "area_name", "floor_id", "floor_name"}),
        looks=True,
    )


def entities_in(world: World, area_id: str) -> list[str]:
    """Return the ids of the entities in the area, those of its devices as well unless they are elsewhere."""
    devices = {device.id for device in world.registries.devices.values() if device.area_id == area_id}
    inherited: list[str] = []
    own: list[str] = []
    for entry in world.registries.entities.values():
        if entry.area_id == area_id:
            own.append(entry.entity_id)
        elif entry.area_id is None and entry.device_id in devices:
            inherited.append(entry.entity_id)
    return own + inherited


def _areas(world: World) -> dict[str, Function]:
    registries = world.registries

    def area_id(lookup: Any) -> str | None:
        """Return the id of the area with this name or alias, or in which this entity or device is."""
        area = find_area(world, lookup)
        return None if area is None else area.id

    def area_name(lookup: Any) -> str | None:
        """Return the name of the area with this id, or in which this entity or device is."""
        area = registries.areas.get(lookup) or area_of(world, lookup)
        return None if area is None else area.name

    def area_entities(lookup: Any) -> list[str]:
        """Return the ids of the entities in the area with this id or name."""
        area = _area(lookup)
        return [] if area is None else entities_in(world, area.id)

    def area_devices(lookup: Any) -> list[str]:
        """Return the ids of the devices in the area with this id or name."""
        area = _area(lookup)
        return [device.id for device in registries.devices.values() if area is not None and device.area_id == area.id]

    def _area(lookup: Any) -> Area | None:
        return registries.areas.get(lookup) or find_area(world, lookup)

    return {
        "area_devices": area_devices,
        "area_entities": area_entities,
        "area_id": area_id,
        "area_name": area_name,
    }


def _floors(world: World) -> dict[str, Function]:
    registries = world.registries

    def floor_id(lookup: Any) -> str | None:
        """Return the id of the floor with this name or alias, or of the floor on which this area, entity or device is."""
        floor = by_name(registries.floors.values(), str(lookup))
        if floor is not None:
            return floor.id
        area = find_area(world, lookup)
        return None if area is None else area.floor_id

    def floor_name(lookup: Any) -> str | None:
        """Return the name of the floor with this id, or on which this area, entity or device is."""
        floor = registries.floors.get(lookup)
        if floor is None:
            area = registries.areas.get(lookup) or find_area(world, lookup)
            floor = None if area is None else registries.floors.get(area.floor_id or "")
        return None if floor is None else floor.name

    def floor_areas(lookup: Any) -> list[str]:
        """Return the ids of the areas on the floor with this id or name."""
        found = lookup if lookup in registries.floors else floor_id(lookup)
        return [area.id for area in registries.areas.values() if found is not None and area.floor_id == found]

    def floor_entities(lookup: Any) -> list[str]:
        """Return the ids of the entities on the floor with this id or name."""
        return [entity_id for area_id in floor_areas(lookup) for entity_id in entities_in(world, area_id)]

    return {
        "floor_areas": floor_areas,
        "floor_entities": floor_entities,
        "floor_id": floor_id,
        "floor_name": floor_name,
    }
