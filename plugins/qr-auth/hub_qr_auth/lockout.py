"""Who has failed too often, and until when they are locked; kept over restarts, and kept before anybody is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.api import Clock, Memory

_PREFIX = "failures/"
_FORGOTTEN = 86_400.0  # seconds without a failure


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a person's failures; times in seconds since 1970."""

    count: int = 0
    last: float = 0.0
    until: float = 0.0

    @classmethod
    def of(cls, kept: Any) -> "Record":
        """Read what was kept; what cannot be read is nothing."""
        numbers = [kept.get(name, 0) for name in ("count", "last", "until")] if isinstance(kept, Mapping) else []
        if len(numbers) != 3 or not all(isinstance(number, int | float) for number in numbers):
            return cls()
        return cls(int(numbers[0]), float(numbers[1]), float(numbers[2]))


class Lockout:
    """After some failures each further one locks, for twice as long as the one before."""

    def __init__(
        self,
        memory: Memory,
        clock: Clock,
        *,
        tries: int,
        first: timedelta,
        longest: timedelta,
        locked: Callable[[str, float], None],
    ) -> None:
        self._memory, self._clock = memory, clock
        self._tries, self._first, self._longest = tries, first.total_seconds(), longest.total_seconds()
        self._tell = locked
        self._records = {key.removeprefix(_PREFIX): Record.of(kept) for key, kept in memory.items(_PREFIX).items()}

    def until(self, person: str) -> float | None:
        """Return until when (seconds since 1970) the person is locked, or None."""
        record = self._records.get(person)
        return record.until if record is not None and record.until > self._clock.time() else None

    def locked(self) -> dict[str, float]:
        """Return everybody who is locked, and until when."""
        return {person: until for person in self._records if (until := self.until(person)) is not None}

    async def failed(self, person: str) -> None:
        """Count a failure, and lock the person when there have been too many."""
        now = self._clock.time()
        before = self._records.get(person, Record())
        count = 1 if now - before.last > _FORGOTTEN else before.count + 1
        beyond = count - self._tries
        until = now + min(self._first * 2.0 ** min(beyond, 32), self._longest) if beyond >= 0 else 0.0
        record = Record(count, now, until)
        self._records[person] = record
        await self._memory.put({_PREFIX + person: {"count": count, "last": now, "until": until}})
        if until:
            self._tell(person, until)

    async def forgive(self, person: str) -> bool:
        """Forget the failures of a person; False when there were none."""
        if person not in self._records:
            return False
        await self._memory.put({_PREFIX + person: None})
        del self._records[person]
        return True
