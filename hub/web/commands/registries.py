"""The registries of entities, devices, areas, floors and labels: what Home Assistant's clients list and change."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from hub.registry.bundle import Registries
from hub.web.command import Command, CommandFailed, Nothing, Talk, not_offered
from hub.web.identity import Role
from hub.web.rows.registry import Row, area_row, device_row, entity_row, floor_row, label_row

T = TypeVar("T")


class WhichEntity(msgspec.Struct):
    """One entity."""

    entity_id: str


class WhichArea(msgspec.Struct):
    """One area."""

    area_id: str


class EntityChanges(msgspec.Struct, kw_only=True):
    """What to change of an entity; what is left out stays."""

    entity_id: str
    name: str | msgspec.UnsetType | None = msgspec.UNSET
    area_id: str | msgspec.UnsetType | None = msgspec.UNSET
    labels: frozenset[str] | msgspec.UnsetType = msgspec.UNSET
    new_entity_id: str | msgspec.UnsetType = msgspec.UNSET
    hidden_by: str | msgspec.UnsetType | None = msgspec.UNSET
    disabled_by: str | msgspec.UnsetType | None = msgspec.UNSET


class DeviceChanges(msgspec.Struct, kw_only=True):
    """What to change of a device."""

    device_id: str
    name_by_user: str | msgspec.UnsetType | None = msgspec.UNSET
    area_id: str | msgspec.UnsetType | None = msgspec.UNSET
    labels: frozenset[str] | msgspec.UnsetType = msgspec.UNSET


class NewArea(msgspec.Struct, kw_only=True):
    """An area to make."""

    name: str
    floor_id: str | msgspec.UnsetType | None = msgspec.UNSET
    labels: frozenset[str] | msgspec.UnsetType = msgspec.UNSET
    aliases: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class AreaChanges(msgspec.Struct, kw_only=True):
    """What to change of an area."""

    area_id: str
    name: str | msgspec.UnsetType = msgspec.UNSET
    floor_id: str | msgspec.UnsetType | None = msgspec.UNSET
    labels: frozenset[str] | msgspec.UnsetType = msgspec.UNSET
    aliases: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


_FLAGS: Final[Mapping[str, str]] = {"hidden_by": "hidden", "disabled_by": "disabled"}


def show_entity(talk: Talk, asked: WhichEntity) -> object:
    """Return one entity's entry."""
    entry = _registries(talk).entities.get(asked.entity_id)
    if entry is None:
        raise CommandFailed("not_found", "Entity not found")
    return entity_row(entry)


def update_entity(talk: Talk, asked: EntityChanges) -> object:
    """Change an entity's entry."""
    given = _given(asked, "entity_id")
    changes: dict[str, Any] = {
        _FLAGS.get(name, name): value is not None if name in _FLAGS else value for name, value in given.items()
    }
    return {"entity_entry": entity_row(_registries(talk).entities.update(asked.entity_id, **changes))}


def update_device(talk: Talk, asked: DeviceChanges) -> object:
    """Change a device's entry."""
    return device_row(_registries(talk).devices.update(asked.device_id, **_given(asked, "device_id")))


def create_area(talk: Talk, asked: NewArea) -> object:
    """Make an area."""
    return area_row(_registries(talk).areas.create(asked.name, **_given(asked, "name")))


def update_area(talk: Talk, asked: AreaChanges) -> object:
    """Change an area."""
    return area_row(_registries(talk).areas.update(asked.area_id, **_given(asked, "area_id")))


def delete_area(talk: Talk, asked: WhichArea) -> object:
    """Forget an area."""
    _registries(talk).areas.remove(asked.area_id)
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
    Command("config/entity_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.entities.all(), entity_row)),
    Command("config/device_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.devices.all(), device_row)),
    Command("config/area_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.areas.all(), area_row)),
    Command("config/floor_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.floors.all(), floor_row)),
    Command("config/label_registry/list", Role.VIEWER, Nothing, _list(lambda of: of.labels.all(), label_row)),
    Command("config/entity_registry/get", Role.VIEWER, WhichEntity, show_entity),
    Command("config/entity_registry/update", Role.ADMIN, EntityChanges, update_entity),
    Command("config/device_registry/update", Role.ADMIN, DeviceChanges, update_device),
    Command("config/area_registry/create", Role.ADMIN, NewArea, create_area),
    Command("config/area_registry/update", Role.ADMIN, AreaChanges, update_area),
    Command("config/area_registry/delete", Role.ADMIN, WhichArea, delete_area),
)
