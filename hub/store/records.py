"""What the writer is given, and the tables into which it goes by the many."""

from typing import Final

import msgspec

from hub.model.event import Event
from hub.model.state import StateChange
from hub.registry import Row as RegistryRow
from hub.store.database import Bulk


class LastState(msgspec.Struct, frozen=True):
    """A change of an entity whose history is not wanted."""

    change: StateChange


class Saved(msgspec.Struct, frozen=True):
    """A row of a registry to keep."""

    row: RegistryRow


class Forgotten(msgspec.Struct, frozen=True):
    """A row of a registry to keep no longer."""

    row: RegistryRow


class Trace(msgspec.Struct, frozen=True):
    """One run of an automation; `time` is seconds since 1970 (UTC)."""

    automation: str
    run_id: str
    time: float
    body: object
    """What JSON can hold."""


Record = StateChange | LastState | Event | Saved | Forgotten | Trace

_CONTEXT: Final = (("context_id", "text"), ("parent_id", "text"), ("user_id", "text"))
_TIMES: Final = (("changed", "double precision"), ("updated", "double precision"))
STATES_META: Final = Bulk("states_meta", (("id", "integer"), ("entity_id", "text")))
ATTRIBUTES: Final = Bulk("state_attributes", (("id", "bigint"), ("json_text", "text")))
STATES: Final = Bulk("states", (("meta_id", "integer"), ("state", "text"), ("attributes_id", "bigint"), *_TIMES, *_CONTEXT))
LAST_STATES: Final = Bulk(
    "last_states", (("entity_id", "text"), ("state", "text"), ("attributes", "text"), *_TIMES, *_CONTEXT), key=("entity_id",)
)
EVENT_TYPES: Final = Bulk("event_types", (("id", "integer"), ("name", "text")))
EVENT_DATA: Final = Bulk("event_data", (("id", "bigint"), ("json_text", "text")))
EVENTS: Final = Bulk(
    "events", (("type_id", "integer"), ("data_id", "bigint"), ("time", "double precision"), ("origin", "text"), *_CONTEXT)
)
TRACES: Final = Bulk(
    "traces", (("id", "bigint"), ("automation", "text"), ("run_id", "text"), ("time", "double precision"), ("body", "text"))
)
REGISTRY: Final = Bulk("registry", (("kind", "text"), ("id", "text"), ("body", "text")), key=("kind", "id"))
MEMORY: Final = Bulk("memory", (("instance", "text"), ("key", "text"), ("value", "text")), key=("instance", "key"))
