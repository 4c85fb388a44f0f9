"""One look at all the folders that are watched."""

from datetime import datetime

from hub_ftp.changes import Survey
from hub_ftp.config import Folder, FtpConfig
from hub_ftp.connection import Connection
from hub_ftp.failures import Refused
from hub_ftp.listing import Entry, Fault, Kind
from hub_ftp.patterns import Globs

_DEEPEST = 32  # folders in each other; a link to a folder above looks like a folder in itself on some servers
_MOST_FOLDERS = 10_000


async def survey(connection: Connection, config: FtpConfig, now: datetime) -> tuple[Survey, list[Fault]]:
    """List every watched folder; what cannot be listed is a fault, and the others go on. Raises NotConnected."""
    found, faults = Survey(), list[Fault]()
    for folder in config.folders:
        await _Walk(connection, config, folder, now).run(found, faults)
    # Two watched folders may overlap.
    found.files = list({entry.path: entry for entry in found.files}.values())
    return found, faults


def absolute(home: str, path: str) -> str:
    """Return the path from the root, without `/` at its end: the root itself is empty."""
    whole = path if path.startswith("/") else f"{home.rstrip('/')}/{path}"
    return "".join(f"/{part}" for part in whole.split("/") if part not in ("", "."))


class _Walk:
    """One watched folder and what is below it."""

    def __init__(self, connection: Connection, config: FtpConfig, folder: Folder, now: datetime) -> None:
        self._connection = connection
        self._ignored = Globs(config.ignore)
        self._wanted = Globs(folder.patterns)
        self._recursive = folder.recursive
        self._now = now
        self._root = absolute(connection.home, folder.path)

    async def run(self, found: Survey, faults: list[Fault]) -> None:
        """Add what there is to `found`."""
        waiting = [(self._root, 0)]
        while waiting:
            path, depth = waiting.pop()
            if len(found.folders) >= _MOST_FOLDERS or depth > _DEEPEST:
                faults.append(Fault(path or "/", "too many folders, or too deep"))
                continue
            try:
                listing = await self._connection.list_folder(path, self._now)
            except Refused as refused:
                faults.append(Fault(path or "/", str(refused)))
                continue
            faults += listing.faults
            found.folders[path] = frozenset(entry.name for entry in listing.entries)
            found.files += [entry for entry in listing.entries if self._is_wanted(entry)]
            if self._recursive:
                waiting += [(entry.path, depth + 1) for entry in listing.entries if entry.kind is Kind.FOLDER]

    def _is_wanted(self, entry: Entry) -> bool:
        if entry.kind is not Kind.FILE:
            return False
        below = entry.path[len(self._root) + 1 :]
        return self._wanted.match(below) and not self._ignored.match(below)
