"""What a file becomes: plain values, in mappings and lists that know where they stand."""

from array import array
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence as AnySequence
from typing import Any, Final, NamedTuple

import msgspec


class Position(NamedTuple):
    """A place in a file, such as `hub.yaml:12:5`; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE: Final = Position("<unknown>", 1, 1)
"""The position of a node that was not read from a file."""


class Input(msgspec.Struct, frozen=True):
    """The marker `!input name`: a blueprint's user gives the value."""

    name: str


class Broken:
    """What stands in place of a value that could not be read; a problem says why."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "BROKEN"

    def __deepcopy__(self, memo: object) -> "Broken":
        return self


BROKEN: Final = Broken()

_COLUMN_BITS = 32
_COLUMNS = (1 << _COLUMN_BITS) - 1


class Places:
    """Where the nodes of one file stand, 8 bytes each: `line << 32 | column`, both from 0.

    Each container owns a run of them: its own place, then those of each key and its value, or of each item.
    """

    __slots__ = ("file", "packed", "secret")

    def __init__(self, file: str, packed: "array[int] | None" = None) -> None:
        self.file = file
        self.packed: array[int] = array("Q") if packed is None else packed
        self.secret: set[int] = set()
        """Which of them are places of secret values."""

    def at(self, index: int) -> Position:
        """Return the place with this number."""
        place = self.packed[index]
        return Position(self.file, (place >> _COLUMN_BITS) + 1, (place & _COLUMNS) + 1)

    def __deepcopy__(self, memo: object) -> "Places":
        return self


class GatheredPlaces(Places):
    """Where the parts of one container stand that was joined from several files."""

    __slots__ = ("positions",)

    def __init__(self, positions: list[Position]) -> None:
        super().__init__("")
        self.positions = positions

    def at(self, index: int) -> Position:
        """Return the place with this number."""
        return self.positions[index]


class Mapping(dict[Any, Any]):
    """A mapping that knows where it, its keys and its values stand."""

    __slots__ = ("first", "names", "places")

    places: Places
    first: int
    """The number of its own place."""
    names: tuple[Any, ...]
    """The keys in the order of their places: they stay when a key is taken away."""

    @property
    def position(self) -> Position:
        """Where it begins."""
        return self.places.at(self.first) if self._is_placed else NOWHERE

    def key_position(self, key: object) -> Position:
        """Where the key stands; the mapping's own position if it has no such key."""
        return self._at(key, 1)

    def value_position(self, key: object) -> Position:
        """Where the value of the key stands; the mapping's own position if it has no such key."""
        return self._at(key, 2)

    def is_secret(self, key: object) -> bool:
        """Tell whether the value of the key came from `!secret`."""
        return self._is_placed and key in self.names and self._number(key, 2) in self.places.secret

    def mark_secret(self, key: object) -> None:
        """Remember that the value of the key came from `!secret`."""
        self.places.secret.add(self._number(key, 2))

    @property
    def _is_placed(self) -> bool:
        return hasattr(self, "places")

    def _number(self, key: object, offset: int) -> int:
        return self.first + 2 * self.names.index(key) + offset

    def _at(self, key: object, offset: int) -> Position:
        if self._is_placed and key in self.names:
            return self.places.at(self._number(key, offset))
        return self.position


class Sequence(list[Any]):
    """A list that knows where it and its items stand."""

    __slots__ = ("first", "places", "size")

    places: Places
    first: int
    size: int
    """How many items have a place."""

    @property
    def position(self) -> Position:
        """Where it begins."""
        return self.places.at(self.first) if hasattr(self, "places") else NOWHERE

    def item_position(self, index: int) -> Position:
        """Where the item stands; the list's own position if there is no such item."""
        if hasattr(self, "places") and 0 <= index < self.size:
            return self.places.at(self.first + 1 + index)
        return self.position

    def is_secret(self, index: int) -> bool:
        """Tell whether the item came from `!secret`."""
        return hasattr(self, "places") and 0 <= index < self.size and self.first + 1 + index in self.places.secret

    def mark_secret(self, index: int) -> None:
        """Remember that the item came from `!secret`."""
        self.places.secret.add(self.first + 1 + index)


class Entry(NamedTuple):
    """One key and value of a mapping, and where both stand."""

    key: Any
    value: Any
    key_position: Position
    value_position: Position
    secret: bool = False


class Item(NamedTuple):
    """One item of a list, and where it stands."""

    value: Any
    position: Position
    secret: bool = False


def entries_of(mapping: Mapping) -> list[Entry]:
    """Take a mapping apart."""
    numbers = {name: number for number, name in enumerate(mapping.names)} if hasattr(mapping, "places") else {}
    entries = []
    for key, value in mapping.items():
        if key in numbers:
            place = mapping.first + 2 * numbers[key] + 1
            at = mapping.places.at
            entries.append(Entry(key, value, at(place), at(place + 1), place + 1 in mapping.places.secret))
        else:
            entries.append(Entry(key, value, mapping.position, mapping.position))
    return entries


def items_of(sequence: Sequence) -> list[Item]:
    """Take a list apart."""
    return [Item(value, sequence.item_position(i), sequence.is_secret(i)) for i, value in enumerate(sequence)]


def join_mapping(position: Position, entries: Iterable[Entry]) -> Mapping:
    """Make a mapping of entries that may come from several files; a later entry replaces one of the same key."""
    by_key = {entry.key: entry for entry in entries}
    mapping = Mapping((entry.key, entry.value) for entry in by_key.values())
    positions = [position]
    for entry in by_key.values():
        positions += (entry.key_position, entry.value_position)
    mapping.places, mapping.first, mapping.names = GatheredPlaces(positions), 0, tuple(by_key)
    mapping.places.secret.update(2 * number + 2 for number, entry in enumerate(by_key.values()) if entry.secret)
    return mapping


def join_sequence(position: Position, items: AnySequence[Item]) -> Sequence:
    """Make a list of items that may come from several files."""
    sequence = Sequence(item.value for item in items)
    sequence.places, sequence.first, sequence.size = GatheredPlaces([position, *(i.position for i in items)]), 0, len(items)
    for number, item in enumerate(items):
        if item.secret:
            sequence.mark_secret(number)
    return sequence


def renamed(mapping: Mapping, items: dict[Any, Any], names: AnyMapping[Any, Any]) -> Mapping:
    """Return these items where those of the mapping stand; `names` tells what their keys were called: old → new."""
    copy = Mapping(items)
    if hasattr(mapping, "places"):
        copy.places, copy.first = mapping.places, mapping.first
        copy.names = tuple(names.get(name, name) for name in mapping.names)
    return copy


def position_of(node: object, path: Iterable[str | int]) -> Position:
    """Return where the value at the path stands, or the nearest container on the way to it."""
    position = node.position if isinstance(node, Mapping | Sequence) else NOWHERE
    for part in path:
        if isinstance(node, dict) and part in node:
            position = _nearer(node.value_position(part) if isinstance(node, Mapping) else NOWHERE, position)
            node = node[part]
        elif isinstance(node, list) and isinstance(part, int) and 0 <= part < len(node):
            position = _nearer(node.item_position(part) if isinstance(node, Sequence) else NOWHERE, position)
            node = node[part]
        else:
            break
        if isinstance(node, Mapping | Sequence):
            position = _nearer(node.position, position)
    return position


def _nearer(position: Position, otherwise: Position) -> Position:
    return otherwise if position is NOWHERE else position
