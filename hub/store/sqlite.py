"""SQLite, by the driver that Python has: the writer's connection, and what readers need to open their own."""

import logging
import os
import sqlite3
import sys
import uuid
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import orjson

from hub.errors import StoreError
from hub.store.database import Bulk, Refused, Row, Unavailable, Value

_log = logging.getLogger(__name__)
_PREFIX = "sqlite:"
_CHECKED_SIZE = 16 * 2**20  # bytes; checking every page of a larger file would hold up the start
_FILES = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """Where a database lies: a file, or a name in memory that lasts as long as a connection."""

    path: Path | None
    address: str
    """What the driver opens, as a URI."""
    busy_timeout: float
    """Seconds to wait for somebody else's lock."""

    @classmethod
    def at(cls, url: str, busy_timeout: float) -> "SqliteFile":
        """Read a URL: `sqlite:///relative/path`, `sqlite:////absolute/path`, or `sqlite://` for memory."""
        name = url.removeprefix(_PREFIX).removeprefix("//").removeprefix("/").partition("?")[0]
        if name in ("", ":memory:"):
            return cls(None, f"file:hub-{uuid.uuid4().hex}?mode=memory&cache=shared", busy_timeout)
        path = Path(name).absolute()
        return cls(path, path.as_uri(), busy_timeout)

    def connect(self) -> sqlite3.Connection:
        """Open a connection of one's own, for any one thread at a time."""
        connection = sqlite3.connect(
            self.address, timeout=self.busy_timeout, isolation_level=None, check_same_thread=False, uri=True
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA foreign_keys=ON")
            if self.path is None:
                # Connections that share a database in memory would lock each other's tables.
                connection.execute("PRAGMA read_uncommitted=ON")
        except BaseException:
            connection.close()
            raise
        return connection


def is_sqlite(url: str) -> bool:
    """Tell whether the URL names a SQLite database."""
    return url.startswith(_PREFIX)


def open_sqlite(file: SqliteFile, now: datetime) -> "SqliteConnection":
    """Open the writer's connection; a file that is no sound database is moved aside and a new one begun. Raises StoreError."""
    try:
        if file.path is not None:
            file.path.parent.mkdir(parents=True, exist_ok=True)
            file.path.touch(mode=0o600)
        with ExitStack() as claims:
            claims.enter_context(_claimed(file))
            return SqliteConnection(_open(file, now), claims.pop_all())
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"the database {file.path} cannot be opened: {error}") from error


@contextmanager
def _claimed(file: SqliteFile) -> Generator[None, None, None]:
    """Hold the database for this hub: the numbers that a second one gave to rows would be the same."""
    if file.path is None or sys.platform == "win32":
        yield
        return
    import fcntl

    # A file of its own: closing any handle of the database itself would drop SQLite's own locks.
    with Path(f"{file.path}.lock").open("w") as claim:
        try:
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"another hub uses the database {file.path}") from error
        yield


def _open(file: SqliteFile, now: datetime) -> sqlite3.Connection:
    try:
        return _sound(file)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        _move_aside(file, now, error)
        return file.connect()


def _sound(file: SqliteFile) -> sqlite3.Connection:
    connection = file.connect()
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if file.path is not None and file.path.stat().st_size <= _CHECKED_SIZE:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
    except BaseException:
        connection.close()
        raise
    return connection


def _move_aside(file: SqliteFile, now: datetime, error: Exception) -> None:
    if file.path is None:
        raise error
    aside = f"{file.path}.broken-{now:%Y%m%dT%H%M%S}"
    for suffix in _FILES:
        with suppress(FileNotFoundError):
            os.replace(f"{file.path}{suffix}", f"{aside}{suffix}")  # noqa: PTH105  # suffixes are no parts of a path
    _log.error("The database %s is broken (%s). It was moved to %s, and a new one is begun.", file.path, error, aside)
    file.path.touch(mode=0o600)


class SqliteConnection:
    """The writer's connection. Rows travel as one JSON text.

    The driver lets go of Python's lock for each statement; beside a busy loop, a statement per row is fifty times slower.
    """

    def __init__(self, connection: sqlite3.Connection, claims: ExitStack) -> None:
        self._connection = connection
        self._claims = claims
        # A batch touches a page of the index for each entity: keep those in memory, and do not copy them to the file every time.
        self._connection.execute("PRAGMA cache_size=-32768")  # kibibytes
        self._connection.execute("PRAGMA wal_autocheckpoint=8000")  # pages
        self._connection.execute("PRAGMA journal_size_limit=67108864")  # bytes
        self._durable = True  # SQLite's own default

    def begin(self, *, durable: bool) -> None:
        """Start a transaction."""
        with _translated():
            if durable is not self._durable:
                self._connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            self._connection.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Keep what was done since `begin`."""
        with _translated():
            self._connection.execute("COMMIT")

    def rollback(self) -> None:
        """Take back what was done since `begin`."""
        with suppress(sqlite3.Error):
            self._connection.rollback()

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        with _translated():
            return self._connection.execute(sql, parameters).fetchall()

    def script(self, sql: str) -> None:
        """Run many statements."""
        with _translated():
            self._connection.executescript(sql)

    def insert(self, bulk: Bulk, rows: Sequence[Sequence[Value]]) -> None:
        """Write all rows in one statement."""
        with _translated():
            self._connection.execute(_insertion(bulk), (orjson.dumps(rows).decode(),))

    def delete(self, table: str, row_ids: Sequence[int]) -> None:
        """Delete the rows with these ids in one statement."""
        sql = f"DELETE FROM {table} WHERE id IN (SELECT value FROM json_each(?))"
        self.execute(sql, (orjson.dumps(row_ids).decode(),))

    def close(self) -> None:
        """Let go of the database."""
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA optimize")
        self._connection.close()
        self._claims.close()


@cache
def _insertion(bulk: Bulk) -> str:
    values = ", ".join(f"json_extract(value, '$[{position}]')" for position in range(len(bulk.columns)))
    return bulk.statement(f"SELECT {values} FROM json_each(?) WHERE true")


@contextmanager
def _translated() -> Generator[None, None, None]:
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError) as error:
        raise Refused(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise Unavailable(str(error)) from error
    except (TypeError, ValueError, OverflowError) as error:  # a text or number that SQLite cannot hold
        raise Refused(str(error)) from error
