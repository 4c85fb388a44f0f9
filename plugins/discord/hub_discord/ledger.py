"""Which message tells of which alert; survives a restart."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256

from hub.api import Memory
from hub_discord.posts import LONGEST_CUSTOM_ID, Sent
from hub_discord.text import length

_PREFIX = "message:"
_MARK = "#"
_ROOM = LONGEST_CUSTOM_ID - len("hub:acknowledge:")
_MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The message that tells of an alert."""

    channel: int
    message: int
    notice: str
    """Id of the notice that it shows."""
    resolved: bool
    time: float
    """When it was last written, in seconds since 1970."""
    mark: str
    """What stands for the alert's key in the buttons."""
    thread: int | None = None

    @property
    def sent(self) -> Sent:
        """Where the message is."""
        return Sent(channel=self.channel, message=self.message)


class Ledger:
    """The messages of alerts, by target and key, in the plugin's memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def find(self, target: str, key: str) -> Entry | None:
        """Return the message that tells of the alert."""
        kept: Mapping[str, object] | None = self._memory.get(_name(target, key))
        return Entry(**kept) if kept else None  # type: ignore[arg-type]  # we wrote it ourselves, below

    async def keep(self, target: str, key: str, entry: Entry) -> None:
        """Remember the message; the oldest beyond a thousand are forgotten."""
        await self._memory.put({**self._superfluous(), _name(target, key): asdict(entry)})

    def open_keys(self) -> list[str]:
        """Return the keys of the alerts that are not over, newest first."""
        entries = [(kept["time"], _key(name)) for name, kept in self._memory.items(_PREFIX).items() if not kept["resolved"]]
        return list(dict.fromkeys(key for _, key in sorted(entries, reverse=True)))

    def key_of(self, mark: str) -> str | None:
        """Return the key of the alert for which the mark in a button stands; None when it is forgotten."""
        if not mark.startswith(_MARK):
            return mark
        return next((_key(name) for name, kept in self._memory.items(_PREFIX).items() if kept["mark"] == mark), None)

    def _superfluous(self) -> dict[str, None]:
        ages = sorted(((kept["time"], name) for name, kept in self._memory.items(_PREFIX).items()), reverse=True)
        return {name: None for _, name in ages[_MOST - 1 :]}


def mark(key: str) -> str:
    """Return what stands for an alert's key in a button: the key itself, or a hash when it is too long for that."""
    if key and length(key) <= _ROOM and key == key.strip() and key.isprintable() and not key.startswith(_MARK):
        return key
    return _MARK + sha256(key.encode("utf-8", "replace")).hexdigest()[:40]


def _name(target: str, key: str) -> str:
    return f"{_PREFIX}{target}:{key}"


def _key(name: str) -> str:
    return name.split(":", 2)[2]
