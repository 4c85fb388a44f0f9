"""Messages: as they come, and as they are sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub_rabbitmq.decoding.unreadable import Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message that came and is not acknowledged."""

    tag: int
    exchange: str
    routing_key: str
    body: bytes
    message_id: str | None = None
    content_type: str = ""
    headers: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Any] = field(default_factory=dict)
    """All others that it had, as the library names them."""
    redelivered: bool = False
    damage: Unreadable | None = None
    """Set when it could not be received whole; its body or properties are missing here, and the broker has them still."""

    @property
    def offset(self) -> int | None:
        """Its place in a stream; None in a queue."""
        offset = self.headers.get("x-stream-offset")
        return offset if isinstance(offset, int) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to publish."""

    body: bytes
    routing_key: str
    exchange: str = ""
    message_id: str | None = None
    content_type: str | None = None
    headers: Mapping[str, Any] = field(default_factory=dict)
    persistent: bool = True
    mandatory: bool = True
    expires_after: float | None = None
    """Seconds."""
    priority: int | None = None
    timestamp: datetime | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)
    """Others, as the library names them."""
