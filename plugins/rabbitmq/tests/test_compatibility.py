"""Which schemas can be read as which."""

from typing import Any

import pytest
from hub_rabbitmq.decoding.compatibility import incompatibilities


def record(*fields: dict[str, Any], name: str = "R") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


def field(name: str, kind: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, **more}


ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}

FINE: dict[str, tuple[Any, Any]] = {
    "the same": (record(field("a", "int")), record(field("a", "int"))),
    "a field more": (record(field("a", "int"), field("b", "int")), record(field("a", "int"))),
    "a field less, with a default": (record(), record(field("a", "int", default=0))),
    "promotion": (record(field("a", "int")), record(field("a", "double"))),
    "string and bytes": (record(field("a", "string")), record(field("a", "bytes"))),
    "into a union": (record(field("a", "int")), record(field("a", ["null", "long"]))),
    "a narrower union": (record(field("a", ["null", "int"])), record(field("a", ["null", "string", "double"]))),
    "renamed with an alias": (record(field("old", "int")), record(field("new", "int", aliases=["old"]))),
    "another namespace": ({**record(), "namespace": "x"}, {**record(), "namespace": "y"}),
    "a logical type": (record(field("a", "long")), record(field("a", {"type": "long", "logicalType": "timestamp-millis"}))),
    "an enum with a default": (ENUM, {**ENUM, "symbols": ["A"], "default": "A"}),
    "a type by its name": (record(field("a", ENUM), field("b", "E")), record(field("a", ENUM), field("b", "E"))),
}

WRONG: dict[str, tuple[Any, Any, str]] = {
    "another type": (record(field("a", "string")), record(field("a", "int")), "a is string and should be int"),
    "a narrower number": (record(field("a", "long")), record(field("a", "int")), "a is long and should be int"),
    "a missing field": (record(), record(field("a", "int")), "a is missing and has no default"),
    "null where none may be": (record(field("a", ["null", "int"])), record(field("a", "int")), "a is null and should be int"),
    "none of a union": (record(field("a", "string")), record(field("a", ["null", "int"])), "a may be string, which is none of"),
    "a symbol more": (ENUM, {**ENUM, "symbols": ["A"]}, "may be B"),
    "inside": (
        record(field("a", record(field("b", "string"), name="I"))),
        record(field("a", record(field("b", "int"), name="I"))),
        "a.b is string and should be int",
    ),
    "in an array": (
        record(field("a", {"type": "array", "items": "string"})),
        record(field("a", {"type": "array", "items": "int"})),
        "a[] is string and should be int",
    ),
    "another size": (
        record(field("a", {"type": "fixed", "name": "F", "size": 4})),
        record(field("a", {"type": "fixed", "name": "F", "size": 8})),
        "a has 4 bytes and should have 8",
    ),
    "another name": (record(name="R"), record(name="S"), "is called R and should be S"),
    "no record at all": ("string", record(), "the message is string and should be record"),
}


@pytest.mark.parametrize(("writer", "reader"), FINE.values(), ids=FINE.keys())
def test_what_can_be_read(writer: Any, reader: Any) -> None:
    """Nothing keeps it."""
    assert incompatibilities(writer, reader) == []


@pytest.mark.parametrize(("writer", "reader", "reason"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_read_and_why(writer: Any, reader: Any, reason: str) -> None:
    """The reason names the field."""
    [told] = incompatibilities(writer, reader)

    assert reason in told
