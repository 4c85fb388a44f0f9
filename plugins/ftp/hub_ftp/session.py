"""One connected server: look, take what is ready, and look again."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.api import Hub, HubError, PluginError
from hub_ftp.board import Board
from hub_ftp.changes import Sighting, Taken, find_missing, is_doubtful, is_same, looks_known, sort_out
from hub_ftp.config import FtpConfig
from hub_ftp.connection import Connection
from hub_ftp.copying import Copying, exactly
from hub_ftp.cursor import Cursor
from hub_ftp.events import FileRemoved, SyncFailed
from hub_ftp.failures import Refused
from hub_ftp.intake import Arrival, Intake
from hub_ftp.lake import Lake
from hub_ftp.listing import Entry, Fault
from hub_ftp.pool import Pool
from hub_ftp.survey import survey

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
        try:
            await self._intake.read_again()
        except HubError as error:  # the readings are shown, and read again next time
            self._hub.log.warning("what was read cannot be remembered: %s", error)

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
            changed = await self._find_changed(connection, found.files, problems)
        waiting = sort_out(changed, self._sightings, self.config.stable_for.total_seconds(), self._hub.clock.monotonic())
        self._sightings, self._next_ready = dict(waiting.sightings), waiting.next_ready
        copying = Copying(self.pool, self.lake, self._cursor.files, self._accept)
        await copying.run(waiting.ready)
        problems += copying.problems
        removed = await self._forget(copying.alike, find_missing(self._cursor.files, found.folders), problems)
        outcome = Outcome(copying.taken, len(self._sightings), removed, tuple(problems))
        self._board.show_look(self._hub.clock.now(), outcome.pending, problems)
        self._report(problems)
        return outcome

    async def _find_changed(self, connection: Connection, files: Sequence[Entry], problems: list[Fault]) -> list[Entry]:
        changed: list[Entry] = []
        now = self._hub.clock.time()
        for entry in files:
            taken = self._cursor.files.get(entry.path)
            if taken is None or not looks_known(entry, taken):
                changed.append(entry)
            elif is_doubtful(entry, taken, now) or entry.path in self._sightings:
                try:
                    if not is_same(await exactly(connection, entry), taken):
                        changed.append(entry)
                except Refused as refused:
                    problems.append(Fault(entry.path, str(refused)))
        return changed

    async def _accept(self, arrivals: Sequence[Arrival]) -> None:
        await self._intake.take(arrivals)
        for arrival in arrivals:
            self._sightings.pop(arrival.listed.path, None)

    async def _forget(self, alike: Mapping[str, Taken], missing: set[str], problems: list[Fault]) -> int:
        gone = sorted(missing & self._absent)
        self._absent = missing - set(gone)
        for path in alike:
            self._sightings.pop(path, None)
        for path in gone:
            self._hub.emit(FileRemoved(server=self.config.server, path=path))
        try:
            await self._cursor.touch(alike)
            await self._cursor.forget(gone)
        except HubError as error:
            problems.append(Fault("", f"what is gone cannot be forgotten: {error}"))
        return len(gone)

    def _report(self, problems: Sequence[Fault]) -> None:
        present = frozenset(problems)
        if present and present != self._told:
            words = [f"{problem.path}: {problem.reason}" if problem.path else problem.reason for problem in problems[:_SHOWN]]
            self._hub.log.warning("problems: %d, the first: %s", len(problems), words[0])
            self._hub.emit(SyncFailed(server=self.config.server, reason=words[0], problems=tuple(words)))
        self._told = present
