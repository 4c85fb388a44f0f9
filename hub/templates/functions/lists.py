"""Lists, sets, tuples and mappings."""

import operator
import random
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from hub.errors import TemplateError
from hub.templates.functions.group import Function, Group

_NUMBERS = re.compile(r"([-+]?\d+(?:\.\d+)?)|([^\d+-]+|[-+])")


def flatten(value: Any, levels: int | None = None) -> list[Any]:
    """Return the members of all lists inside the list, down to so many levels."""
    flat: list[Any] = []
    for item in _list(value, "flatten"):
        if not isinstance(item, Iterable) or isinstance(item, str):
            flat.append(item)
        elif levels is None:
            flat.extend(flatten(item))
        elif levels >= 1:
            flat.extend(flatten(item, levels - 1))
        else:
            flat.append(item)
    return flat


def shuffle(*values: Any, seed: Any = None) -> list[Any]:
    """Return a list (then a second argument is the seed) or several values in a random order."""
    if not values:
        raise TemplateError("shuffle needs at least one argument")
    if isinstance(values[0], Iterable) and not isinstance(values[0], str):
        items = list(values[0])
        if len(values) > 1 and seed is None:
            seed = values[1]
    elif len(values) == 1:
        raise TemplateError(f"shuffle needs a list or several values, not {values[0]!r}")
    else:
        items = list(values)
    (random.Random(seed) if seed else random.Random()).shuffle(items)  # noqa: S311 - nothing secret
    return items


def natural_sort(value: Any, key: str | int | None = None, alg: str | None = None, reverse: bool = False) -> list[Any]:
    """Sort so that numbers inside texts count as numbers; `key` picks from mappings or lists, `alg` may say `ignorecase`."""
    fold = alg is not None and "IGNORECASE" in alg.upper().replace("NS.", "")

    def rank(item: Any) -> list[tuple[int, float, str]]:
        picked = item if key is None else item.get(key) if isinstance(item, dict) else item[key]
        return _natural(str(picked).casefold() if fold else str(picked))

    return sorted(_list(value, "natural_sort"), key=rank, reverse=bool(reverse))


def combine(*mappings: Any, recursive: bool = False) -> dict[Any, Any]:
    """Return one mapping with the keys of all; later ones win, `recursive` combines mappings inside them as well."""
    if not mappings:
        raise TemplateError("combine needs at least one argument")
    result: dict[Any, Any] = {}
    for mapping in mappings:
        if not isinstance(mapping, dict):
            raise TemplateError(f"combine needs mappings, not {mapping!r}")
        for key, value in mapping.items():
            inside = recursive and isinstance(result.get(key), dict) and isinstance(value, dict)
            result[key] = combine(result[key], value, recursive=True) if inside else value
    return result


def to_set(value: Any) -> set[Any]:
    """Return the members as a set."""
    return set(value)


def to_tuple(value: Any) -> tuple[Any, ...]:
    """Return the members as a tuple."""
    return tuple(value)


def is_list(value: Any) -> bool:
    """Tell whether it is a list."""
    return isinstance(value, list)


def is_set(value: Any) -> bool:
    """Tell whether it is a set."""
    return isinstance(value, set)


def is_tuple(value: Any) -> bool:
    """Tell whether it is a tuple."""
    return isinstance(value, tuple)


def contains(container: Any, item: Any) -> bool:
    """Tell whether the item is in the container."""
    return operator.contains(container, item)


def _of_sets(name: str, compute: Callable[[set[Any], set[Any]], set[Any]]) -> Function:
    def function(value: Any, other: Any) -> list[Any]:
        return list(compute(set(_list(value, name)), set(_list(other, name))))

    return function


def _list(value: Any, function: str) -> Iterable[Any]:
    if not isinstance(value, Iterable) or isinstance(value, str):
        raise TemplateError(f"{function} needs a list, not {value!r}")
    return value


def _natural(text: str) -> list[tuple[int, float, str]]:
    parts: list[tuple[int, float, str]] = []
    for number, other in _NUMBERS.findall(text):
        parts.append((0, float(number), "") if number else (1, 0.0, other))
    return parts


_FUNCTIONS: dict[str, Function] = {
    "combine": combine,
    "difference": _of_sets("difference", operator.sub),
    "flatten": flatten,
    "intersect": _of_sets("intersect", operator.and_),
    "natural_sort": natural_sort,
    "shuffle": shuffle,
    "symmetric_difference": _of_sets("symmetric_difference", operator.xor),
    "union": _of_sets("union", operator.or_),
}

GROUP: Final = Group(
    globals={"set": to_set, "tuple": to_tuple, "zip": zip, **_FUNCTIONS},
    filters={"contains": contains, **_FUNCTIONS},
    tests={"contains": contains, "list": is_list, "set": is_set, "tuple": is_tuple},
)
