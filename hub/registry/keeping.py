"""How the registries keep their rows: the one seam between them and the store."""

import uuid
from collections.abc import Container
from typing import Final, Protocol

from hub.errors import HubError
from hub.model.entity import Area, DeviceEntry, Floor, Label, RegistryEntry
from hub.model.names import slugify

Row = RegistryEntry | DeviceEntry | Area | Floor | Label


class RegistryError(HubError):
    """A registry cannot do what was asked."""


class UnknownRow(RegistryError):
    """There is no row with this id."""

    def __init__(self, kind: str, row_id: str) -> None:
        super().__init__(f"there is no {kind} {row_id!r}")


class NameTaken(RegistryError):
    """Another row has this name already."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"the name is taken by another {kind}: {name!r}")


class Keeper(Protocol):
    """Where rows are kept over restarts. Both calls return at once; a row is known by its type and `id`."""

    def save(self, row: Row) -> None:
        """Keep the row, in place of an earlier one with the same id."""

    def forget(self, row: Row) -> None:
        """Keep the row no longer."""


class _Nowhere:
    def save(self, row: Row) -> None:
        pass

    def forget(self, row: Row) -> None:
        pass


NOWHERE: Final[Keeper] = _Nowhere()
"""Keeps nothing: for tests, and for checking a configuration."""


def new_id() -> str:
    """Make an id of 32 hexadecimal characters."""
    return uuid.uuid4().hex


def free_slug(name: str, taken: Container[str]) -> str:
    """Turn a name into a slug that nobody has: `roof`, `roof_2`, `roof_3` and so on."""
    slug = wanted = slugify(name) or "unknown"
    number = 1
    while slug in taken:
        number += 1
        slug = f"{wanted}_{number}"
    return slug
