"""Which of the framings a body has, by its first bytes."""

import struct
from dataclasses import dataclass
from enum import StrEnum

from hub_rabbitmq.decoding.unreadable import Fault, Unreadable

CONTAINER_MAGIC = b"Obj\x01"
SINGLE_OBJECT_MAGIC = b"\xc3\x01"
_JSON_BEGINS = frozenset(b'{["-0123456789tfn')
_BLANK = b" \t\r\n"


class Framing(StrEnum):
    """How a body is packed."""

    JSON = "json"
    TEXT = "text"
    CONTAINER = "avro_container"
    SINGLE_OBJECT = "avro_single_object"
    REGISTRY = "avro_registry"


class Format(StrEnum):
    """What an admin says of the messages of a queue."""

    AUTO = "auto"
    JSON = "json"
    AVRO = "avro"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Frame:
    """A body, taken apart as far as its framing goes."""

    framing: Framing
    payload: bytes
    """What follows the framing; the whole body of a container."""
    fingerprint: bytes = b""
    """CRC-64-AVRO of the writer's schema, little endian; single objects only."""
    schema_id: int = 0
    """The registry's number of the writer's schema; registry framing only."""


def unframe(body: bytes, expected: Format, content_type: str = "") -> Frame:
    """Tell how a body is packed: single objects and containers as in the Avro 1.11 specification. Raises Unreadable."""
    if expected is Format.TEXT:
        return Frame(Framing.TEXT, body)
    if expected is Format.JSON or (expected is Format.AUTO and "json" in content_type.lower()):
        return Frame(Framing.JSON, body)
    if (frame := _avro(body)) is not None:
        return frame
    if expected is Format.AUTO and body.lstrip(_BLANK)[:1] and body.lstrip(_BLANK)[0] in _JSON_BEGINS:
        return Frame(Framing.JSON, body)
    wanted = "an Avro container, single object or registry frame" + (", nor JSON" if expected is Format.AUTO else "")
    raise Unreadable(Fault.FORMAT, f"it is not {wanted}: it begins with {body[:8].hex(' ') or 'nothing'}")


def _avro(body: bytes) -> Frame | None:
    if body.startswith(CONTAINER_MAGIC):
        return Frame(Framing.CONTAINER, body)
    if body.startswith(SINGLE_OBJECT_MAGIC):
        if len(body) < 10:
            raise Unreadable(Fault.TRUNCATED, f"a single object has a header of 10 bytes; there are {len(body)} in all")
        return Frame(Framing.SINGLE_OBJECT, body[10:], fingerprint=body[2:10])
    if body.startswith(b"\x00"):
        if len(body) < 5:
            raise Unreadable(Fault.TRUNCATED, f"a registry frame has a header of 5 bytes; there are {len(body)} in all")
        return Frame(Framing.REGISTRY, body[5:], schema_id=struct.unpack_from(">I", body, 1)[0])
    return None
