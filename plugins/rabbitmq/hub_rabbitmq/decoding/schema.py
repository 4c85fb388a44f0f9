"""Avro schemas, read and ready for use; with `records`, the only users of fastavro."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

from hub_rabbitmq.decoding.guard import LONGEST, measure
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable

_ALGORITHM: Final = "CRC-64-AVRO"


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """One schema; two that are read are never equal, so that it can be a key."""

    name: str
    """Full name of its record; the kind of type when it has no name."""
    source: Any
    """As JSON gives it."""
    parsed: Any
    """As fastavro takes it."""
    fingerprint: bytes
    """CRC-64-AVRO of its canonical form, little endian as on the wire."""
    fields: frozenset[str]
    """The names of its fields, with their aliases."""
    least_bytes: int
    """What a record takes at least."""


def read_schema(text: bytes | str) -> Schema:
    """Read a schema that anybody may have written. Raises Unreadable."""
    if len(text) > LONGEST:
        raise Unreadable(Fault.SCHEMA, f"the schema is refused: it has more than {LONGEST} characters")
    try:
        source = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise Unreadable(Fault.SCHEMA, f"the schema is refused: it is no JSON: {error}") from error
    least = measure(source).least_bytes
    try:
        parsed = parse_schema(source)
        mark = bytes.fromhex(fingerprint(to_parsing_canonical_form(source), _ALGORITHM))
    except Exception as error:  # fastavro lets out whatever a strange schema causes inside it
        raise Unreadable(Fault.SCHEMA, f"the schema is refused: {type(error).__name__}: {error}") from error
    return Schema(_name(parsed), source, parsed, mark, _fields(source), least)


def _name(parsed: Any) -> str:
    if isinstance(parsed, dict):
        return str(parsed.get("name") or parsed.get("type"))
    return "union" if isinstance(parsed, list) else str(parsed)


def _fields(source: Any) -> frozenset[str]:
    fields = source.get("fields", ()) if isinstance(source, dict) else ()
    return frozenset(name for field in fields for name in (field["name"], *field.get("aliases", ())))
