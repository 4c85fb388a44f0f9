"""Reading what a server says of its files: pure functions over bytes.

MLSD and MLST are RFC 3659; LIST is whatever `ls -l` or Windows' `dir` print.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

_MINUTE, _DAY = 60.0, 86400.0
_MONTHS = dict(zip("jan feb mar apr may jun jul aug sep oct nov dec".split(), range(1, 13), strict=True))  # noqa: SIM905  # reads better
_UNIX = re.compile(
    r"(?P<kind>[-dlbcps])[-rwxsStTl]{9}[+.@]?\s+.*?(?P<size>\d+)\s+"
    r"(?:(?P<month>[A-Za-z]{3})\s+(?P<day>\d{1,2})\s+(?P<when>\d{1,2}:\d{2}|\d{4})"
    r"|(?P<date>\d{4}-\d{2}-\d{2})\s+(?P<time>\d{2}:\d{2}))\s(?P<name>.+)",
    re.DOTALL,
)
_DOS = re.compile(
    r"(?P<month>\d{2})-(?P<day>\d{2})-(?P<year>\d{2,4})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})\s*(?P<half>[AaPp][Mm])?\s+"
    r"(?:(?P<folder><DIR>)|(?P<size>[\d,]+))\s+(?P<name>.+)",
    re.DOTALL,
)
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6})\d*)?", re.ASCII)
_FUTURE = timedelta(days=1)  # a server's clock and zone may be ahead of ours
_LONGEST_LINE = 4096  # bytes


class Kind(Enum):
    """What a name in a listing stands for."""

    FILE = "file"
    FOLDER = "folder"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a listing."""

    path: str
    """Absolute, with `/`."""
    kind: Kind
    size: int | None = None
    modified: datetime | None = None
    """UTC; from LIST it is the server's local time called UTC, good for comparison only."""
    precision: float = 1.0
    """Seconds: how exactly `modified` is known."""

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that was left out, and why."""

    path: str
    reason: str


@dataclass(slots=True)
class Listing:
    """What one folder holds."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class BadLine(ValueError):
    """A line of a listing means nothing to us."""


def read_mlsd(body: bytes, folder: str, encoding: str) -> Listing:
    """Read the answer to MLSD for the folder."""
    return _read(body, folder, encoding, parse_fact_line)


def read_list(body: bytes, folder: str, encoding: str, now: datetime) -> Listing:
    """Read the answer to LIST for the folder; `now` helps to guess the year."""
    return _read(body, folder, encoding, lambda line: parse_list_line(line, now))


def parse_fact_line(line: str) -> Entry | None:
    """Read one line of MLSD or MLST; None for the folder itself and its parent. Raises BadLine."""
    facts_text, space, name = line.partition(" ")
    if not space or not name:
        raise BadLine("no name")
    facts = {key.lower(): value for key, _, value in (fact.partition("=") for fact in facts_text.rstrip(";").split(";"))}
    kind = facts.get("type", "").lower()
    if kind in ("cdir", "pdir"):
        return None
    known = {"file": Kind.FILE, "dir": Kind.FOLDER}.get(kind, Kind.OTHER)
    length = facts.get("size", "")
    size = int(length) if length.isascii() and length.isdigit() else None
    try:
        modified, precision = parse_stamp(facts["modify"])
    except (KeyError, BadLine):
        return Entry(name, known, size, None)
    return Entry(name, known, size, modified, precision)


def parse_stamp(text: str) -> tuple[datetime, float]:
    """Read `YYYYMMDDHHMMSS[.sss]` in UTC; the answer is the moment and its precision in seconds. Raises BadLine."""
    match = _STAMP.fullmatch(text.strip())
    if match is None:
        raise BadLine(f"{text[:40]!r} is not a time")
    try:
        year, month, day, hour, minute, second = map(int, match.groups()[:6])
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        raise BadLine(f"{text[:40]!r} is not a time") from None
    fraction = match[7]
    if fraction is None:
        return moment, 1.0
    return moment.replace(microsecond=int(fraction.ljust(6, "0"))), 10.0 ** -len(fraction)


