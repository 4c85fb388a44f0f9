"""Merge keys: `<<: *base` puts the entries of a mapping into another one."""

from array import array
from itertools import chain
from typing import Any

from hub.config.nodes import Mapping


def merge(mapping: Mapping, places: list[int], merged: list[Mapping], packed: "array[int]") -> list[int]:
    """Put the merged entries before the mapping's own, which win, as a later merged one wins; return the places of all.

    `places` are those of the mapping so far, `packed` those of the whole file.
    """
    entries: dict[Any, tuple[Any, int, int]] = {}
    for each in merged:
        theirs = iter(packed[each.first + 1 : each.first + 1 + 2 * len(each)])
        entries.update((key, (value, next(theirs), next(theirs))) for key, value in each.items())
    own = iter(places[1:])
    entries.update((key, (value, next(own), next(own))) for key, value in mapping.items())
    mapping.clear()
    mapping.update((key, value) for key, (value, _, _) in entries.items())
    return [places[0], *chain.from_iterable(pair for _, *pair in entries.values())]
