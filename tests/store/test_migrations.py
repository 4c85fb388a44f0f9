"""Every way to a database of today leads to the same tables."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from hub.clock import SimulatedClock
from hub.errors import StoreError
from hub.store import Store, records
from hub.store.database import Bulk
from hub.store.engine import sqlite_engine
from hub.store.migrations import HEAD, folder, head_sql
from hub.store.schema import States
from hub.store.sqlite import SqliteFile
from hub.store.upgrade import upgrade, version_of


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = sqlite_engine(SqliteFile.at(url, busy_timeout=1))
    yield engine
    engine.dispose()


def tables(path: Path) -> dict[str, str]:
    with sqlite3.connect(path) as database:
        rows = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
        return {name: " ".join(sql.split()) for name, sql in rows}


def config() -> Config:
    settings = Config()
    settings.set_main_option("script_location", str(folder()))
    return settings


def test_the_steps_lead_to_the_head() -> None:
    """One line without forks, and `HEAD` is its end."""
    assert ScriptDirectory.from_config(config()).get_heads() == [HEAD]


async def test_the_short_cut_makes_what_the_steps_make(path: Path, engine: Engine, url: str, tmp_path: Path) -> None:
    """`head.sql` must be written anew with every step: dump `sqlite_master` of an upgraded database."""
    upgrade(engine)
    async with Store.open(f"sqlite:///{tmp_path}/short.db", clock=SimulatedClock()):
        pass

    assert tables(tmp_path / "short.db") == tables(path)
    assert HEAD in head_sql()


def test_the_steps_make_what_the_models_say(engine: Engine) -> None:
    """A changed model without a step is found here."""
    upgrade(engine)

    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), States.metadata) == []


def test_what_is_written_by_the_many_fits_the_models() -> None:
    """Names of tables and columns."""
    bulks = [value for value in vars(records).values() if isinstance(value, Bulk)]

    assert len(bulks) == 10
    for bulk in bulks:
        columns = States.metadata.tables[bulk.table].columns
        given = {column.name for column in columns} - set(bulk.names)
        assert set(bulk.names) <= {column.name for column in columns}
        assert given <= {"id"}, "only an id may be left to the database"


async def test_an_older_database_is_brought_to_the_head(engine: Engine, url: str) -> None:
    """Here from the state before the first step, where only alembic's own table is."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")

    async with Store.open(url, clock=SimulatedClock()) as store:
        assert await store.last_states() == {}

    assert version_of(engine) == HEAD


async def test_a_later_database_is_refused(engine: Engine, url: str) -> None:
    """An older hub must not write into it."""
    upgrade(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match="later hub"):
        async with Store.open(url, clock=SimulatedClock()):
            pass


def test_a_step_that_fails_leaves_everything_as_it_was(engine: Engine, path: Path) -> None:
    """Also what it had already done."""
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("CREATE TABLE states (mine integer)")

    with pytest.raises(StoreError):
        upgrade(engine)

    assert set(tables(path)) == {"alembic_version", "states"}


def test_steps_can_be_taken_back(engine: Engine, path: Path) -> None:
    """Down to nothing, and up again."""
    upgrade(engine)
    there = tables(path)
    settings = config()

    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "base")
    assert set(tables(path)) == {"alembic_version"}

    upgrade(engine)
    assert tables(path) == there
