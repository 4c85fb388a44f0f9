"""The registries over restarts."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from hub.bus import Bus
from hub.model.entity import Area, DeviceEntry, Floor, Label, RegistryEntry
from hub.model.names import EntityId
from hub.registry import AreaRegistry, DeviceRegistry, EntityRegistry, FloorRegistry, LabelRegistry, Registries, Row
from hub.states import StateMachine
from hub.store.books import KINDS
from hub.store.database import Connection
from hub.store.records import Forgotten, Saved
from hub.store.writer import Writer

R = TypeVar("R", RegistryEntry, DeviceEntry, Area, Floor, Label)


class StoredRows:
    """Keeps the rows of registries in the store; every change is on the disk soon, those that come together in one go."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def save(self, row: Row) -> None:
        """Keep the row, in place of an earlier one with the same id."""
        self._writer.put(Saved(row))

    def forget(self, row: Row) -> None:
        """Keep the row no longer."""
        self._writer.put(Forgotten(row))


def load_rows(connection: Connection) -> dict[str, list[str]]:
    """Read all rows as JSON, by kind."""
    rows: dict[str, list[str]] = {}
    for kind, body in connection.execute("SELECT kind, body FROM registry ORDER BY kind, id"):
        rows.setdefault(kind, []).append(body)
    return rows


def build_registries(bus: Bus, states: StateMachine, rows: dict[str, list[str]], keeper: StoredRows) -> Registries:
    """Make the registries that these rows were kept for."""
    areas = AreaRegistry(bus, _decoded(Area, rows), keeper)
    return Registries(
        entities=EntityRegistry(bus, _decoded(RegistryEntry, rows), keeper, lambda entity_id: states.get(entity_id) is not None),
        devices=DeviceRegistry(bus, areas, _decoded(DeviceEntry, rows), keeper),
        areas=areas,
        floors=FloorRegistry(bus, _decoded(Floor, rows), keeper),
        labels=LabelRegistry(bus, _decoded(Label, rows), keeper),
    )


def _decoded(kind: type[R], rows: dict[str, list[str]]) -> Sequence[R]:
    decoder = msgspec.json.Decoder(kind, dec_hook=_entity_id)
    return [decoder.decode(body) for body in rows.get(KINDS[kind], ())]


def _entity_id(kind: type[object], text: object) -> object:
    # What was kept was parsed before, so it needs no second look.
    return EntityId(text) if kind is EntityId else text
