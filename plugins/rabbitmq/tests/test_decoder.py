"""From bytes to records."""

import asyncio
import io
import json
import random
import zlib
from typing import Any

import fastavro
import pytest
from hub_rabbitmq.decoding.decoder import Content, Decoder
from hub_rabbitmq.decoding.framing import Format, Framing
from hub_rabbitmq.decoding.records import write_record
from hub_rabbitmq.decoding.schema import Schema, read_schema
from hub_rabbitmq.decoding.schemas import Schemas
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable
from hub_rabbitmq.decoding.values import as_json
from hub_rabbitmq.simulator.trackers import fitness_schema, newer_schema

LARGEST = 65_536
MEASURED: dict[str, Any] = {"device": "Band 7", "measured_at": None, "heart_rate": 61.0, "steps": 900, "battery": 80.5}
FITNESS = fitness_schema()


def decoder(*files: Schema, reader: Schema | None = None, expected: Format = Format.AUTO) -> Decoder:
    return Decoder(Schemas([FITNESS, *files]), expected, reader, LARGEST)


def decoded(body: bytes, with_: Decoder | None = None) -> Content:
    return asyncio.run((with_ or decoder()).decode(body))


def fault(body: bytes, with_: Decoder | None = None) -> Fault:
    with pytest.raises(Unreadable) as refusal:
        decoded(body, with_)
    return refusal.value.fault


def container(schema: Any, records: list[Any], codec: str = "null") -> bytes:
    file = io.BytesIO()
    fastavro.writer(file, schema, records, codec=codec)
    return file.getvalue()


def number(value: int) -> bytes:
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def hostile_container(schema: str, count: int, data: bytes, codec: bytes = b"null") -> bytes:
    """A container by hand, with whatever counts."""
    entries = [(b"avro.schema", schema.encode()), (b"avro.codec", codec)]
    header = b"".join(number(len(part)) + part for entry in entries for part in entry)
    sync = b"s" * 16
    return b"Obj\x01" + number(2) + header + b"\x00" + sync + number(count) + number(len(data)) + data + sync


def test_a_single_object_is_decoded_with_the_schema_of_its_fingerprint() -> None:
    """As the fitness schema writes it."""
    content = decoded(write_record(MEASURED, FITNESS))

    assert content.framing is Framing.SINGLE_OBJECT
    assert [record.value for record in content.records] == [MEASURED]


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_a_container_brings_its_schema_and_many_records(codec: str) -> None:
    """Packed or not."""
    content = decoded(container(FITNESS.source, [{**MEASURED, "steps": each} for each in range(2000)], codec))

    assert [record.value["steps"] for record in content.records] == list(range(2000))


def test_a_field_that_only_the_writer_has_is_kept_beside_what_we_know() -> None:
    """Evolution: it appears by itself."""
    newer = newer_schema()
    content = decoded(write_record({**MEASURED, "skin_temperature": 33.5}, newer), decoder(newer, reader=FITNESS))

    assert (content.records[0].value, content.records[0].new) == (MEASURED, {"skin_temperature": 33.5})


def test_a_field_that_the_writer_does_not_have_gets_our_default() -> None:
    """Old trackers are read by new schemas."""
    old = read_schema(json.dumps({**FITNESS.source, "fields": FITNESS.source["fields"][:1]}))

    assert decoded(write_record({"device": "Old"}, old), decoder(old, reader=FITNESS)).records[0].value["heart_rate"] is None


def test_an_incompatible_schema_is_refused_with_the_reason() -> None:
    """Before any data is decoded."""
    fields = [{"name": "device", "type": "int"}]
    strange = read_schema(json.dumps({**FITNESS.source, "fields": fields}))

    with pytest.raises(Unreadable, match="device is int and should be string") as refusal:
        decoded(write_record({"device": 7}, strange), decoder(strange, reader=FITNESS))

    assert refusal.value.fault is Fault.INCOMPATIBLE


