"""The registries of entities, devices, areas, floors and labels."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from hub.model.names import EntityId
from hub.web.command import Command, CommandFailed, Nothing, Talk, not_offered
from hub.web.identity import Role
from hub.web.rows.registry import area_row, device_row, entity_row, floor_row, label_row
from hub.web.sources import Registries, Row

T = TypeVar("T")


class WhichEntity(msgspec.Struct):
    """One entity."""

    entity_id: str


class EntityChanges(msgspec.Struct):
    """What to change of an entity; what is left out stays."""

    entity_id: str
    name: str | msgspec.UnsetType | None = msgspec.UNSET
    area_id: str | msgspec.UnsetType | None = msgspec.UNSET
    labels: list[str] | msgspec.UnsetType = msgspec.UNSET
    new_entity_id: str | msgspec.UnsetType = msgspec.UNSET
    hidden_by: str | msgspec.UnsetType | None = msgspec.UNSET
    disabled_by: str | msgspec.UnsetType | None = msgspec.UNSET


class NewArea(msgspec.Struct):
    """An area to make."""

    name: str
    floor_id: str | msgspec.UnsetType | None = msgspec.UNSET
    labels: list[str] | msgspec.UnsetType = msgspec.UNSET
    aliases: list[str] | msgspec.UnsetType = msgspec.UNSET


class AreaChanges(msgspec.Struct):
    """What to change of an area; what is left out stays."""

    area_id: str
    name: str | msgspec.UnsetType = msgspec.UNSET
    floor_id: str | msgspec.UnsetType | None = msgspec.UNSET
    labels: list[str] | msgspec.UnsetType = msgspec.UNSET
    aliases: list[str] | msgspec.UnsetType = msgspec.UNSET


class WhichArea(msgspec.Struct):
    """One area."""

    area_id: str


def show_entity(talk: Talk, asked: WhichEntity) -> object:
    """Return one entity's entry."""
    for entry in _registries(talk).entities():
        if entry.entity_id == asked.entity_id:
            return entity_row(entry)
    raise CommandFailed("not_found", "Entity not found")


def update_entity(talk: Talk, asked: EntityChanges) -> object:
    """Change an entity's entry."""
    changes = _given(asked, "entity_id")
    for theirs, ours in (("hidden_by", "hidden"), ("disabled_by", "disabled")):
        if theirs in changes:
            changes[ours] = changes.pop(theirs) is not None
    entry = _registries(talk).update_entity(EntityId.parse(asked.entity_id), changes)
    return {"entity_entry": entity_row(entry)}


def create_area(talk: Talk, asked: NewArea) -> object:
    """Make an area."""
    return area_row(_registries(talk).create_area(asked.name, _given(asked, "name")))


def update_area(talk: Talk, asked: AreaChanges) -> object:
    """Change an area."""
    return area_row(_registries(talk).update_area(asked.area_id, _given(asked, "area_id")))


def delete_area(talk: Talk, asked: WhichArea) -> object:
    """Forget an area."""
    _registries(talk).delete_area(asked.area_id)
    return "success"


def _registries(talk: Talk) -> Registries:
    registries = talk.sources.registries
    if registries is None:
        raise not_offered("registries")
    return registries


def _given(asked: msgspec.Struct, key: str) -> dict[str, Any]:
    """Return what the client said, without the key that says of what."""
    fields = {name: getattr(asked, name) for name in asked.__struct_fields__ if name != key}
    return {name: value for name, value in fields.items() if value is not msgspec.UNSET}


def _list(read: Callable[[Registries], Sequence[T]], row: Callable[[T], Row]) -> Callable[[Talk, Nothing], object]:
    def answer(talk: Talk, _: Nothing) -> object:
        return [row(entry) for entry in read(_registries(talk))]

    return answer


COMMANDS = (
    Command("config/entity_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.entities(), entity_row)),
    Command("config/device_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.devices(), device_row)),
    Command("config/area_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.areas(), area_row)),
    Command("config/floor_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.floors(), floor_row)),
    Command("config/label_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.labels(), label_row)),
    Command("config/entity_registry/get", Role.VIEWER, WhichEntity, show_entity),
    Command("config/entity_registry/update", Role.ADMIN, EntityChanges, update_entity),
    Command("config/area_registry/create", Role.ADMIN, NewArea, create_area),
    Command("config/area_registry/update", Role.ADMIN, AreaChanges, update_area),
    Command("config/area_registry/delete", Role.ADMIN, WhichArea, delete_area),
)
