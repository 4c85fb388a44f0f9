"""What has changed on the server since we last looked: pure functions over listings and the cursor."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hub_ftp.listing import Entry

_DAY = 86400.0
_RECENT = 3600.0  # seconds; clocks of server and hub that differ by more only cost the precaution of `is_doubtful`


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the cursor remembers of a file that was copied; times are seconds since 1970."""

    size: int
    modified: float | None
    """As exactly as the server told it."""
    listed: float | None
    """As the listing showed it; LIST is coarse and in the server's zone."""
    precision: float
    """Seconds: how exactly `listed` is known."""
    at: float
    """When it was copied, by our clock."""
    lines: int = 0
    """Up to which line its rejected rows have been reported."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a file looked, and since when it looks so (seconds that never jump)."""

    size: int | None
    modified: float | None
    since: float


@dataclass(slots=True)
class Survey:
    """What a look at the server's folders found."""

    files: list[Entry] = field(default_factory=list)
    """Those that the admin wants."""
    folders: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every folder that was listed to its end (no `/` at the end, so the root is empty) and all names in it."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which files are ready to be taken, and how the others look."""

    ready: tuple[Entry, ...]
    sightings: Mapping[str, Sighting]
    """Files that are not known to be stable yet."""
    next_ready: float | None
    """Seconds until the first of those can be."""


def stamp(entry: Entry) -> float | None:
    """The entry's time in seconds since 1970."""
    return None if entry.modified is None else entry.modified.timestamp()


def looks_known(entry: Entry, taken: Taken | None) -> bool:
    """Whether the listing shows what was copied, as far as it can tell."""
    if taken is None or entry.size is None or entry.size != taken.size:
        return False
    return _agree(stamp(entry), taken.listed, max(entry.precision, taken.precision))


def is_doubtful(entry: Entry, taken: Taken, now: float) -> bool:
    """Whether a file that looks known may have been rewritten within the same minute of a coarse listing."""
    coarse = max(entry.precision, taken.precision)
    # A time without hours belongs to a file of last year: a rewrite would show.
    if coarse <= 1.0 or coarse >= _DAY or now - taken.at > 2 * coarse:
        return False
    return taken.modified is None or taken.modified > taken.at - _RECENT


def is_same(entry: Entry, taken: Taken | None) -> bool:
    """Whether the entry, asked for exactly, is what was copied."""
    if taken is None or entry.size != taken.size:
        return False
    if entry.precision <= 1.0:
        return _agree(stamp(entry), taken.modified, 1.0)
    return _agree(stamp(entry), taken.listed, max(entry.precision, taken.precision))


def sort_out(changed: Iterable[Entry], before: Mapping[str, Sighting], stable_for: float, now: float) -> Waiting:
    """Tell the files that have not changed for `stable_for` seconds from those still being written."""
    ready: list[Entry] = []
    sightings: dict[str, Sighting] = {}
    waits: list[float] = []
    for entry in changed:
        sighting, modified = before.get(entry.path), stamp(entry)
        if sighting is None or sighting.size != entry.size or sighting.modified != modified:
            sighting = Sighting(entry.size, modified, now)
        sightings[entry.path] = sighting
        wait = sighting.since + _settling(entry, stable_for) - now
        if wait <= 0:
            ready.append(entry)
        else:
            waits.append(wait)
    ready.sort(key=lambda entry: (stamp(entry) or 0.0, entry.path))
    return Waiting(tuple(ready), sightings, min(waits, default=None))


def find_missing(known: Iterable[str], folders: Mapping[str, frozenset[str]]) -> set[str]:
    """Tell the known files that their folders do not show; a folder that failed, or shows nothing at all, proves nothing."""
    return {path for path in known if _is_missing(path, folders)}


def _settling(entry: Entry, stable_for: float) -> float:
    # Within its precision, a coarse time cannot show that a file was written to.
    if stable_for > 0 and 1.0 < entry.precision < _DAY:
        return max(stable_for, entry.precision)
    return stable_for


def _agree(one: float | None, other: float | None, precision: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) < max(precision, 0.001)


def _is_missing(path: str, folders: Mapping[str, frozenset[str]]) -> bool:
    folder, _, name = path.rpartition("/")
    while folder not in folders:
        if not folder:
            return False
        folder, _, name = folder.rpartition("/")
    names = folders[folder]
    return bool(names) and name not in names
