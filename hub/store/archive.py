"""What can be asked of the past, whoever answers."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State
from hub.store.records import Trace

T = TypeVar("T")


class Archive(Protocol):
    """Reads what was written; times are seconds since 1970 (UTC). Calls block and raise StoreError."""

    def history(self, entity_ids: Sequence[EntityId], start: float, end: float, minimal: bool) -> dict[EntityId, list[State]]:
        """Read what the entities were from `start` on until before `end`, beginning with what they were at `start`."""

    def events(self, types: Sequence[str] | None, start: float, end: float, limit: int) -> list[Event]:
        """Read what happened from `start` on until before `end`: at most the newest `limit` events, in order of time."""

    def entities(self) -> list[EntityId]:
        """Read which entities were ever recorded."""

    def traces(self, automation: str, limit: int) -> list[Trace]:
        """Read the last runs of an automation, the newest first."""

    def close(self) -> None:
        """Let go of the database."""


class Reader:
    """Asks an archive in threads of its own; the archive is opened by the first question."""

    def __init__(self, open_archive: Callable[[], Archive]) -> None:
        self._open_archive = open_archive
        self._archive: Archive | None = None
        self._threads = ThreadPoolExecutor(2, "store-reader")

    async def ask(self, question: Callable[[Archive], T]) -> T:
        """Return the answer. Raises StoreError."""
        loop = asyncio.get_running_loop()
        if self._archive is None:
            archive = await loop.run_in_executor(self._threads, self._open_archive)
            if self._archive is None:
                self._archive = archive
            else:  # two first questions at once
                archive.close()
        return await loop.run_in_executor(self._threads, question, self._archive)

    async def close(self) -> None:
        """Let go of the threads and the archive."""
        await asyncio.to_thread(self._threads.shutdown)
        if self._archive is not None:
            self._archive.close()
