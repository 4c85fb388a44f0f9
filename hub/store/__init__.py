"""What outlasts the process: history, registries, memories, traces and tokens. The only user of SQLModel and SQLAlchemy."""

from hub.store.archive import Archive
from hub.store.memory import StoredMemory
from hub.store.opening import open_archive
from hub.store.recorder import Recorder
from hub.store.records import Trace
from hub.store.retention import Purged
from hub.store.selection import Choice, Selection
from hub.store.store import Store
from hub.store.tokens import Token, Tokens
from hub.store.writer import Pace, Status

__all__ = [
    "Archive",
    "Choice",
    "Pace",
    "Purged",
    "Recorder",
    "Selection",
    "Status",
    "Store",
    "StoredMemory",
    "Token",
    "Tokens",
    "Trace",
    "open_archive",
]
