"""SQLAlchemy's engines, for reading and for alembic. Importing this costs the better part of a second, so it is done late."""

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.pool import QueuePool

from hub.errors import StoreError
from hub.store.sqlite import SqliteFile


def sqlite_engine(file: SqliteFile) -> Engine:
    """Make an engine on a SQLite database that is there."""
    engine = create_engine("sqlite://", creator=file.connect, poolclass=QueuePool, pool_size=2)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # The driver itself begins no transaction before it changes a table, so a half-done migration would stay.
        connection.exec_driver_sql("BEGIN")

    return engine


def postgresql_engine(url: str) -> Engine:
    """Make an engine on a PostgreSQL database; nothing is connected yet. Raises StoreError."""
    if url.startswith("postgresql://"):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    except ImportError as error:
        raise StoreError("PostgreSQL needs a driver; try: pip install 'integration-hub[postgresql]'") from error
    except exc.SQLAlchemyError as error:
        raise StoreError(f"the store's URL cannot be used: {error}") from error
