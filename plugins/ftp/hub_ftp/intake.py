"""What follows when files are in the lake: events, metrics, the cursor.

The order is: copy renamed into place, events told, cursor saved. A crash before the cursor is saved repeats the events and not
the download: the copy is found in the lake with its size and time and is taken as it is. So every file is told at least once, and
every file, byte and rejected row is counted exactly once, since the counts are saved together with the cursor.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hub.api import Hub
from hub_ftp.board import Board
from hub_ftp.changes import Taken, stamp
from hub_ftp.config import FtpConfig
from hub_ftp.cursor import Cursor, Known
from hub_ftp.events import FileArrived, FileChanged, RowsRejected
from hub_ftp.lake import Lake, LakeError
from hub_ftp.listing import Entry
from hub_ftp.metrics.extract import Extract, extract
from hub_ftp.patterns import Globs
from hub_ftp.transfer import Copy

_LARGEST = 64 * 1024 * 1024  # bytes of a file that is read for metrics
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Arrival:
    """A copy, and how its file looks in the listing."""

    copy: Copy
    listed: Entry


class Intake:
    """Tells what arrived, once the copies are in place."""

    def __init__(self, hub: Hub, config: FtpConfig, lake: Lake, cursor: Cursor, board: Board) -> None:
        self._hub = hub
        self._config = config
        self._lake = lake
        self._cursor = cursor
        self._board = board
        self._mappings = [(Globs((mapping.pattern,)), mapping) for mapping in config.metrics]

    async def take(self, arrivals: Sequence[Arrival]) -> None:
        """Read metrics, tell, show, and save the cursor. Raises HubError when it cannot be saved; then all of it comes again."""
        files: dict[str, Taken] = {}
        readings: dict[str, Known] = {}
        totals = self._cursor.totals
        for arrival in arrivals:
            entry = arrival.copy.entry
            before = self._cursor.files.get(entry.path)
            results = await self._read(entry.path, _reported_to(entry, before))
            rejected = sum(result.rejected for result in results)
            totals = totals.plus(entry.size or 0, rejected, self._hub.clock.time())
            files[entry.path] = self._taken(arrival, max((result.last_line for result in results), default=0))
            readings |= self._winners(entry.path, entry.modified, results, readings)
            self._tell(arrival.copy, before)
            if rejected:
                rows = self._complain(entry.path, results, rejected)
                self._board.show_rejected(rows, totals)
        self._board.show_readings(readings)
        self._board.show_totals(totals)
        await self._cursor.save(files, readings, totals)

    async def read_again(self) -> None:
        """Fill sensors that nothing is known of (a mapping is new) from copies in the lake, newest first. Raises HubError."""
        wanted = {sensor.key for mapping in self._config.metrics for sensor in mapping.sensors} - self._cursor.readings.keys()
        readings: dict[str, Known] = {}
        newest_first = sorted(self._cursor.files.items(), key=lambda item: item[1].modified or 0.0, reverse=True)
        for path, taken in newest_first:
            if not wanted - readings.keys():
                break
            modified = None if taken.modified is None else datetime.fromtimestamp(taken.modified, UTC)
            results = await self._read(path, reported_to=taken.lines)
            readings |= {key: known for key, known in self._winners(path, modified, results, readings).items() if key in wanted}
        if readings:
            self._board.show_readings(readings)
            await self._cursor.save({}, readings, self._cursor.totals)

    async def _read(self, path: str, reported_to: int) -> list[Extract]:
        mappings = [mapping for globs, mapping in self._mappings if globs.match(path.removeprefix("/"))]
        if not mappings:
            return []
        now = self._hub.clock.now()

        def read() -> list[Extract]:
            content = self._lake.read(path, _LARGEST)
            return [extract(content, mapping, now, reported_to) for mapping in mappings]

        try:
            return await asyncio.to_thread(read)
        except LakeError as error:
            self._hub.log.warning("no metrics from %s: %s", path, error)
            return []

    def _winners(
        self, path: str, modified: datetime | None, results: Sequence[Extract], so_far: Mapping[str, Known]
    ) -> dict[str, Known]:
        winners: dict[str, Known] = {}
        for key, reading in (item for result in results for item in result.readings.items()):
            at = reading.at or modified or self._hub.clock.now()
            present = so_far.get(key) or self._cursor.readings.get(key)
            # The same file may correct itself: what it says last is right, also when it takes rows back.
            if present is None or at >= present.at or present.path == path:
                winners[key] = Known(reading.value, at, path)
        return winners

    def _taken(self, arrival: Arrival, lines: int) -> Taken:
        entry, listed = arrival.copy.entry, arrival.listed
        return Taken(
            size=entry.size or 0,
            modified=stamp(entry),
            listed=stamp(listed),
            precision=listed.precision,
            at=self._hub.clock.time(),
            lines=lines,
        )

    def _tell(self, copy: Copy, before: Taken | None) -> None:
        server, entry, size = self._config.server, copy.entry, copy.entry.size or 0
        path, local, modified = entry.path, str(copy.local), entry.modified
        if before is None:
            self._hub.emit(FileArrived(server=server, path=path, local=local, size=size, modified=modified))
        else:
            grown = size - before.size
            self._hub.emit(FileChanged(server=server, path=path, local=local, size=size, modified=modified, grown=grown))

    def _complain(self, path: str, results: Sequence[Extract], count: int) -> list[str]:
        name = path.rpartition("/")[2]
        rows = [f"{name}:{row.line}: {row.reason}" for result in results for row in result.shown][:_SHOWN]
        self._hub.log.warning("rows of %s that cannot be read: %d, the first: %s", path, count, rows[0])
        self._hub.emit(RowsRejected(server=self._config.server, path=path, count=count, rows=tuple(rows)))
        return rows


def _reported_to(entry: Entry, before: Taken | None) -> int:
    # A file that became shorter is another file: its rows are new.
    return 0 if before is None or (entry.size or 0) < before.size else before.lines
