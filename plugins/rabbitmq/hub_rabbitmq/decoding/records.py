"""Avro records from and to bytes."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from fastavro import schemaless_reader, schemaless_writer
from fastavro.validation import ValidationError, validate

from hub_rabbitmq.decoding.framing import SINGLE_OBJECT_MAGIC
from hub_rabbitmq.decoding.schema import Schema
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable


def read_records(data: bytes, count: int, writer: Schema, reader: Schema | None) -> list[tuple[Any, Mapping[str, Any]]]:
    """Decode records that fill the data; with each come the fields that the reader does not know. Raises Unreadable."""
    if count > len(data) and not writer.least_bytes:
        raise Unreadable(Fault.TOO_LARGE, f"it says to hold {count} records that take no bytes")
    source = BytesIO(data)
    records = [_read(source, writer, reader) for _ in range(count)]
    if (left := len(data) - source.tell()) > 0:
        raise Unreadable(Fault.VALUE, f"{left} bytes are left over behind the record, so it was written with another schema")
    return records


def write_record(record: Any, schema: Schema) -> bytes:
    """Encode as an Avro single object. Raises ValueError that says what does not fit the schema."""
    target = BytesIO()
    target.write(SINGLE_OBJECT_MAGIC + schema.fingerprint)
    try:
        validate(record, schema.parsed, strict=True)
        schemaless_writer(target, schema.parsed, record, strict=True)
    except ValidationError as error:
        raise ValueError(f"it does not fit the schema {schema.name}: {'; '.join(str(each) for each in error.errors)}") from error
    except Exception as error:  # fastavro lets out whatever a strange value causes inside it
        raise ValueError(f"it does not fit the schema {schema.name}: {error}") from error
    return target.getvalue()


def _read(source: BytesIO, writer: Schema, reader: Schema | None) -> tuple[Any, Mapping[str, Any]]:
    began = source.tell()
    try:
        raw = schemaless_reader(source, writer.parsed, None)
        if reader is None or reader.fingerprint == writer.fingerprint:
            return raw, {}
        source.seek(began)
        resolved = schemaless_reader(source, writer.parsed, reader.parsed)
    except EOFError as error:
        raise Unreadable(Fault.TRUNCATED, f"the data ends in the middle of a {writer.name}") from error
    except Exception as error:  # fastavro lets out whatever broken data causes inside it
        raise Unreadable(Fault.VALUE, f"it is no {writer.name}: {type(error).__name__}: {error}") from error
    new = {name: value for name, value in raw.items() if name not in reader.fields} if isinstance(raw, dict) else {}
    return resolved, new
