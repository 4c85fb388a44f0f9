"""Labels, other names, and open issues."""

from collections.abc import Mapping
from typing import Any

from hub.templates.functions.group import Function, Group
from hub.templates.functions.lookup import entity_entry, simple
from hub.templates.world import World


def group(world: World) -> Group:
    """Return the functions that look at labels, aliases and issues."""
    functions = _labels(world) | _labelled(world) | {"aliases": _aliases(world)}
    issues = _issues(world)
    return Group(
        globals={**functions, **issues},
        filters={**functions, "issue": issues["issue"]},
        refused=frozenset({"label_id", "label_name"}),
        looks=True,
    )


def _labels(world: World) -> dict[str, Function]:
    registries = world.registries

    def labels(lookup: Any = None) -> list[str]:
        """Return the ids of all labels, or of those of an entity, device or area."""
        if lookup is None:
            return list(registries.labels)
        thing = entity_entry(world, str(lookup)) or registries.devices.get(str(lookup)) or registries.areas.get(str(lookup))
        return [] if thing is None else sorted(thing.labels)

    def label_id(lookup: Any) -> str | None:
        """Return the id of the label of this name."""
        wanted = simple(str(lookup))
        return next((label.id for label in registries.labels.values() if simple(label.name) == wanted), None)

    def label_name(lookup: Any) -> str | None:
        """Return the name of the label of this id."""
        label = registries.labels.get(lookup)
        return None if label is None else label.name

    def label_description(lookup: Any) -> str | None:
        """Return the description of the label of this id."""
        label = registries.labels.get(lookup)
        return None if label is None else label.description

    return {"label_description": label_description, "label_id": label_id, "label_name": label_name, "labels": labels}


def _labelled(world: World) -> dict[str, Function]:
    registries = world.registries

    def found(lookup: Any) -> str | None:
        if lookup in registries.labels:
            return str(lookup)
        wanted = simple(str(lookup))
        return next((label.id for label in registries.labels.values() if simple(label.name) == wanted), None)

    def label_areas(lookup: Any) -> list[str]:
        """Return the ids of the areas with the label of this id or name."""
        label = found(lookup)
        return [area.id for area in registries.areas.values() if label in area.labels]

    def label_devices(lookup: Any) -> list[str]:
        """Return the ids of the devices with the label of this id or name."""
        label = found(lookup)
        return [device.id for device in registries.devices.values() if label in device.labels]

    def label_entities(lookup: Any) -> list[str]:
        """Return the ids of the entities with the label of this id or name."""
        label = found(lookup)
        return [entry.entity_id for entry in registries.entities.values() if label in entry.labels]

    return {"label_areas": label_areas, "label_devices": label_devices, "label_entities": label_entities}


def _aliases(world: World) -> Function:
    def aliases(lookup: Any) -> list[str]:
        """Return the other names of an area or floor, in order."""
        thing = world.registries.areas.get(str(lookup)) or world.registries.floors.get(str(lookup))
        return [] if thing is None else sorted(thing.aliases)

    return aliases


def _issues(world: World) -> dict[str, Function]:
    def issues() -> dict[tuple[str, str], Mapping[str, Any]]:
        """Return the open issues by (domain, issue id)."""
        return {(one["domain"], one["issue_id"]): one for one in world.registries.issues()}

    def issue(domain: str, issue_id: str) -> Mapping[str, Any] | None:
        """Return one open issue, or none."""
        return issues().get((domain, issue_id))

    return {"issue": issue, "issues": issues}
