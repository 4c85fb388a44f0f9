"""How databases of earlier versions become those of today: alembic's steps, and `head.sql`, where they lead."""

from importlib.resources import files
from pathlib import Path
from typing import Final

HEAD: Final = "0001"
"""The last step."""


def head_sql() -> str:
    """Return the SQL that makes a new SQLite database as all steps together would."""
    return (files(__name__) / "head.sql").read_text()


def folder() -> Path:
    """Return where alembic finds the steps."""
    return Path(__file__).parent
