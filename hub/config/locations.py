"""From the locations in pydantic's errors to paths in a loaded node.

A location mixes keys and indexes with the tags of unions and the names of validators: in `("triggers", 0, "state", "entity_id")`
`state` is a tag, though the mapping may well have a key `state` too. So every reading is considered, and the one that
ends at the very value that pydantic complains about is right.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

Location = tuple[str | int, ...]

_READINGS = 512  # a location has a dozen parts at most; more readings than this are somebody's joke


class Reading(NamedTuple):
    """One way to understand a location."""

    path: Location
    """The keys and indexes that exist in the node."""
    tags: tuple[int, ...]
    """Which parts of the location are not among them, by number."""
    node: Any
    """What stands at the path."""


def read_location(root: object, location: Location, value: object) -> Reading:
    """Find the way through the node that pydantic meant; `value` is what it complains about."""

    def likeness(reading: Reading) -> tuple[bool, bool, bool, int]:
        # A validator may have handed on a copy: then at least the kind is the same.
        same_kind = isinstance(reading.node, dict) == isinstance(value, dict)
        return reading.node is value, same_kind, len(location) - 1 not in reading.tags, len(reading.path)

    return max(islice(_readings(root, location, (), ()), _READINGS), key=likeness)


def _readings(node: object, location: Location, path: Location, tags: tuple[int, ...]) -> Iterator[Reading]:
    number = len(path) + len(tags)
    if number == len(location):
        yield Reading(path, tags, node)
        return
    part = location[number]
    exists = _has(node, part)
    if exists:
        yield from _readings(node[part], location, (*path, part), tags)  # type: ignore[index]  # `_has` made sure
    if not exists or isinstance(part, str):
        yield from _readings(node, location, path, (*tags, number))


def _has(node: object, part: str | int) -> bool:
    if isinstance(node, dict):
        return part in node
    return isinstance(node, list) and isinstance(part, int) and 0 <= part < len(node)
