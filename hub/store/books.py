"""How states, events and traces become rows; one book for each, used by the writer's thread alone.

A book collects the rows of a batch, writes them, and is then told to keep what it learnt or to take it back.
"""

from typing import Final

import msgspec

from hub.model.context import Context
from hub.model.entity import Area, DeviceEntry, Floor, Label, RegistryEntry
from hub.model.event import Event
from hub.model.state import State, StateChange
from hub.registry import Row as RegistryRow
from hub.store.database import Connection, Value
from hub.store.draft import Draft
from hub.store.encoding import encode
from hub.store.records import (
    ATTRIBUTES,
    EVENT_DATA,
    EVENT_TYPES,
    EVENTS,
    LAST_STATES,
    REGISTRY,
    STATES,
    STATES_META,
    TRACES,
    Trace,
)
from hub.store.shared import Shared

Rows = list[tuple[Value, ...]]
KINDS: Final[dict[type[RegistryRow], str]] = {
    RegistryEntry: "entity",
    DeviceEntry: "device",
    Area: "area",
    Floor: "floor",
    Label: "label",
}
_MOST_SHARED: Final = 20_000
_NO_LIMIT: Final = 2**62


_ENCODER: Final = msgspec.json.Encoder(enc_hook=str)  # entity ids are strings of a kind of their own


class _Name(msgspec.Struct):
    entity_id: str


class StateBook:
    """States: entity ids and attributes are written once and then referred to by number."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._entities = Shared(STATES_META, _NO_LIMIT)
        self.attributes = Shared(ATTRIBUTES, _MOST_SHARED)
        self._states: Rows = []
        self._last_states: dict[str, tuple[Value, ...]] = {}

    def load(self, connection: Connection) -> None:
        """Learn what is there."""
        self._entities.load(connection)
        self._entities.know(connection.execute("SELECT id, entity_id FROM states_meta ORDER BY id"))
        self.attributes.load(connection)

    def add(self, change: StateChange) -> None:
        """Enter what an entity became."""
        new = change.new
        meta_id = self._entities.number(change.entity_id)
        if new is None:
            self._states.append((meta_id, None, None, change.time, change.time, *_caused_by(change.context)))
            return
        attributes_id = self.attributes.number(encode(new.attributes)) if new.attributes else None
        self._states.append((meta_id, new.state, attributes_id, new.changed, new.updated, *_caused_by(new.context)))

    def add_last(self, change: StateChange) -> None:
        """Enter what an entity became whose history is not wanted."""
        new = change.new or State(change.entity_id, "", {}, change.time, change.time, change.time, change.context)
        state = None if change.new is None else new.state
        cause = _caused_by(new.context)
        self._last_states[new.entity_id] = (new.entity_id, state, encode(new.attributes), new.changed, new.updated, *cause)

    def rename(self, connection: Connection, old: str, new: str) -> None:
        """Let the history of an entity go on under its new id."""
        self.write(connection)
        self._entities.rename(old, new, self._draft)
        connection.execute("UPDATE states_meta SET entity_id = ? WHERE entity_id = ?", (new, old))
        connection.execute("DELETE FROM last_states WHERE entity_id = ?", (new,))
        connection.execute("UPDATE last_states SET entity_id = ? WHERE entity_id = ?", (new, old))

    def write(self, connection: Connection) -> None:
        """Write all rows."""
        self._entities.write(connection)
        self.attributes.write(connection)
        if self._states:
            connection.insert(STATES, self._states)
            self._states.clear()
        if self._last_states:
            connection.insert(LAST_STATES, list(self._last_states.values()))
            self._last_states.clear()

    def keep(self) -> None:
        """What was written is there to stay."""
        self._entities.keep()
        self.attributes.keep()

    def take_back(self) -> None:
        """What was written is gone."""
        self._entities.take_back()
        self.attributes.take_back()
        self._states.clear()
        self._last_states.clear()


class EventBook:
    """Events: types and data are written once and then referred to by number."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._types = Shared(EVENT_TYPES, _NO_LIMIT)
        self.data = Shared(EVENT_DATA, _MOST_SHARED)
        self._events: Rows = []

    def load(self, connection: Connection) -> None:
        """Learn what is there."""
        self._types.load(connection)
        self._types.know(connection.execute("SELECT id, name FROM event_types"))
        self.data.load(connection)

    def add(self, event: Event) -> None:
        """Enter what happened."""
        type_id = self._types.number(event.event_type)
        data_id = self.data.number(encode(event.data)) if event.data else None
        self._events.append((type_id, data_id, event.time, event.origin.value, *_caused_by(event.context)))

    def write(self, connection: Connection) -> None:
        """Write all rows."""
        self._types.write(connection)
        self.data.write(connection)
        if self._events:
            connection.insert(EVENTS, self._events)
            self._events.clear()

    def keep(self) -> None:
        """What was written is there to stay."""
        self._types.keep()
        self.data.keep()

    def take_back(self) -> None:
        """What was written is gone."""
        self._types.take_back()
        self.data.take_back()
        self._events.clear()


