"""The entities of a plugin that runs, and the lines of its README that mean them."""

from collections.abc import Iterable
from typing import Any

from hub.hosting.entities import CONNECTED
from hub.model.entity import RegistryEntry
from hub.testing.harness import Running
from hub.testing.readme import fits


def entities_of(hub: Running[Any]) -> list[str]:
    """Return the ids of the plugin's entities, without the hub's own that says whether it is connected."""
    return [entry.entity_id for entry in _entries(hub)]


def without_entity(hub: Running[Any], lines: Iterable[str]) -> list[str]:
    """Return the lines that mean no entity."""
    return [line for line in lines if not any(_means(line, entry) for entry in _entries(hub))]


def unlisted(hub: Running[Any], lines: Iterable[str]) -> list[str]:
    """Return the ids of the entities that no line means."""
    lines = list(lines)
    return [entry.entity_id for entry in _entries(hub) if not any(_means(line, entry) for line in lines)]


def _entries(hub: Running[Any]) -> list[RegistryEntry]:
    return [entry for entry in hub.entities.all() if _key(entry) != CONNECTED and hub.state(entry.entity_id) is not None]


def _means(line: str, entry: RegistryEntry) -> bool:
    return any(fits(line, name) for name in (entry.entity_id, entry.entity_id.object_id, _key(entry)))


def _key(entry: RegistryEntry) -> str:
    return entry.unique_id.partition("/")[2]
