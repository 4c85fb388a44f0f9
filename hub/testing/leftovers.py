"""What is still there after everything should be gone: tasks, threads, sockets."""

import asyncio
import threading
from pathlib import Path
from typing import Self

_DESCRIPTORS = Path("/proc/self/fd")
_PATIENCE = 2.0  # seconds; a closed socket lives until both ends have noticed
_GLANCE = 0.02


class Leftovers:
    """Compares what runs now with what ran when this was made."""

    def __init__(self, tasks: set[asyncio.Task[object]], threads: set[threading.Thread], sockets: set[str]) -> None:
        self._tasks = tasks
        self._threads = threads
        self._sockets = sockets

    @classmethod
    def now(cls) -> Self:
        """Remember what runs now."""
        return cls(asyncio.all_tasks(), set(threading.enumerate()), _sockets())

    async def found(self, patience: float = _PATIENCE) -> list[str]:
        """Return what has been added and does not go away within so many seconds (at most two)."""
        for _ in range(int(min(patience, _PATIENCE) / _GLANCE)):
            if not self._added():
                break
            await asyncio.sleep(_GLANCE)  # nothing tells when a socket has gone
        return self._added()

    def _added(self) -> list[str]:
        tasks = [f"task {task.get_name()}: {task.get_coro()}" for task in asyncio.all_tasks() - self._tasks]
        # The loop's own executor keeps its threads for the next to come.
        threads = [
            f"thread {thread.name}"
            for thread in set(threading.enumerate()) - self._threads
            if not thread.name.startswith(("asyncio_", "uvloop_"))
        ]
        return [*tasks, *threads, *sorted(_sockets() - self._sockets)]


def _sockets() -> set[str]:
    """Return the sockets that this process has open (nothing where the system does not tell)."""
    found = set()
    for descriptor in _DESCRIPTORS.iterdir() if _DESCRIPTORS.is_dir() else ():
        try:
            target = str(descriptor.readlink())
        except OSError:
            continue  # the descriptor of the listing itself
        if target.startswith("socket:"):
            found.add(target)
    return found
