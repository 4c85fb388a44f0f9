"""Avro object containers: a header with the schema, then blocks of records, unpacked with bounds."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub_rabbitmq.decoding.framing import CONTAINER_MAGIC
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable

MOST_RECORDS: Final = 10_000
"""Records in one message."""
_MOST_ENTRIES: Final = 100
_SYNC: Final = 16


@dataclass(frozen=True, slots=True)
class Block:
    """Some records behind each other."""

    count: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Container:
    """What a container holds; its records are not decoded yet."""

    schema: bytes
    """The writer's schema, as JSON."""
    blocks: tuple[Block, ...]


def open_container(body: bytes, largest: int) -> Container:
    """Take a container apart; its blocks may unpack to `largest` bytes in all. Raises Unreadable."""
    source = _Source(body)
    source.take(len(CONTAINER_MAGIC))
    metadata = _metadata(source)
    codec = metadata.get("avro.codec", b"null")
    if codec not in (b"null", b"deflate"):
        raise Unreadable(Fault.FORMAT, f"the container is packed with {codec[:20]!r}; null and deflate are taken")
    if "avro.schema" not in metadata:
        raise Unreadable(Fault.SCHEMA, "the container has no schema")
    sync = source.take(_SYNC)
    return Container(metadata["avro.schema"], tuple(_blocks(source, sync, codec == b"deflate", largest)))


def _blocks(source: "_Source", sync: bytes, packed: bool, largest: int) -> Iterator[Block]:
    records = 0
    while not source.at_end:
        count, data = source.number(), source.counted()
        records += count
        if count < 0 or records > MOST_RECORDS:
            raise Unreadable(Fault.TOO_LARGE, f"the container says to hold more than {MOST_RECORDS} records")
        if packed:
            data = _unpacked(data, largest)
        largest -= len(data)
        if source.take(_SYNC) != sync:
            raise Unreadable(Fault.TRUNCATED, "a block of the container does not end where it should")
        yield Block(count, data)


def _metadata(source: "_Source") -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    while count := source.number():
        if count < 0:  # a negative count is followed by the size of the block in bytes
            count = -count
            source.number()
        if count + len(found) > _MOST_ENTRIES:
            raise Unreadable(Fault.TOO_LARGE, f"the container has more than {_MOST_ENTRIES} entries in its header")
        for _ in range(count):
            name = source.counted().decode(errors="replace")
            found[name] = source.counted()
    return found


def _unpacked(data: bytes, largest: int) -> bytes:
    unpacking = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        unpacked = unpacking.decompress(data, largest + 1)
    except zlib.error as error:
        raise Unreadable(Fault.TRUNCATED, f"a block of the container cannot be unpacked: {error}") from error
    if len(unpacked) > largest:
        raise Unreadable(Fault.TOO_LARGE, "the container unpacks to more than is taken")
    if not unpacking.eof:
        raise Unreadable(Fault.TRUNCATED, "a packed block of the container has no end")
    return unpacked


class _Source:
    """Reads from the front."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._place = 0

    @property
    def at_end(self) -> bool:
        return self._place >= len(self._body)

    def take(self, size: int) -> bytes:
        end = self._place + size
        if size < 0 or end > len(self._body):
            raise Unreadable(Fault.TRUNCATED, f"the container ends after {len(self._body)} bytes, in the middle of something")
        taken, self._place = self._body[self._place : end], end
        return taken

    def counted(self) -> bytes:
        return self.take(self.number())

    def number(self) -> int:
        """Read a zig-zag number of at most 64 bits."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return (value >> 1) ^ -(value & 1)
            if shift >= 70:
                raise Unreadable(Fault.TRUNCATED, "the container has a number without end")
