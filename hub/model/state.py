"""State: what an entity was last known to be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from hub.model.context import Context
from hub.model.names import EntityId

UNKNOWN: Final = "unknown"
UNAVAILABLE: Final = "unavailable"
LONGEST_STATE: Final = 255


class State(msgspec.Struct, frozen=True):
    """What an entity was last known to be; times are seconds since 1970 (UTC)."""

    entity_id: EntityId
    state: str
    attributes: Mapping[str, Any]
    changed: float
    """When `state` last became another text."""
    updated: float
    """When `state` or `attributes` last became something else."""
    reported: float
    """When it was last written, even with the same content."""
    context: Context

    @property
    def domain(self) -> str:
        """The part of the entity id before the dot."""
        return self.entity_id.domain

    @property
    def object_id(self) -> str:
        """The part of the entity id after the dot."""
        return self.entity_id.object_id

    @property
    def name(self) -> str:
        """What people call it."""
        return str(self.attributes.get("friendly_name") or self.object_id.replace("_", " "))

    @property
    def last_changed(self) -> datetime:
        """`changed` as an aware datetime."""
        return datetime.fromtimestamp(self.changed, UTC)

    @property
    def last_updated(self) -> datetime:
        """`updated` as an aware datetime."""
        return datetime.fromtimestamp(self.updated, UTC)

    @property
    def last_reported(self) -> datetime:
        """`reported` as an aware datetime."""
        return datetime.fromtimestamp(self.reported, UTC)

    def as_dict(self) -> dict[str, Any]:
        """Return Home Assistant's form: what its REST API, events and `this` show."""
        return {
            "entity_id": str(self.entity_id),
            "state": self.state,
            "attributes": dict(self.attributes),
            "last_changed": self.last_changed.isoformat(),
            "last_reported": self.last_reported.isoformat(),
            "last_updated": self.last_updated.isoformat(),
            "context": self.context.as_dict(),
        }


class StateChange(msgspec.Struct, frozen=True):
    """An entity became another; `old` is None when it appears, `new` when it is removed."""

    entity_id: EntityId
    old: State | None
    new: State | None
    context: Context
    time: float

    def as_data(self) -> dict[str, Any]:
        """Return the data of Home Assistant's `state_changed` event (state objects, not yet rendered)."""
        return {"entity_id": self.entity_id, "old_state": self.old, "new_state": self.new}
