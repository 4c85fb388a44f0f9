"""One connected server: look, take what is ready, and look again."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.api import Hub, HubError, NotConnected, PluginError
from hub_ftp.board import Board
from hub_ftp.changes import Sighting, find_missing, is_doubtful, is_same, looks_known, sort_out, stamp
from hub_ftp.config import FtpConfig
from hub_ftp.connection import Connection
from hub_ftp.cursor import Cursor, with_listing
from hub_ftp.events import FileRemoved, SyncFailed
from hub_ftp.failures import Refused
from hub_ftp.intake import Arrival, Intake
from hub_ftp.lake import Lake
from hub_ftp.listing import Entry, Fault
from hub_ftp.pool import Pool
from hub_ftp.survey import survey
from hub_ftp.transfer import Copy, StillChanging, fetch

_BATCH = 50  # files between two saves of the cursor
_SHORTEST_WAIT = 0.5  # seconds between two looks
_SHOWN = 20
_KEPT_PARTIALS = 7 * 86400.0  # seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one look went."""

    taken: int
    pending: int
    removed: int
    problems: tuple[Fault, ...]


class Session:
    """Keeps the lake in step with one server; what actions work on."""

    def __init__(self, hub: Hub, config: FtpConfig, pool: Pool) -> None:
        self.config = config
        self.pool = pool
        self.lake = Lake(config.home)
        self.clock = hub.clock
        self._hub = hub
        self._cursor = Cursor(hub.memory)
        self._board = Board(hub, config)
        self._intake = Intake(hub, config, self.lake, self._cursor, self._board)
        self._sightings: dict[str, Sighting] = {}
        self._absent: set[str] = set()
        self._told: frozenset[Fault] = frozenset()
        self._looking = asyncio.Lock()
        self._next_ready: float | None = None

    async def begin(self) -> None:
        """Show what is remembered. Raises NotConnected when the server cannot be reached."""
        async with self.pool.borrow():
            pass
        await asyncio.to_thread(self.lake.sweep, _KEPT_PARTIALS, self._hub.clock.time())
        self._board.show_totals(self._cursor.totals)
        self._board.show_readings(self._cursor.readings)
        await self._intake.read_again()

    async def keep_looking(self) -> None:
        """Look again and again, sooner when a file may have become stable. Raises NotConnected when the server is lost."""
        while True:
            began = self._hub.clock.monotonic()
            await self.look()
            passed = self._hub.clock.monotonic() - began
            wait = self.config.scan_interval.total_seconds() - passed
            if self._next_ready is not None:
                wait = min(wait, max(self._next_ready, _SHORTEST_WAIT))
            await self._hub.clock.sleep(max(0.0, wait))

    async def look(self) -> Outcome:
        """List the folders, take what is ready and tell of it. Raises NotConnected when the server is lost."""
        async with self._looking:
            try:
                return await self._look()
            except (PluginError, OSError) as error:
                self._report([Fault("", str(error))])
                raise

    async def _look(self) -> Outcome:
        async with self.pool.borrow() as connection:
            found, problems = await survey(connection, self.config, self._hub.clock.now())
            listed = {entry.path: entry for entry in found.files}
            changed = await self._find_changed(connection, found.files, problems)
        waiting = sort_out(changed, self._sightings, self.config.stable_for.total_seconds(), self._hub.clock.monotonic())
        self._sightings, self._next_ready = dict(waiting.sightings), waiting.next_ready
        taken = await _Round(self, listed, problems).take(waiting.ready)
        removed = await self._forget_missing(find_missing(self._cursor.files, found.folders))
        outcome = Outcome(taken, len(self._sightings), removed, tuple(problems))
        self._board.show_look(self._hub.clock.now(), outcome.pending, problems)
        self._report(problems)
        return outcome

    async def accept(self, arrivals: Sequence[Arrival]) -> None:
        """Tell of copies and remember them. Raises HubError."""
        await self._intake.take(arrivals)
        for arrival in arrivals:
            self._sightings.pop(arrival.listed.path, None)

    async def _find_changed(self, connection: Connection, files: Sequence[Entry], problems: list[Fault]) -> list[Entry]:
        changed: list[Entry] = []
        alike = {}
        now = self._hub.clock.time()
        for entry in files:
            taken = self._cursor.files.get(entry.path)
            if taken is not None and looks_known(entry, taken) and not is_doubtful(entry, taken, now):
                continue
            try:
                exact = await _exactly(connection, entry)
            except Refused as refused:
                problems.append(Fault(entry.path, str(refused)))
                continue
            if taken is None or not is_same(exact, taken):
                changed.append(exact)
            elif not looks_known(entry, taken):
                alike[entry.path] = with_listing(taken, stamp(entry), entry.precision)
        await self._cursor.touch(alike)
        return changed

    async def _forget_missing(self, missing: set[str]) -> int:
        gone = sorted(missing & self._absent)
        self._absent = missing - set(gone)
        for path in gone:
            self._hub.emit(FileRemoved(server=self.config.server, path=path))
        await self._cursor.forget(gone)
        return len(gone)

    def _report(self, problems: Sequence[Fault]) -> None:
        present = frozenset(problems)
        if present and present != self._told:
            words = [f"{problem.path}: {problem.reason}" if problem.path else problem.reason for problem in problems[:_SHOWN]]
            self._hub.log.warning("%d problems, the first: %s", len(problems), words[0])
            self._hub.emit(SyncFailed(server=self.config.server, reason=words[0], problems=tuple(words)))
        self._told = present


