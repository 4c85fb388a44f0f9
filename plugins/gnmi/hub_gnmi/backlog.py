"""What came and was not shown yet: bounded by the number of leaves, since the newest sample takes the place of the one before.

That is what gNMI has targets do, too (specification 2.1, `duplicates`). Where each value matters, such as a link's state, none is
left out: the one that waits is taken at once when the next comes.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from hub_gnmi.readings import Reading
from hub_gnmi.values import BadValue, Json

_SLICE = 20  # readings that are shown in one turn of the loop, before others get theirs
_OUT_OF_ORDER = 60 * 1_000_000_000  # nanoseconds; a value older than that shows that the target's clock was set


class Slot:
    """One part of a reading, and the value that waits for it."""

    __slots__ = ("at", "last", "part", "reading", "value", "waiting")

    def __init__(self, reading: Reading, part: str) -> None:
        self.reading, self.part = reading, part
        self.waiting = False
        self.value: Json = None
        self.at = self.last = 0


class Backlog:
    """The slots that have a value to show."""

    def __init__(self, wrong: Callable[[str], None]) -> None:
        self._wrong = wrong
        self._waiting: deque[Slot] = deque()
        self._woken = asyncio.Event()
        self.coalesced = self.late = 0
        """Samples that were left out, since a newer one came before they were shown; and values that came after newer ones."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, slot: Slot, value: Json, at: int) -> None:
        """Take a value."""
        if at < slot.last and not self._was_set_back(slot, at):
            self.late += 1
            return
        slot.last = at
        if slot.waiting:
            if slot.reading.transitions:
                self._show(slot)
            else:
                self.coalesced += 1
        else:
            slot.waiting = True
            self._waiting.append(slot)
            self._woken.set()
        slot.value, slot.at = value, at

    def flush(self) -> None:
        """Show everything now."""
        while self._waiting:
            self._show_next()

    async def work(self, after: Callable[[], None]) -> None:
        """Show what comes, for ever; `after` is called after each slice."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            while self._waiting:
                for _ in range(min(_SLICE, len(self._waiting))):
                    self._show_next()
                after()
                await asyncio.sleep(0)

    def _show_next(self) -> None:
        slot = self._waiting.popleft()
        slot.waiting = False
        self._show(slot)

    def _show(self, slot: Slot) -> None:
        try:
            slot.reading.take(slot.part, slot.value, slot.at)
        except BadValue as error:
            self._wrong(f"{slot.reading.paths[slot.part]}: {error}")
        slot.value = None

    def _was_set_back(self, slot: Slot, at: int) -> bool:
        if slot.last - at <= _OUT_OF_ORDER:
            return False
        slot.reading.restart()
        return True
