"""What the plugin remembers over restarts: which files it has, what they held, and how much it was."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hub.api import Memory
from hub_ftp.changes import Taken
from hub_ftp.metrics.extract import Measured

_FILE, _READING, _TOTALS = "file:", "reading:", "totals"


@dataclass(frozen=True, slots=True)
class Totals:
    """How much was copied since the instance was first started."""

    files: int = 0
    bytes: int = 0
    rejected_rows: int = 0
    last_file: float | None = None
    """When a file last arrived or changed, in seconds since 1970."""

    def plus(self, size: int, rejected: int, at: float) -> "Totals":
        """Count one more file."""
        return Totals(self.files + 1, self.bytes + size, self.rejected_rows + rejected, at)


@dataclass(frozen=True, slots=True)
class Known:
    """The present value of one sensor."""

    value: Measured
    at: datetime
    """When it was measured."""
    path: str
    """The file that said so."""


class Cursor:
    """The durable state of one instance. What is handed to `save` is kept as a whole or not at all."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.files = {key.removeprefix(_FILE): Taken(**value) for key, value in memory.items(_FILE).items()}
        self.readings = {key.removeprefix(_READING): _reading(value) for key, value in memory.items(_READING).items()}
        self.totals = Totals(**memory.get(_TOTALS, {}))

    async def save(self, files: Mapping[str, Taken], readings: Mapping[str, Known], totals: Totals) -> None:
        """Remember files that were taken with all that follows from them; returns when it is on disk. Raises HubError."""
        changes: dict[str, Any] = {f"{_FILE}{path}": asdict(taken) for path, taken in files.items()}
        for key, known in readings.items():
            changes[f"{_READING}{key}"] = {"value": known.value, "at": known.at.timestamp(), "path": known.path}
        changes[_TOTALS] = asdict(totals)
        await self._memory.put(changes)
        self.files.update(files)
        self.readings.update(readings)
        self.totals = totals

    async def touch(self, files: Mapping[str, Taken]) -> None:
        """Remember that known files look otherwise in listings, such as when LIST turns to years. Raises HubError."""
        if files:
            await self._memory.put({f"{_FILE}{path}": asdict(taken) for path, taken in files.items()})
            self.files.update(files)

    async def forget(self, paths: Iterable[str]) -> None:
        """Forget files that are gone from the server. Raises HubError."""
        gone = list(paths)
        if gone:
            await self._memory.put({f"{_FILE}{path}": None for path in gone})
        for path in gone:
            self.files.pop(path, None)


def with_listing(taken: Taken, listed: float | None, precision: float) -> Taken:
    """Return the same file as the listing shows it now."""
    return replace(taken, listed=listed, precision=precision)


def _reading(value: Mapping[str, Any]) -> Known:
    return Known(value["value"], datetime.fromtimestamp(value["at"], UTC), value["path"])
