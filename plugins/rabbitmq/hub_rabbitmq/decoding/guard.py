"""Schemas that come from outside must not hurt: bombs are refused before a single value is decoded.

fastavro decodes in C, where nothing can interrupt it: a schema that refers to itself overflows the stack, an array of values that
take no bytes never ends, and records that contain records twice grow without bound. So each type is measured: how few bytes a
value takes at least, and how many values it means at most, not counting what stands behind a length in the data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub_rabbitmq.decoding.unreadable import Fault, Unreadable

LONGEST: Final = 64 * 1024
"""Characters of a schema's text."""
_DEEPEST: Final = 24
_MOST_VALUES: Final = 10_000
_MOST_PER_BYTE: Final = 4  # values that one byte of an array may mean
_PRIMITIVES: Final = {"null": 0, "boolean": 1, "int": 1, "long": 1, "float": 4, "double": 8, "bytes": 1, "string": 1}


@dataclass(frozen=True, slots=True)
class Measure:
    """How small a value can be, and how much it can mean."""

    least_bytes: int
    most_values: int


def measure(schema: object) -> Measure:
    """Measure a schema (as JSON gives it). Raises Unreadable when it is dangerous, or no schema."""
    return _Measuring().measure(schema, "", 0)


class _Measuring:
    def __init__(self) -> None:
        self._known: dict[str, Measure | None] = {}  # None while it is being measured

    def measure(self, schema: Any, namespace: str, depth: int) -> Measure:
        if depth > _DEEPEST:
            raise _bad(f"it is more than {_DEEPEST} levels deep")
        match schema:
            case str():
                return self._named(schema, namespace)
            case list():
                return self._union(schema, namespace, depth)
            case {"type": "record" | "error", "fields": list() as fields}:
                return self._record(schema, fields, namespace, depth)
            case {"type": "enum"}:
                return self._keep(schema, namespace, Measure(1, 1))
            case {"type": "fixed", "size": int() as size} if size >= 0:
                return self._keep(schema, namespace, Measure(size, 1))
            case {"type": "array", "items": items}:
                return self._repeated(self.measure(items, namespace, depth + 1), 0)
            case {"type": "map", "values": values}:
                return self._repeated(self.measure(values, namespace, depth + 1), 1)
            case {"type": (str() | dict() | list()) as inner} if inner not in ("record", "error", "fixed", "array", "map"):
                return self.measure(inner, namespace, depth + 1)
            case _:
                raise _bad(f"{str(schema)[:80]!r} is no type")

    def _named(self, name: str, namespace: str) -> Measure:
        if name in _PRIMITIVES:
            return Measure(_PRIMITIVES[name], 1)
        for full in (name, f"{namespace}.{name}" if "." not in name else name):
            if full in self._known:
                known = self._known[full]
                if known is None:
                    raise _bad(f"{name} contains itself, which is not taken from messages")
                return known
        raise _bad(f"there is no type {name[:80]!r}")

    def _union(self, branches: Sequence[object], namespace: str, depth: int) -> Measure:
        if not branches:
            raise _bad("a union has no branches")
        measures = [self.measure(branch, namespace, depth + 1) for branch in branches]
        return _checked(1 + min(each.least_bytes for each in measures), 1 + max(each.most_values for each in measures))

    def _record(self, schema: Mapping[str, Any], fields: Sequence[Any], namespace: str, depth: int) -> Measure:
        full, inner = _full_name(schema, namespace)
        self._known[full] = None
        least, most = 0, 1
        for field in fields:
            if not isinstance(field, dict) or not isinstance(field.get("name"), str) or "type" not in field:
                raise _bad(f"{full} has a field without a name or type")
            each = self.measure(field["type"], inner, depth + 1)
            least, most = least + each.least_bytes, most + each.most_values
            _checked(least, most)
        return self._keep(schema, namespace, Measure(least, most))

    def _keep(self, schema: Mapping[str, Any], namespace: str, found: Measure) -> Measure:
        full, _ = _full_name(schema, namespace)
        self._known[full] = found
        return found

    def _repeated(self, item: Measure, key: int) -> Measure:
        if item.most_values > _MOST_PER_BYTE * (item.least_bytes + key):
            raise _bad("an array or map has values that take next to no bytes, so it could be without end")
        return Measure(1, 1)


def _full_name(schema: Mapping[str, Any], namespace: str) -> tuple[str, str]:
    name, own = schema.get("name"), schema.get("namespace", namespace)
    if not isinstance(name, str) or not name or not isinstance(own, str | None):
        raise _bad("a record, enum or fixed has no name")
    if "." in name:
        return name, name.rpartition(".")[0]
    return (f"{own}.{name}" if own else name), own or ""


def _checked(least: int, most: int) -> Measure:
    if most > _MOST_VALUES:
        raise _bad(f"one record of it has more than {_MOST_VALUES} values")
    return Measure(least, most)


def _bad(why: str) -> Unreadable:
    return Unreadable(Fault.SCHEMA, f"the schema is refused: {why}")
