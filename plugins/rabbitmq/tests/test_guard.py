"""Schema bombs are refused before a value is decoded."""

import json
from typing import Any

import pytest
from hub_rabbitmq.decoding.guard import LONGEST, measure
from hub_rabbitmq.decoding.schema import read_schema
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable


def record(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": [{"name": key, "type": kind} for key, kind in fields.items()]}


def nested(depth: int) -> Any:
    schema: Any = "int"
    for _ in range(depth):
        schema = {"type": "array", "items": schema}
    return schema


def doubling(times: int) -> Any:
    """Each record holds the one before it twice; nothing takes a byte."""
    schema: Any = record("R0", a="null", b="null")
    for number in range(1, times):
        schema = record(f"R{number}", a=schema, b=f"R{number - 1}")
    return schema


BOMBS = {
    "a list of itself": record("L", next=["null", "L"]),
    "itself by its full name": {**record("L", next={"type": "array", "items": "x.L"}), "namespace": "x"},
    "an array of nothing": {"type": "array", "items": "null"},
    "an array of empty records": {"type": "array", "items": record("E")},
    "an array of fixed of no size": {"type": "array", "items": {"type": "fixed", "name": "F", "size": 0}},
    "a map of many nulls": {"type": "map", "values": record("E", **{f"n{number}": "null" for number in range(50)})},
    "doubling": doubling(20),
    "depth": nested(30),
    "deep beyond all": nested(900),
    "no type": {"fields": []},
    "an unknown type": "varchar",
    "an empty union": [],
    "a field without a type": {"type": "record", "name": "R", "fields": [{"name": "x"}]},
    "a record without a name": {"type": "record", "fields": []},
    "a negative size": {"type": "fixed", "name": "F", "size": -1},
    "a number": 7,
    "nothing": None,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_refused(bomb: object) -> None:
    """In no time, and with a reason."""
    with pytest.raises(Unreadable) as refusal:
        read_schema(json.dumps(bomb))

    assert refusal.value.fault is Fault.SCHEMA


def test_a_schema_that_is_too_long_is_not_even_parsed() -> None:
    """Its end is never looked at."""
    with pytest.raises(Unreadable, match="characters"):
        read_schema(" " * LONGEST + '"int"')


@pytest.mark.parametrize("text", ["", "{", "[" * 50_000, "\ud800", '{"type": "record", "name": 7, "fields": []}'])
def test_what_is_no_schema_is_refused(text: str) -> None:
    """Whatever it is."""
    with pytest.raises(Unreadable):
        read_schema(text)


def test_reasonable_schemas_are_measured() -> None:
    """A type that is used twice is no recursion; the fingerprint is that of the specification."""
    point = record("Point", x="double", y="double")
    line = record("Line", begin=point, end="Point", tags={"type": "array", "items": "string"}, note=["null", "string"])

    assert measure(line).least_bytes == 34
    assert read_schema('"null"').fingerprint == 0x63DD24E7CC258F8A.to_bytes(8, "little")
