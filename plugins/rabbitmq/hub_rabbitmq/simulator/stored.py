"""Messages as the simulated broker keeps them: properties are bytes that it passes on as they came."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pamqp.commands import Basic
from pamqp.header import ContentHeader


@dataclass(slots=True)
class Stored:
    """One message in a queue."""

    exchange: str
    routing_key: bytes
    properties: bytes
    """Flags and values, as in the header frame behind the size of the body."""
    body: bytes
    redelivered: bool = False
    attempts: int = 0
    """How often it came back without being acknowledged."""

    def header(self, added: Mapping[str, Any]) -> bytes:
        """Return the payload of the header frame, with some more headers if its properties can be read."""
        properties = with_headers(self.properties, added) if added else self.properties
        return b"\x00\x3c\x00\x00" + len(self.body).to_bytes(8, "big") + properties

    def elsewhere(self, exchange: str, routing_key: str, added: Mapping[str, Any]) -> "Stored":
        """Return a copy for another queue."""
        properties = with_headers(self.properties, added)
        return replace(
            self, exchange=exchange, routing_key=routing_key.encode(), properties=properties, redelivered=False, attempts=0
        )


def read_properties(properties: bytes) -> Basic.Properties | None:
    """Read them; None when the library cannot."""
    header = ContentHeader()
    try:
        header.unmarshal(b"\x00\x3c\x00\x00" + bytes(8) + properties)
    except Exception:  # hostile properties are what this is for
        return None
    return header.properties


def with_headers(properties: bytes, added: Mapping[str, Any]) -> bytes:
    """Add headers; properties that cannot be read stay as they are."""
    known = read_properties(properties)
    if known is None:
        return properties
    known.headers = {**(known.headers or {}), **added}
    return known.marshal()
