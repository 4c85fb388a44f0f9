"""What the writer asks of a database, whichever it is.

SQL is written once, in what SQLite and PostgreSQL have in common, with `?` for parameters. Reading that is not needed to start
goes through SQLModel instead (see `queries`).
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from hub.errors import StoreError

Value = str | int | float | None
Row = tuple[Any, ...]


class Unavailable(StoreError):
    """The database takes nothing at the moment: it is locked, full or gone. Trying again later may help."""


class Refused(StoreError):
    """The database does not take this, now or later."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """A table into which many rows are written at once."""

    table: str
    columns: tuple[tuple[str, str], ...]
    """Names and SQL types."""
    key: tuple[str, ...] = ()
    """The columns by which a row replaces an earlier one."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(name for name, _ in self.columns)

    def statement(self, source: str) -> str:
        """Return SQL that inserts what `source` selects."""
        head = f"INSERT INTO {self.table} ({', '.join(self.names)}) {source}"  # names are our own
        if not self.key:
            return head
        changes = ", ".join(f"{name} = excluded.{name}" for name in self.names if name not in self.key)
        return f"{head} ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {changes}"


class Connection(Protocol):
    """One connection, used by one thread at a time. Everything raises Unavailable or Refused."""

    def begin(self, *, durable: bool) -> None:
        """Start a transaction; a durable one is on the disk when `commit` returns, another survives at least our own death."""

    def commit(self) -> None:
        """Keep what was done since `begin`."""

    def rollback(self) -> None:
        """Take back what was done since `begin`. Never raises."""

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """Run one statement and return its rows."""

    def insert(self, bulk: Bulk, rows: Sequence[Sequence[Value]]) -> None:
        """Write all rows in one statement."""

    def delete(self, table: str, row_ids: Sequence[int]) -> None:
        """Delete the rows with these ids in one statement."""

    def close(self) -> None:
        """Let go of the database. Never raises."""


@contextmanager
def transaction(connection: Connection, *, durable: bool) -> Generator[None, None, None]:
    """Do everything inside, or nothing."""
    connection.begin(durable=durable)
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
