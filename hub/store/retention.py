"""Forgetting what is old, a little at a time, so that nobody waits long for the writer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from hub.store.database import Connection
from hub.store.ledger import Ledger
from hub.store.shared import Shared
from hub.store.writer import Writer

_CHUNK: Final = 5_000  # rows that one transaction looks at


@dataclass(frozen=True, slots=True)
class Purged:
    """How much was forgotten."""

    states: int
    events: int


@dataclass(frozen=True, slots=True)
class _Past:
    """Rows that grow old, and the table to which they refer."""

    table: str
    time: str
    reference: str
    shared_table: str
    spared: str
    """SQL for rows that stay, however old."""


_STATES: Final = _Past(
    "states",
    "updated",
    "attributes_id",
    "state_attributes",
    # Every entity keeps its newest state.
    "id = (SELECT n.id FROM states n WHERE n.meta_id = states.meta_id ORDER BY n.updated DESC, n.id DESC LIMIT 1)",
)
_EVENTS: Final = _Past("events", "time", "data_id", "event_data", "false")


async def purge(writer: Writer, ledger: Ledger, before: float) -> Purged:
    """Delete states and events from before that moment (seconds since 1970), and what only they needed. Raises StoreError."""
    return Purged(
        states=await _purge(writer, _STATES, ledger.states.attributes, before),
        events=await _purge(writer, _EVENTS, ledger.events.data, before),
    )


async def _purge(writer: Writer, past: _Past, shared: Shared, before: float) -> int:
    deleted, after = 0, -1
    while True:
        count, last = await writer.run(_chunk(past, shared, before, after))
        deleted += count
        if last is None:
            return deleted
        after = last


def _chunk(past: _Past, shared: Shared, before: float, after: int) -> Callable[[Connection], tuple[int, int | None]]:
    """Make the work of one transaction: it answers how many rows it deleted, and behind which to go on (None: done)."""
    select = f"SELECT id, {past.time} FROM {past.table} WHERE id > ? ORDER BY id LIMIT {_CHUNK}"
    delete = (
        f"DELETE FROM {past.table} WHERE id > ? AND id <= ? AND {past.time} < ? AND NOT ({past.spared}) "
        f"RETURNING {past.reference}"
    )

    def work(connection: Connection) -> tuple[int, int | None]:
        rows = connection.execute(select, (after,))
        if not any(time < before for _, time in rows):
            return 0, None  # rows come in order of time, but for steps of the clock
        last = int(rows[-1][0])
        references = connection.execute(delete, (after, last, before))
        _delete_unreferenced(connection, past, shared, {row[0] for row in references if row[0] is not None})
        return len(references), last

    return work


def _delete_unreferenced(connection: Connection, past: _Past, shared: Shared, candidates: Iterable[int]) -> None:
    referenced = f"SELECT 1 FROM {past.table} WHERE {past.reference} = ? LIMIT 1"
    gone = [number for number in candidates if not connection.execute(referenced, (number,))]
    if gone:
        connection.delete(past.shared_table, gone)
        shared.forget(gone)
