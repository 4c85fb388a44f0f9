"""PostgreSQL, by SQLAlchemy and psycopg: the writer's connection. Imported only when the URL asks for it."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from functools import cache

import orjson
from sqlalchemy import Connection as AlchemyConnection
from sqlalchemy import Engine, exc

from hub.store.database import Bulk, Refused, Row, Unavailable, Value

_WRITER_LOCK = 0x487562  # any number, the same in every hub


class PostgresConnection:
    """The writer's connection; one that was lost is made anew by the next `begin`. Rows travel as one JSON text."""

    def __init__(self, engine: Engine, busy_timeout: float) -> None:
        self._engine = engine
        self._lock_timeout = f"{int(busy_timeout * 1000)}ms"
        self._connection: AlchemyConnection | None = None

    def begin(self, *, durable: bool) -> None:  # noqa: ARG002  # a server may crash while we live: every commit is durable
        """Start a transaction."""
        with self._translated():
            if self._connection is None:
                self._connection = self._connect()
            self._connection.begin()

    def commit(self) -> None:
        """Keep what was done since `begin`."""
        with self._translated():
            if self._connection is not None:
                self._connection.commit()

    def rollback(self) -> None:
        """Take back what was done since `begin`."""
        if self._connection is not None:
            with suppress(exc.SQLAlchemyError):
                self._connection.rollback()

    def execute(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        """Run one statement and return its rows."""
        with self._translated():
            return self._run(sql.replace("?", "%s"), parameters)

    def insert(self, bulk: Bulk, rows: Sequence[Sequence[Value]]) -> None:
        """Write all rows in one statement."""
        with self._translated():
            self._run(_insertion(bulk), (orjson.dumps(rows).decode(),))

    def delete(self, table: str, row_ids: Sequence[int]) -> None:
        """Delete the rows with these ids in one statement."""
        with self._translated():
            self._run(
                f"DELETE FROM {table} WHERE id IN (SELECT value::bigint FROM json_array_elements_text(%s::json))",
                (orjson.dumps(row_ids).decode(),),
            )

    def close(self) -> None:
        """Let go of the database."""
        self._drop()
        self._engine.dispose()

    def _connect(self) -> AlchemyConnection:
        connection = self._engine.connect()
        connection.exec_driver_sql(f"SET lock_timeout = '{self._lock_timeout}'")
        free = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (_WRITER_LOCK,)).scalar_one()
        connection.commit()
        if not free:
            connection.close()
            raise Unavailable("another hub writes to this database")
        return connection

    def _drop(self) -> None:
        if self._connection is not None:
            # A connection that goes back to the pool would keep the writer's lock.
            with suppress(exc.SQLAlchemyError):
                self._connection.invalidate()
            with suppress(exc.SQLAlchemyError):
                self._connection.close()
        self._connection = None

    def _run(self, sql: str, parameters: Sequence[Value] = ()) -> list[Row]:
        if self._connection is None:
            raise Unavailable("not connected")
        result = self._connection.exec_driver_sql(sql, tuple(parameters))
        return [tuple(row) for row in result] if result.returns_rows else []

    @contextmanager
    def _translated(self) -> Generator[None, None, None]:
        try:
            yield
        except (exc.IntegrityError, exc.DataError, exc.ProgrammingError) as error:
            raise Refused(str(error.orig)) from error
        except exc.DBAPIError as error:
            if error.connection_invalidated:
                self._drop()
            raise Unavailable(str(error.orig)) from error
        except exc.SQLAlchemyError as error:
            self._drop()
            raise Unavailable(str(error)) from error
        except (TypeError, ValueError, OverflowError) as error:
            raise Refused(str(error)) from error


@cache
def _insertion(bulk: Bulk) -> str:
    values = ", ".join(f"(value->>{position})::{kind}" for position, (_, kind) in enumerate(bulk.columns))
    return bulk.statement(f"SELECT {values} FROM json_array_elements(%s::json)")
