"""All books together: a batch of records is written whole or not at all."""

from collections.abc import Sequence

from hub.model.event import Event
from hub.model.state import StateChange
from hub.store.books import EventBook, RegistryBook, StateBook, TraceBook
from hub.store.database import Connection
from hub.store.draft import Draft
from hub.store.records import Forgotten, LastState, Record, Saved, Trace


class Ledger:
    """Writes records by the batch. Used by the writer's thread alone."""

    def __init__(self, traces_kept: int) -> None:
        self._draft = Draft()
        self.states = StateBook(self._draft)
        self.events = EventBook(self._draft)
        self._registry = RegistryBook(self._draft, self.states)
        self._traces = TraceBook(self._draft, traces_kept)
        self._books = (self._registry, self.states, self.events, self._traces)

    def load(self, connection: Connection) -> None:
        """Learn what is there, and forget what was known before."""
        for book in self._books:
            book.load(connection)

    def write(self, connection: Connection, batch: Sequence[Record]) -> None:
        """Write all records, inside a transaction; then `keep` or `take_back` must follow."""
        for record in batch:
            match record:
                case StateChange():
                    self.states.add(record)
                case Event():
                    self.events.add(record)
                case Trace():
                    self._traces.add(record)
                case LastState():
                    self.states.add_last(record.change)
                case Saved():
                    self._registry.save(connection, record.row)
                case Forgotten():
                    self._registry.forget(connection, record.row)
        for book in self._books:
            book.write(connection)

    def keep(self) -> None:
        """The batch was committed."""
        self._draft.keep()
        for book in self._books:
            book.keep()

    def take_back(self) -> None:
        """The batch was rolled back."""
        self._draft.take_back()
        for book in self._books:
            book.take_back()
