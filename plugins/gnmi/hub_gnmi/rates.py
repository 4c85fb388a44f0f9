"""Counters become rates: pure arithmetic on samples (value, the target's time in nanoseconds)."""

from dataclasses import dataclass
from typing import NamedTuple

SECOND = 1_000_000_000  # nanoseconds
_LATE = 2  # packets may be counted so often before a counter of losses that does not come is taken to be unchanged


class Sample(NamedTuple):
    """What a counter showed, and when."""

    value: int | float
    at: int


def growth(before: int | float, after: int | float, bits: int = 64) -> int | float | None:
    """Return by how much a counter grew; None when it was set back, which is all that a decrease can mean but a wrap.

    It wrapped when it was in the last quarter of its range and is in the first one.
    """
    if after >= before:
        return after - before
    quarter = 1 << (bits - 2)
    if before >= 3 * quarter and after < quarter:
        return after + 4 * quarter - before
    return None


class Counter:
    """Turns the samples of a counter into growth per second."""

    __slots__ = ("_bits", "_last")

    def __init__(self, bits: int = 64) -> None:
        self._bits = bits
        self._last: Sample | None = None

    def rate(self, value: int | float, at: int) -> float | None:
        """Take a sample; None when there is no window yet, or the counter was set back."""
        last = self._last
        if last is not None and at <= last.at:
            return None
        self._last = Sample(value, at)
        if last is None:
            return None
        grown = growth(last.value, value, self._bits)
        return None if grown is None else grown * SECOND / (at - last.at)

    def restart(self) -> None:
        """Forget the window: what comes cannot be compared with what was."""
        self._last = None


@dataclass(slots=True)
class _Part:
    """One counter of a loss, and what it showed when the window began."""

    start: Sample | None = None
    last: Sample | None = None
    ticks: int = 0

    def fresh(self) -> bool:
        return self.start is not None and self.last is not None and self.last.at > self.start.at

    def grown(self, bits: int = 64) -> int | float | None:
        return None if self.start is None or self.last is None else growth(self.start.value, self.last.value, bits)


class Loss:
    """The share of packets that was lost: Δlost ÷ (Δpassed + Δlost), over windows in which every counter has been sampled.

    Parts are named `passed` (or `passed.<kind>`, summed, when a target does not count all packets in one) and `lost.<kind>`.
    """

    def __init__(self) -> None:
        self._parts: dict[str, _Part] = {}

    def share(self, part: str, value: int | float, at: int) -> float | None:
        """Take a sample of a part; returns percent when a window is complete, else None."""
        this = self._parts.setdefault(part, _Part())
        if this.last is not None and at <= this.last.at:
            return None
        this.last = Sample(value, at)
        this.ticks += 1
        if this.start is None:
            this.start = this.last
            return None
        return self._close() if self._complete() else None

    def restart(self) -> None:
        """Forget all windows."""
        self._parts.clear()

    def _passed(self) -> list[_Part]:
        if "passed" in self._parts:
            return [self._parts["passed"]]
        return [part for name, part in self._parts.items() if name.startswith("passed.")]

    def _complete(self) -> bool:
        passed = self._passed()
        if not passed or not all(part.fresh() for part in passed):
            return False
        lost = [part for name, part in self._parts.items() if name.startswith("lost.")]
        return bool(lost) and (all(part.fresh() for part in lost) or max(part.ticks for part in passed) > _LATE)

    def _close(self) -> float | None:
        passed = [part.grown() for part in self._passed()]
        lost = [part.grown() for name, part in self._parts.items() if name.startswith("lost.")]
        for part in self._parts.values():
            part.start, part.ticks = part.last, 0
        grown = [each for each in (*passed, *lost) if each is not None]
        if len(grown) < len(passed) + len(lost):
            return None  # one of them was set back
        gone, all_ = sum(each for each in lost if each is not None), sum(grown)
        return 0.0 if all_ == 0 else 100.0 * gone / all_
