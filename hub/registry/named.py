"""What areas, floors and labels have in common: a name of their own, and an id made of it."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

import msgspec

from hub.bus import Bus
from hub.model.entity import Area, Floor, Label
from hub.registry.keeping import Keeper, NameTaken, UnknownRow, free_slug

N = TypeVar("N", Area, Floor, Label)


class NamedRegistry(Generic[N]):
    """Rows known by unique names; ids are slugs of the first name and stay when the name changes."""

    def __init__(self, bus: Bus, rows: Iterable[N], keeper: Keeper, kind: str) -> None:
        self._bus = bus
        self._keeper = keeper
        self._kind = kind
        self._rows: dict[str, N] = {}
        self._ids: dict[str, str] = {}  # by folded name
        for row in rows:
            self._enter(row)

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, row_id: str) -> N | None:
        """Return the row with this id, or None."""
        return self._rows.get(row_id)

    def by_name(self, name: str) -> N | None:
        """Return the row with this name (case and spaces do not matter), or None."""
        return self._rows.get(self._ids.get(_folded(name), ""))

    def all(self) -> list[N]:
        """Return every row in order of names."""
        return sorted(self._rows.values(), key=lambda row: _folded(row.name))

    def remove(self, row_id: str) -> None:
        """Forget the row. Raises UnknownRow."""
        row = self._known(row_id)
        del self._rows[row_id]
        del self._ids[_folded(row.name)]
        self._keeper.forget(row)
        self._tell("remove", row_id)

    def _create(self, name: str, make: Callable[[str], N]) -> N:
        name = name.strip()
        self._refuse_taken(name, but=None)
        row = make(free_slug(name, self._rows))
        self._enter(row)
        self._keeper.save(row)
        self._tell("create", row.id)
        return row

    def _update(self, row_id: str, changes: dict[str, Any]) -> N:
        old = self._known(row_id)
        if "name" in changes:
            self._refuse_taken(changes["name"], but=row_id)
        new = msgspec.structs.replace(old, **changes)
        if new == old:
            return old
        del self._ids[_folded(old.name)]
        self._enter(new)
        self._keeper.save(new)
        self._tell("update", row_id)
        return new

    def _enter(self, row: N) -> None:
        self._rows[row.id] = row
        self._ids[_folded(row.name)] = row.id

    def _known(self, row_id: str) -> N:
        row = self._rows.get(row_id)
        if row is None:
            raise UnknownRow(self._kind, row_id)
        return row

    def _refuse_taken(self, name: str, but: str | None) -> None:
        holder = self.by_name(name)
        if holder is not None and holder.id != but:
            raise NameTaken(self._kind, name)

    def _tell(self, action: str, row_id: str) -> None:
        self._bus.fire(f"{self._kind}_registry_updated", {"action": action, f"{self._kind}_id": row_id})


def _folded(name: str) -> str:
    return name.casefold().replace(" ", "")
