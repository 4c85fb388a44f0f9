"""The transfers of one look, a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

from hub.api import HubError, NotConnected, PluginError
from hub_ftp.changes import Taken, is_same, stamp
from hub_ftp.connection import Connection
from hub_ftp.cursor import with_listing
from hub_ftp.intake import Arrival
from hub_ftp.lake import Lake
from hub_ftp.listing import Entry, Fault
from hub_ftp.pool import Pool
from hub_ftp.transfer import Copy, StillChanging, fetch

_BATCH = 50  # files between two saves of the cursor

Accept = Callable[[Sequence[Arrival]], Awaitable[None]]


class Copying:
    """Copies files that are ready; what becomes of each is told in `problems`, `alike` and `taken`."""

    def __init__(self, pool: Pool, lake: Lake, known: Mapping[str, Taken], accept: Accept) -> None:
        self._pool = pool
        self._lake = lake
        self._known = known
        self._accept = accept
        self._done: list[Arrival] = []
        self._saving = asyncio.Lock()
        self._lost: NotConnected | None = None
        self.problems: list[Fault] = []
        self.alike: dict[str, Taken] = {}
        """Files that only look otherwise in the listing, and how they are to be remembered."""
        self.taken = 0

    async def run(self, ready: Sequence[Entry]) -> None:
        """Copy the files, as they are listed. Raises NotConnected when the server is lost; what was copied by then counts."""
        jobs = iter(ready)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._pool.limit, len(ready))):
                    group.create_task(self._work(jobs))
        finally:
            await self._save(at_least=1)
        if self._lost is not None:
            raise self._lost

    async def _work(self, jobs: Iterator[Entry]) -> None:
        for listed in jobs:
            if self._lost is not None:
                return
            copy = await self._copy(listed)
            if copy is not None:
                self._done.append(Arrival(copy, listed))
                await self._save(at_least=_BATCH)

    async def _copy(self, listed: Entry) -> Copy | None:
        borrowed = False
        try:
            async with self._pool.borrow() as connection:
                borrowed = True
                return await self._copy_through(connection, listed)
        except StillChanging:
            return None  # it stays pending
        except NotConnected as error:
            if not borrowed:
                self._lost = error
            self.problems.append(Fault(listed.path, str(error)))
        except PluginError as error:
            self.problems.append(Fault(listed.path, str(error)))
        return None

    async def _copy_through(self, connection: Connection, listed: Entry) -> Copy | None:
        entry = await exactly(connection, listed)
        before = self._known.get(entry.path)
        if before is not None and is_same(entry, before):
            self.alike[entry.path] = with_listing(before, stamp(listed), listed.precision)
            return None
        if self._lake.holds(entry):  # it was copied, and then there was a crash
            return Copy(entry, self._lake.locate(entry.path), 0)
        return await fetch(connection, self._lake, entry)

    async def _save(self, at_least: int) -> None:
        async with self._saving:
            if len(self._done) < at_least:
                return
            batch, self._done = self._done, []
            try:
                await self._accept(batch)
            except HubError as error:
                self.problems.append(Fault("", f"what was copied cannot be remembered: {error}"))
            else:
                self.taken += len(batch)


async def exactly(connection: Connection, listed: Entry) -> Entry:
    """Return the file with its exact size and time, asking for them if the listing did not tell. Raises Refused, NotConnected."""
    if listed.precision <= 1.0 and listed.size is not None and listed.modified is not None:
        return listed
    return await connection.look_up(listed)