class RegistryBook:
    """The rows of the registries; when an entity was renamed, its history is."""

    def __init__(self, draft: Draft, states: StateBook) -> None:
        self._draft = draft
        self._states = states
        self._rows: dict[tuple[str, str], tuple[Value, ...]] = {}
        self._entity_ids: dict[str, str] = {}  # by the registry's lasting id

    def load(self, connection: Connection) -> None:
        """Learn what is there."""
        self._entity_ids.clear()
        for row_id, body in connection.execute("SELECT id, body FROM registry WHERE kind = 'entity'"):
            self._entity_ids[row_id] = msgspec.json.decode(body, type=_Name).entity_id

    def save(self, connection: Connection, row: RegistryRow) -> None:
        """Enter a new or changed row."""
        kind = KINDS[type(row)]
        self._rows[(kind, row.id)] = (kind, row.id, _ENCODER.encode(row).decode())
        if isinstance(row, RegistryEntry):
            former = self._entity_ids.get(row.id, row.entity_id)
            self._draft.set(self._entity_ids, row.id, row.entity_id)
            if former != row.entity_id:
                self._states.rename(connection, former, row.entity_id)

    def forget(self, connection: Connection, row: RegistryRow) -> None:
        """Strike a row out."""
        self._rows.pop((KINDS[type(row)], row.id), None)
        self._draft.drop(self._entity_ids, row.id)
        connection.execute("DELETE FROM registry WHERE kind = ? AND id = ?", (KINDS[type(row)], row.id))

    def write(self, connection: Connection) -> None:
        """Write all rows."""
        if self._rows:
            connection.insert(REGISTRY, list(self._rows.values()))
            self._rows.clear()

    def keep(self) -> None:
        """What was written is there to stay."""

    def take_back(self) -> None:
        """What was written is gone."""
        self._rows.clear()


class TraceBook:
    """The last traces of each automation; those that are too many never reach the disk, or leave it."""

    def __init__(self, draft: Draft, most: int) -> None:
        self._draft = draft
        self._most = most
        self._stored: dict[str, tuple[int, ...]] = {}
        self._new: dict[str, list[Trace]] = {}
        self._last = self._last_kept = 0

    def load(self, connection: Connection) -> None:
        """Learn what is there."""
        self._stored.clear()
        self._last = self._last_kept = 0
        for row_id, automation in connection.execute("SELECT id, automation FROM traces ORDER BY id"):
            self._stored[automation] = (*self._stored.get(automation, ()), row_id)
            self._last = self._last_kept = row_id

    def add(self, trace: Trace) -> None:
        """Enter a run."""
        traces = self._new.setdefault(trace.automation, [])
        traces.append(trace)
        del traces[: -self._most]

    def write(self, connection: Connection) -> None:
        """Write the new rows and delete the old ones."""
        rows: Rows = []
        outdated: list[int] = []
        for automation, traces in self._new.items():
            numbers = range(self._last + 1, self._last + 1 + len(traces))
            self._last += len(traces)
            rows += [
                (number, automation, trace.run_id, trace.time, encode(trace.body))
                for number, trace in zip(numbers, traces, strict=True)
            ]
            stored = (*self._stored.get(automation, ()), *numbers)
            outdated += stored[: -self._most]
            self._draft.set(self._stored, automation, stored[-self._most :])
        self._new.clear()
        if rows:
            connection.insert(TRACES, rows)
        if outdated:
            connection.delete("traces", outdated)

    def keep(self) -> None:
        """What was written is there to stay."""
        self._last_kept = self._last

    def take_back(self) -> None:
        """What was written is gone."""
        self._new.clear()
        self._last = self._last_kept


def _caused_by(context: Context) -> tuple[str, str | None, str | None]:
    return context.id, context.parent_id, context.user_id
