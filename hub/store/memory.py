"""What the instances of plugins remember."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from hub.errors import StoreError
from hub.store.database import Connection
from hub.store.records import MEMORY
from hub.store.writer import Writer

_FORGET = "DELETE FROM memory WHERE instance = ? AND key = ?"


class StoredMemory:
    """One instance's values, all in memory as JSON, and on the disk."""

    def __init__(self, writer: Writer, instance: str, values: dict[str, str]) -> None:
        self._writer = writer
        self._instance = instance
        self._values = values

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value kept under the key."""
        text = self._values.get(key)
        return default if text is None else orjson.loads(text)

    def items(self, prefix: str = "") -> Mapping[str, Any]:
        """Return all keys with this prefix and their values."""
        return {key: orjson.loads(text) for key, text in self._values.items() if key.startswith(prefix)}

    async def put(self, changes: Mapping[str, Any]) -> None:
        """Keep all these values, or none of them, after all that was recorded before. None forgets a key. Raises StoreError."""
        texts = {key: None if value is None else _encode(key, value) for key, value in changes.items()}
        saving = self._writer.submit(self._saving(texts), after_records=True)
        saving.add_done_callback(lambda done: self._learn(texts) if done.exception() is None else None)
        await asyncio.shield(saving)  # a caller that goes away does not undo what is being kept

    def _learn(self, texts: Mapping[str, str | None]) -> None:
        for key, text in texts.items():
            if text is None:
                self._values.pop(key, None)
            else:
                self._values[key] = text

    def _saving(self, texts: Mapping[str, str | None]) -> Callable[[Connection], None]:
        def save(connection: Connection) -> None:
            connection.insert(MEMORY, [(self._instance, key, text) for key, text in texts.items() if text is not None])
            for key, text in texts.items():
                if text is None:
                    connection.execute(_FORGET, (self._instance, key))

        return save


def load_memory(connection: Connection, instance: str) -> dict[str, str]:
    """Read all values of an instance, as JSON."""
    return dict(connection.execute("SELECT key, value FROM memory WHERE instance = ? ORDER BY key", (instance,)))


def _encode(key: str, value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError as error:
        raise StoreError(f"the value of {key!r} cannot be kept: {error}") from error
