"""Taking alembic's steps. Imported only when there are any to take."""

import logging

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine, exc, inspect, text

from hub.errors import StoreError
from hub.store.migrations import HEAD, folder

_log = logging.getLogger(__name__)


def version_of(engine: Engine) -> str | None:
    """Return the last step that the database took, or None when it is new."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(engine: Engine) -> None:
    """Bring the database to the head, or leave it as it was. Raises StoreError."""
    config = Config()
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    try:
        version = version_of(engine)
        if version == HEAD:
            return
        if version is not None:
            _known(config, version)
            _log.info("The database is brought from version %s to %s.", version, HEAD)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (exc.SQLAlchemyError, CommandError) as error:
        raise StoreError(f"the database cannot be brought to version {HEAD}: {error}") from error


def _known(config: Config, version: str) -> None:
    try:
        ScriptDirectory.from_config(config).get_revision(version)
    except CommandError as error:
        raise StoreError(
            f"the database was written by a later hub (its version is {version}, this hub knows {HEAD}): install that one"
        ) from error