def test_logical_types_have_a_form_in_events() -> None:
    """Times are ISO 8601, bytes that are no text base64, decimals text."""
    schema = {
        "type": "record",
        "name": "All",
        "fields": [
            {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "day", "type": {"type": "int", "logicalType": "date"}},
            {"name": "raw", "type": "bytes"},
            {"name": "text", "type": "bytes"},
            {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}},
            {"name": "not_a_number", "type": "double"},
        ],
    }
    packed = b"\x00\x02" + b"\x04\xff\xfe" + b"\x04ok" + b"\x04\x30\x39" + b"\x00\x00\x00\x00\x00\x00\xf8\x7f"

    [record] = decoded(hostile_container(json.dumps(schema), 1, packed)).records

    assert record.value == {
        "at": "1970-01-01T00:00:00+00:00",
        "day": "1970-01-02",
        "raw": "//4=",
        "text": "ok",
        "price": "123.45",
        "not_a_number": None,
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": ', Fault.TRUNCATED),
        (b"[" * 60_000, Fault.FORMAT),
        (b"[" * 100 + b"]" * 100, Fault.VALUE),
        (b'{"a": 1e999}', Fault.FORMAT),
        (b'"\xff"', Fault.FORMAT),
        (b"\x00\x00\x00\x00\x07abc", Fault.UNKNOWN_SCHEMA),
        (b"\xc3\x01" + bytes(8), Fault.UNKNOWN_SCHEMA),
        (b"{" + b" " * LARGEST + b"}", Fault.TOO_LARGE),
        (write_record(MEASURED, FITNESS)[:-3], Fault.TRUNCATED),
        (write_record(MEASURED, FITNESS) + b"!", Fault.VALUE),
        (hostile_container('{"type": "record", "name": "E", "fields": []}', 9_000, b""), Fault.TOO_LARGE),
        (hostile_container('"long"', 1 << 50, b"\x02"), Fault.TOO_LARGE),
        (hostile_container('"long"', -1, b"\x02"), Fault.TOO_LARGE),
        (hostile_container('"string"', 1, b"\xff" * 9 + b"\x7f"), Fault.TRUNCATED),
        (hostile_container('{"type": "array", "items": "null"}', 1, number(1 << 40) + b"\x00"), Fault.SCHEMA),
        (hostile_container('{"type": "array", "items": "int"}', 1, number(1 << 40) + b"\x00"), Fault.TRUNCATED),
        (hostile_container('"long"', 1, b"x", b"snappy"), Fault.FORMAT),
        (hostile_container('"bytes"', 1, zlib.compress(bytes(10 * LARGEST))[2:-4], b"deflate"), Fault.TOO_LARGE),
        (hostile_container('"bytes"', 1, b"\xff\xff\xff", b"deflate"), Fault.TRUNCATED),
        (b"Obj\x01" + number(1 << 60), Fault.TOO_LARGE),
        (b"Obj\x01" + b"\xff" * 40, Fault.TRUNCATED),
        (b"Obj\x01" + number(1) + number(1 << 40), Fault.TRUNCATED),
        (b"Obj\x01\x00" + b"s" * 16, Fault.SCHEMA),
    ],
)
def test_hostile_bodies_are_refused(body: bytes, expected: Fault) -> None:
    """Each with its reason, in no time."""
    assert fault(body) is expected


def test_whatever_comes_is_read_or_refused() -> None:
    """20,000 spoilt messages; nothing else ever gets out."""
    chance = random.Random(1)
    newer = newer_schema()
    reading = decoder(newer, reader=FITNESS)
    good = [
        write_record(MEASURED, FITNESS),
        write_record({**MEASURED, "skin_temperature": 1.0}, newer),
        container(newer.source, [MEASURED] * 3, "deflate"),
        json.dumps(MEASURED).encode(),
    ]

    async def read_all() -> int:
        refused = 0
        for _ in range(20_000):
            body = bytearray(chance.choice(good))
            for _ in range(chance.randint(1, 4)):
                body[chance.randrange(len(body))] = chance.randrange(256)
            try:
                await reading.decode(bytes(body[: chance.randint(1, len(body))] if chance.random() < 0.3 else body))
            except Unreadable:
                refused += 1
        return refused

    assert 5_000 < asyncio.run(read_all()) < 20_000


def test_values_without_a_form_are_told_apart() -> None:
    """Numbers that a database cannot hold become text, lone surrogates question marks."""
    assert as_json({"a": [2**63, -(2**63), "\ud800", float("inf"), b"\xff"], 7: None}) == {
        "a": ["9223372036854775808", -(2**63), "?", None, "/w=="],
        "7": None,
    }


@pytest.mark.parametrize(
    ("record", "reason"),
    [({**MEASURED, "more": 1}, "more"), ({**MEASURED, "steps": 2**70}, "steps"), ({"steps": 1}, "device"), ("text", "Telemetry")],
)
def test_what_does_not_fit_a_schema_is_not_written(record: Any, reason: str) -> None:
    """By itself, fastavro would write numbers that do not fit, and leave out what it does not know."""
    with pytest.raises(ValueError, match=reason):
        write_record(record, FITNESS)
