"""Opening a database, whichever it is, in the form that this version of the hub knows.

A SQLite database that is new or up to date is opened without SQLAlchemy and alembic: importing them takes longer than the rest
of the hub's start.
"""

from collections.abc import Callable
from datetime import datetime

from hub.errors import StoreError
from hub.store.archive import Archive
from hub.store.database import Connection
from hub.store.migrations import HEAD, head_sql
from hub.store.sqlite import SqliteConnection, SqliteFile, is_sqlite, open_sqlite

Opened = tuple[Connection, Callable[[], Archive]]


def open_database(url: str, busy_timeout: float, now: datetime) -> Opened:
    """Return the writer's connection, and what opens an archive beside it. Raises StoreError."""
    return _open_sqlite(url, busy_timeout, now) if is_sqlite(url) else _open_postgresql(url, busy_timeout)


def open_archive(url: str, busy_timeout: float = 5.0) -> Archive:
    """Open a database to be read alone, also beside the hub that writes it. Raises StoreError."""
    from hub.store.queries import SqlArchive

    if not is_sqlite(url):
        from hub.store.engine import postgresql_engine

        return SqlArchive(postgresql_engine(url))
    from hub.store.engine import sqlite_engine

    file = SqliteFile.at(url, busy_timeout)
    if file.path is None or not file.path.exists():
        raise StoreError(f"there is no database at {file.path}")
    return SqlArchive(sqlite_engine(file))


def _open_sqlite(url: str, busy_timeout: float, now: datetime) -> Opened:
    file = SqliteFile.at(url, busy_timeout)
    connection = open_sqlite(file, now)
    try:
        _bring_to_head(connection, file)
    except BaseException:
        connection.close()
        raise

    def open_archive() -> Archive:
        from hub.store.engine import sqlite_engine
        from hub.store.queries import SqlArchive

        return SqlArchive(sqlite_engine(file))

    return connection, open_archive


def _bring_to_head(connection: SqliteConnection, file: SqliteFile) -> None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables:
        connection.script(f"BEGIN IMMEDIATE;\n{head_sql()}COMMIT;")
        return
    if "alembic_version" not in tables:
        raise StoreError(f"{file.path} is a database, but not a hub's: name another file")
    if connection.execute("SELECT version_num FROM alembic_version") == [(HEAD,)]:
        return
    from hub.store.engine import sqlite_engine
    from hub.store.upgrade import upgrade

    engine = sqlite_engine(file)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def _open_postgresql(url: str, busy_timeout: float) -> Opened:
    from hub.store.engine import postgresql_engine
    from hub.store.postgresql import PostgresConnection
    from hub.store.queries import SqlArchive
    from hub.store.upgrade import upgrade

    engine = postgresql_engine(url)
    try:
        upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return PostgresConnection(engine, busy_timeout), lambda: SqlArchive(engine)
