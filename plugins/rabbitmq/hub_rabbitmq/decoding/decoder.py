"""From a message's body to its records, for one queue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from hub_rabbitmq.decoding.compatibility import incompatibilities
from hub_rabbitmq.decoding.container import Block, open_container
from hub_rabbitmq.decoding.framing import Format, Frame, Framing, unframe
from hub_rabbitmq.decoding.records import read_records
from hub_rabbitmq.decoding.schema import Schema
from hub_rabbitmq.decoding.schemas import Schemas
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable
from hub_rabbitmq.decoding.values import as_json

_MOST_PLANS: Final = 500


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a message, as JSON values."""

    value: Any
    new: Mapping[str, Any] = field(default_factory=dict)
    """Fields that the writer has and our schema has not."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says."""

    framing: Framing
    records: tuple[Record, ...]
    schema: Schema | None = None
    """What it was written with; None when it is not Avro."""


class Decoder:
    """Decodes what comes from one queue."""

    def __init__(self, schemas: Schemas, expected: Format, reader: Schema | None, largest: int) -> None:
        self.reader = reader
        self._schemas = schemas
        self._expected = expected
        self._largest = largest
        self._refusals: dict[Schema, str] = {}  # by writer's schema; empty when it can be read

    async def decode(self, body: bytes, content_type: str = "") -> Content:
        """Decode a body. Raises Unreadable, and RegistryAway when it can be known later what it says."""
        if len(body) > self._largest:
            raise Unreadable(Fault.TOO_LARGE, f"it has {len(body)} bytes; at most {self._largest} are taken")
        frame = unframe(body, self._expected, content_type)
        if frame.framing is Framing.JSON:
            return Content(Framing.JSON, (Record(as_json(_json(body))),))
        if frame.framing is Framing.TEXT:
            return Content(Framing.TEXT, (Record(_text(body)),))
        writer, blocks = await self._open(frame)
        self._check(writer)
        decoded = [each for block in blocks for each in read_records(block.data, block.count, writer, self.reader)]
        return Content(frame.framing, tuple(Record(as_json(value), as_json(new)) for value, new in decoded), writer)

    async def _open(self, frame: Frame) -> tuple[Schema, tuple[Block, ...]]:
        if frame.framing is Framing.CONTAINER:
            container = open_container(frame.payload, self._largest)
            return self._schemas.of_container(container.schema), container.blocks
        if frame.framing is Framing.SINGLE_OBJECT:
            return self._schemas.of_single_object(frame), (Block(1, frame.payload),)
        return await self._schemas.of_registry(frame.schema_id), (Block(1, frame.payload),)

    def _check(self, writer: Schema) -> None:
        if self.reader is None:
            return
        refusal = self._refusals.get(writer)
        if refusal is None:
            if len(self._refusals) >= _MOST_PLANS:
                self._refusals.clear()
            refusal = self._refusals[writer] = "; ".join(incompatibilities(writer.source, self.reader.source)[:10])
        if refusal:
            raise Unreadable(Fault.INCOMPATIBLE, f"the schema {writer.name} cannot be read as {self.reader.name}: {refusal}")


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        truncated = "truncated" in str(error)
        raise Unreadable(Fault.TRUNCATED if truncated else Fault.FORMAT, f"it is no JSON: {error}") from error


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable(Fault.FORMAT, f"it is no text in UTF-8: {error}") from error
