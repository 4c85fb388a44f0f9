"""Event: something that happened."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from hub.model.context import Context

STATE_CHANGED: Final = "state_changed"
STATE_REPORTED: Final = "state_reported"
ANY_EVENT: Final = "*"
LONGEST_EVENT_TYPE: Final = 64


class Origin(StrEnum):
    """Where an event began."""

    LOCAL = "LOCAL"
    REMOTE = "REMOTE"


class Event(msgspec.Struct, frozen=True):
    """Something that happened; `time` is seconds since 1970 (UTC)."""

    event_type: str
    data: Mapping[str, Any]
    time: float
    context: Context
    origin: Origin = Origin.LOCAL

    @property
    def time_fired(self) -> datetime:
        """`time` as an aware datetime."""
        return datetime.fromtimestamp(self.time, UTC)

    def as_dict(self) -> dict[str, Any]:
        """Return Home Assistant's form."""
        return {
            "event_type": self.event_type,
            "data": dict(self.data),
            "origin": self.origin.value,
            "time_fired": self.time_fired.isoformat(),
            "context": self.context.as_dict(),
        }
