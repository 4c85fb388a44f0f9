"""Writing a capture: a line for each advertisement of somebody who is followed, readable by nobody but the hub's user."""

import asyncio
import os
from collections import deque
from pathlib import Path
from typing import Final

from hub.api import PluginError
from hub_airpods_ble.sighting import Sighting, write_line

_MOST_WAITING: Final = 10_000


class Recording:
    """A file of at most `limit` bytes; the one before it is kept with the ending `.1`."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._waiting: deque[Sighting] = deque(maxlen=_MOST_WAITING)

    def add(self, sighting: Sighting) -> None:
        """Take an advertisement; `write` writes it."""
        self._waiting.append(sighting)

    async def write(self) -> None:
        """Write what waits. Raises PluginError when the disk does not take it."""
        waiting = list(self._waiting)
        self._waiting.clear()
        if waiting:
            await asyncio.to_thread(self._append, "".join(f"{write_line(sighting)}\n" for sighting in waiting))

    def _append(self, text: str) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            number = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            with os.fdopen(number, "a", encoding="utf-8") as file:
                file.write(text)
                size = file.tell()
            if size >= self._limit:
                self._path.replace(f"{self._path}.1")
        except OSError as error:
            raise PluginError(f"the recording cannot be written: {error.strerror or error}") from error