def parse_list_line(line: str, now: datetime) -> Entry | None:
    """Read one line of LIST in the style of Unix or Windows; None for what is not an entry. Raises BadLine."""
    if re.fullmatch(r"total \d+", line):
        return None
    try:
        if match := _UNIX.fullmatch(line):
            return _unix_entry(match, now)
        if match := _DOS.fullmatch(line):
            return _dos_entry(match)
    except ValueError:
        raise BadLine("a date that does not exist") from None
    raise BadLine("an unknown form of line")


def why_unsafe(name: str) -> str | None:
    """Say why the name cannot be a file's name here, or None when it can."""
    if name in ("", ".", ".."):
        return "it is not a name"
    if "/" in name or "\\" in name:
        return "it holds a path"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        return "it holds control characters"
    if re.match(r"[A-Za-z]:", name):
        return "it names a drive"
    if len(name.encode("utf-8", "surrogatepass")) > 255:
        return "it is too long"
    return None


def _read(body: bytes, folder: str, encoding: str, parse: Callable[[str], Entry | None]) -> Listing:
    listing = Listing()
    for raw in body.split(b"\n"):
        line = raw.rstrip(b"\r")
        if not line.strip():
            continue
        try:
            if len(line) > _LONGEST_LINE:
                raise BadLine("too long")
            entry = parse(line.decode(encoding))
        except UnicodeDecodeError:
            listing.faults.append(
                Fault(f"{folder}/{line[-80:].decode('ascii', 'replace')}", f"the name is not {encoding}; set `encoding`")
            )
        except BadLine as bad:
            listing.faults.append(
                Fault(folder, f"the listing has a line that cannot be read ({bad}): {line[:80].decode('ascii', 'replace')!r}")
            )
        else:
            if entry is not None and entry.path not in (".", ".."):
                _admit(entry, folder, listing)
    return listing


def _admit(entry: Entry, folder: str, listing: Listing) -> None:
    reason = why_unsafe(entry.path)
    if reason is None:
        path = f"{folder.rstrip('/')}/{entry.path}"
        listing.entries.append(Entry(path, entry.kind, entry.size, entry.modified, entry.precision))
    else:
        listing.faults.append(Fault(f"{folder}: {entry.path[:80]!r}", f"the name is refused: {reason}"))


def _unix_entry(match: re.Match[str], now: datetime) -> Entry:
    kind = {"-": Kind.FILE, "d": Kind.FOLDER}.get(match["kind"], Kind.OTHER)
    name = match["name"].partition(" -> ")[0] if match["kind"] == "l" else match["name"]
    if match["date"]:
        modified, precision = datetime.fromisoformat(f"{match['date']}T{match['time']}+00:00"), _MINUTE
    else:
        modified, precision = _unix_time(match["month"], int(match["day"]), match["when"], now)
    return Entry(name, kind, int(match["size"]), modified, precision)


def _unix_time(month_name: str, day: int, when: str, now: datetime) -> tuple[datetime, float]:
    month = _MONTHS.get(month_name.lower())
    if month is None:
        raise ValueError(month_name)
    if ":" not in when:
        return datetime(int(when), month, day, tzinfo=UTC), _DAY
    hour, minute = map(int, when.split(":"))
    for year in range(now.year + 1, now.year - 5, -1):
        if (month, day) == (2, 29) and not _is_leap(year):
            continue
        moment = datetime(year, month, day, hour, minute, tzinfo=UTC)
        if moment <= now + _FUTURE:
            return moment, _MINUTE
    raise ValueError(when)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _dos_entry(match: re.Match[str]) -> Entry:
    year = int(match["year"])
    hour = int(match["hour"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower() == "pm" else 0)
    full_year = year if year > 99 else year + (2000 if year < 70 else 1900)
    modified = datetime(full_year, int(match["month"]), int(match["day"]), hour, int(match["minute"]), tzinfo=UTC)
    if match["folder"]:
        return Entry(match["name"], Kind.FOLDER, None, modified, _MINUTE)
    return Entry(match["name"], Kind.FILE, int(match["size"].replace(",", "")), modified, _MINUTE)
