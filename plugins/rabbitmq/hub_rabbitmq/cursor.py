"""What is remembered of a queue over restarts: the ids of messages, the place in a stream, and the counts.

It is kept together, before the messages are acknowledged. So a message that is delivered twice is told once, and is counted once.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from hub.api import Memory

_PAGE: Final = 200  # ids that are kept under one key


@dataclass(frozen=True, slots=True)
class Totals:
    """How much came since the instance was first started."""

    taken: int = 0
    rejected: int = 0
    duplicates: int = 0
    bytes: int = 0
    last: float | None = None
    """When the last message came, in seconds since 1970."""


class Cursor:
    """The durable state of one queue. What is handed to `keep` is kept as a whole or not at all."""

    def __init__(self, memory: Memory, queue: str, most: int) -> None:
        self._memory = memory
        self._queue = queue
        self._most_pages = -(-most // _PAGE)
        stored = memory.get(f"{queue}:totals", {})
        self.totals = Totals(**{name: value for name, value in stored.items() if name in Totals.__slots__})
        self.offset: int | None = memory.get(f"{queue}:offset")
        """The last place of the stream that was dealt with."""
        self.schema: dict[str, Any] | None = memory.get(f"{queue}:schema")
        """What schemas were seen: their fingerprints as `seen`, and the `fields` of the newest."""
        pages = {int(key.rpartition(":")[2]): ids for key, ids in memory.items(f"{queue}:seen:").items()}
        self._pages: dict[int, list[str]] = dict(sorted(pages.items()))
        self._seen = {message_id for ids in self._pages.values() for message_id in ids}

    def knows(self, message_id: str | None) -> bool:
        """Tell whether a message with this id has been dealt with."""
        return message_id is not None and message_id in self._seen

    def is_past(self, offset: int | None) -> bool:
        """Tell whether this place of the stream has been dealt with."""
        return offset is not None and self.offset is not None and offset <= self.offset

    async def keep(self, ids: Sequence[str], offset: int | None, totals: Totals, schema: dict[str, Any] | None) -> None:
        """Remember that messages are dealt with; returns when that, and all that was told before, is on disk. Raises HubError."""
        pages, outdated = self._turn(ids)
        changes: dict[str, Any] = {f"{self._queue}:seen:{number}": page for number, page in pages.items()}
        changes |= {f"{self._queue}:seen:{number}": None for number in outdated}
        changes[f"{self._queue}:totals"] = asdict(totals)
        if offset is not None:
            changes[f"{self._queue}:offset"] = offset
        if schema != self.schema:
            changes[f"{self._queue}:schema"] = schema
        await self._memory.put(changes)
        self._learn(pages, outdated)
        self.offset = self.offset if offset is None else offset
        self.totals, self.schema = totals, schema

    def _turn(self, ids: Sequence[str]) -> tuple[dict[int, list[str]], list[int]]:
        """Lay out new ids on pages; the last page is filled first."""
        if not self._most_pages or not ids:
            return {}, []
        last = max(self._pages, default=0)
        both = [*self._pages.get(last, ()), *ids]
        pages = {last + number: both[place : place + _PAGE] for number, place in enumerate(range(0, len(both), _PAGE))}
        newest = max(pages)
        return pages, [number for number in self._pages if number <= newest - self._most_pages]

    def _learn(self, pages: dict[int, list[str]], outdated: Sequence[int]) -> None:
        for number in outdated:
            self._seen.difference_update(self._pages.pop(number))
        self._pages.update(pages)
        for ids in pages.values():
            self._seen.update(ids)


def counted(totals: Totals, *, taken: int, rejected: int, duplicates: int, size: int, at: float) -> Totals:
    """Count some more messages."""
    return replace(
        totals,
        taken=totals.taken + taken,
        rejected=totals.rejected + rejected,
        duplicates=totals.duplicates + duplicates,
        bytes=totals.bytes + size,
        last=at,
    )
