"""The store: everything that the hub must still know after a restart."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from hub.bus import Bus
from hub.clock import Clock
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State
from hub.registry import Registries
from hub.states import StateMachine
from hub.store.archive import Archive, Reader
from hub.store.database import Connection, transaction
from hub.store.last_states import load_last_states
from hub.store.ledger import Ledger
from hub.store.memory import StoredMemory, load_memory
from hub.store.opening import open_database
from hub.store.recorder import Recorder
from hub.store.records import Trace
from hub.store.registries import StoredRows, build_registries, load_rows
from hub.store.retention import Purged, purge
from hub.store.selection import Selection
from hub.store.tokens import Token, Tokens, load_tokens
from hub.store.writer import Pace, Status, Writer

T = TypeVar("T")

_USUAL_PACE: Final = Pace()


class Store:
    """One open database; `Store.open` opens it."""

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, *, clock: Clock, pace: Pace = _USUAL_PACE, traces_kept: int = 5
    ) -> AsyncGenerator["Store", None]:
        """Open `sqlite:///path` or `postgresql+psycopg://…`; leaving writes what waits. Raises StoreError.

        Of each automation the last `traces_kept` traces are kept.
        """
        ledger = Ledger(traces_kept)

        def begin() -> tuple[Connection, Reader, list[Token]]:
            connection, open_archive = open_database(url, pace.busy_timeout, clock.now())
            try:
                with transaction(connection, durable=True):
                    ledger.load(connection)
                    tokens = load_tokens(connection)
            except BaseException:
                connection.close()
                raise
            return connection, Reader(open_archive), tokens

        connection, reader, tokens = await asyncio.to_thread(begin)
        writer = Writer(connection, ledger, pace)
        try:
            yield cls(writer, reader, ledger, Tokens(writer, clock, tokens), clock)
        finally:
            await writer.close()
            await reader.close()

    def __init__(self, writer: Writer, reader: Reader, ledger: Ledger, tokens: Tokens, clock: Clock) -> None:
        self._writer = writer
        self._reader = reader
        self._ledger = ledger
        self._clock = clock
        self._memories: dict[str, StoredMemory] = {}
        self.tokens = tokens
        """Who may use the API."""

    def recorder(self, selection: Selection | None = None) -> Recorder:
        """Make a recorder; without a selection it takes everything."""
        return Recorder(self._writer, selection or Selection())

    def status(self) -> Status:
        """Tell how writing fares."""
        return self._writer.status()

    async def flush(self) -> bool:
        """Wait until all that was said so far is written; False when the database is unavailable."""
        return await self._writer.flush()

    async def load_registries(self, bus: Bus, states: StateMachine) -> Registries:
        """Return the registries as they were left; what changes in them is kept. Raises StoreError."""
        return build_registries(bus, states, await self._writer.run(load_rows), StoredRows(self._writer))

    async def last_states(self) -> dict[EntityId, State]:
        """Return what each entity was when it was last recorded. Raises StoreError."""
        attributes = self._ledger.states.attributes
        return await self._writer.run(lambda connection: load_last_states(connection, attributes))

    async def memory(self, instance: str) -> StoredMemory:
        """Return what an instance of a plugin remembers; the same object for the same instance. Raises StoreError."""
        if instance not in self._memories:
            values = await self._writer.run(lambda connection: load_memory(connection, instance))
            self._memories.setdefault(instance, StoredMemory(self._writer, instance, values))
        return self._memories[instance]

    async def history(
        self, entity_ids: Sequence[EntityId], start: datetime, end: datetime | None = None, *, minimal: bool = False
    ) -> dict[EntityId, list[State]]:
        """Return what each entity was from `start` on until before `end` (now), beginning with what it was at `start`.

        `minimal` leaves out attributes, and states that differ only in them. Raises StoreError.
        """
        return await self._ask(lambda archive: archive.history(entity_ids, start.timestamp(), _until(end), minimal))

    async def events(
        self, types: Sequence[str] | None, start: datetime, end: datetime | None = None, *, limit: int = 1000
    ) -> list[Event]:
        """Return the newest events of these types (None: all) from `start` on until before `end` (now). Raises StoreError."""
        return await self._ask(lambda archive: archive.events(types, start.timestamp(), _until(end), limit))

    def save_trace(self, automation: str, run_id: str, time: float, trace: Mapping[str, Any]) -> None:
        """Keep the trace of a run; it must not be changed afterwards."""
        self._writer.put(Trace(automation, run_id, time, trace))

    async def traces(self, automation: str, limit: int = 5) -> list[Trace]:
        """Return the last runs of an automation, the newest first. Raises StoreError."""
        return await self._ask(lambda archive: archive.traces(automation, limit))

    async def purge(self, keep: timedelta) -> Purged:
        """Forget states and events that are older; every entity keeps its newest state. Raises StoreError."""
        await self._writer.flush()
        return await purge(self._writer, self._ledger, self._clock.time() - keep.total_seconds())

    async def _ask(self, question: Callable[[Archive], T]) -> T:
        await self._writer.flush()  # an answer leaves nothing out that was said before the question
        return await self._reader.ask(question)


def _until(end: datetime | None) -> float:
    return float("inf") if end is None else end.timestamp()
