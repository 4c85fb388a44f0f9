"""Figures, and the instruments that take them: a stopwatch, percentiles, memory."""

import gc
import os
import time
from collections.abc import Sequence
from pathlib import Path


class Stopwatch:
    """Measures the time of a block, by the wall and by the processor."""

    wall = cpu = 0.0

    def __enter__(self) -> "Stopwatch":
        gc.collect()
        self._began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall = time.perf_counter() - self._began[0]
        self.cpu = time.process_time() - self._began[1]


class Figures(dict[str, float]):
    """Figures by name; `NAME@cpu` is the same by processor time."""

    def rate(self, name: str, count: float, wall: float, cpu: float) -> None:
        """Note how many there were in a second."""
        self[name] = count / wall
        self[f"{name}@cpu"] = count / cpu if cpu else 0.0

    def seconds(self, name: str, wall: float, cpu: float) -> None:
        """Note how long it took."""
        self[name], self[f"{name}@cpu"] = wall, cpu


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all stay below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def resident_kb(pid: int | None = None) -> int:
    """Return how much memory of the computer a process holds (this one by default)."""
    for line in Path(f"/proc/{pid or os.getpid()}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1])
    return 0


def processor_seconds(pid: int) -> float:
    """Return how long a process has computed so far, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