class _Round:
    """The transfers of one look, a few at a time."""

    def __init__(self, session: Session, listed: dict[str, Entry], problems: list[Fault]) -> None:
        self._session = session
        self._listed = listed
        self._problems = problems
        self._done: list[Arrival] = []
        self._taken = 0
        self._saving = asyncio.Lock()
        self._lost: NotConnected | None = None

    async def take(self, ready: Sequence[Entry]) -> int:
        """Copy the files; the answer is how many. Raises NotConnected when the server is lost."""
        jobs = iter(ready)
        workers = min(self._session.config.connections, len(ready))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(workers):
                    group.create_task(self._work(jobs))
        finally:
            await self._save(at_least=1)
        if self._lost is not None:
            raise self._lost
        return self._taken

    async def _work(self, jobs: Iterator[Entry]) -> None:
        for entry in jobs:
            if self._lost is not None:
                return
            if self._session.lake.holds(entry):  # copied already, and then there was a crash
                copy = Copy(entry, self._session.lake.locate(entry.path), 0)
            elif (fetched := await self._fetch(entry)) is not None:
                copy = fetched
            else:
                continue
            self._done.append(Arrival(copy, self._listed[entry.path]))
            await self._save(at_least=_BATCH)

    async def _fetch(self, entry: Entry) -> Copy | None:
        borrowed = False
        try:
            async with self._session.pool.borrow() as connection:
                borrowed = True
                return await fetch(connection, self._session.lake, entry)
        except StillChanging:
            return None  # it stays pending
        except NotConnected as error:
            if not borrowed:
                self._lost = error
            self._problems.append(Fault(entry.path, str(error)))
        except PluginError as error:
            self._problems.append(Fault(entry.path, str(error)))
        return None

    async def _save(self, at_least: int) -> None:
        async with self._saving:
            if len(self._done) < at_least:
                return
            batch, self._done = self._done, []
            try:
                await self._session.accept(batch)
            except HubError as error:
                self._problems.append(Fault("", f"what was copied cannot be remembered: {error}"))
            else:
                self._taken += len(batch)


async def _exactly(connection: Connection, entry: Entry) -> Entry:
    if entry.precision <= 1.0 and entry.size is not None and entry.modified is not None:
        return entry
    return await connection.look_up(entry)
