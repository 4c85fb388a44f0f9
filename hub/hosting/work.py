"""The tasks of one connection, and the ending of tasks within a bounded time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import timedelta
from typing import Any

from hub.clock import Clock


class Work:
    """What runs beside a connection; the first that raises ends it."""

    def __init__(self, group: asyncio.TaskGroup, clock: Clock, name: str) -> None:
        self._group = group
        self._clock = clock
        self._name = name
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Callable[[], Awaitable[None]], name: str | None = None) -> None:
        """Run it once."""
        self._begin(_once(work), name or _called(work))

    def every(self, interval: timedelta, look: Callable[[], Awaitable[None]]) -> None:
        """Call at once and then again after each interval, never twice at a time. Raises ValueError."""
        if interval <= timedelta(0):
            raise ValueError(f"{_called(look)} is to be called every {interval}; the interval must be longer than nothing")
        self._begin(_again_and_again(self._clock, interval.total_seconds(), look), _called(look))

    async def end(self, patience: float) -> None:
        """Cancel what runs and wait for it, at most `patience` seconds."""
        for task in self._tasks:
            task.cancel()
        await ended_within(self._tasks, self._clock, patience)

    def names(self) -> list[str]:
        """Return the names of what still runs."""
        return sorted(task.get_name() for task in self._tasks)

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        try:
            task = self._group.create_task(work, name=f"{self._name}: {name}")
        except RuntimeError:  # the connection is ending
            work.close()
            return
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def ended_within(tasks: Iterable[asyncio.Task[Any]], clock: Clock, seconds: float) -> bool:
    """Wait until all have ended, at most so long; tell whether they have."""
    waiting = {task for task in tasks if not task.done()}
    if not waiting:
        return True
    over = asyncio.Event()

    def ended(task: asyncio.Task[Any]) -> None:
        waiting.discard(task)
        if not waiting:
            over.set()

    for task in list(waiting):
        task.add_done_callback(ended)
    timer = clock.after(seconds, over.set)
    try:
        await over.wait()
    finally:
        timer.cancel()
    return not waiting


async def _once(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except SystemExit as error:  # in a task it would end the whole hub
        raise RuntimeError("a plugin called sys.exit") from error


async def _again_and_again(clock: Clock, seconds: float, look: Callable[[], Awaitable[None]]) -> None:
    while True:
        began = clock.monotonic()
        await _once(look)
        await clock.sleep(max(0.0, seconds - (clock.monotonic() - began)))


def _called(function: Callable[..., object]) -> str:
    return getattr(function, "__name__", type(function).__name__)
