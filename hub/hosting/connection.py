"""One connection of one instance, from the first attempt to the last cleaning up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from hub.clock import Clock
from hub.hosting.instances import Instance
from hub.hosting.lent import LentHub
from hub.hosting.work import Work, ended_within

_log = logging.getLogger(__name__)
_NO_SESSION: Final = object()
_LAST_WORD = 1.0  # seconds for a connection to end when it was cancelled a second time


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the hub waits for a plugin, and between attempts; seconds."""

    connect: float = 60.0
    """For a connection to be made."""
    first_retry: float = 1.0
    longest_retry: float = 300.0
    steady: float = 60.0
    """A connection that lasted so long counts as good: the next wait is short again."""
    work: float = 3.0
    """For the tasks of a connection to end, before it is closed over their heads."""
    close: float = 8.0
    """For a connection to be closed, tasks and all."""


class DoesNotStop(Exception):
    """Something in a plugin goes on although it was cancelled."""


class Connection:
    """Enters the plugin's `connect`, keeps its work, and leaves when something fails or it is cancelled."""

    def __init__(
        self,
        instance: Instance,
        clock: Clock,
        patience: Patience,
        lend: Callable[[Work], Awaitable[LentHub]],
        came: Callable[[], None],
    ) -> None:
        self._instance = instance
        self._clock = clock
        self._patience = patience
        self._lend = lend
        self._came = came
        self._session: object = _NO_SESSION
        self._over = asyncio.Event()
        self._leaving = False
        self._work: Work | None = None
        self._lent: LentHub | None = None
        self._error: BaseException | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a session."""
        return self._session is not _NO_SESSION

    @property
    def session(self) -> object:
        """What `connect` yielded; only while `is_open`."""
        return self._session

    @property
    def error(self) -> BaseException | None:
        """What it ended with, once it has."""
        return self._error

    async def run(self) -> BaseException:
        """Connect and stay connected; return why it ended. Cancelling closes the connection within a bounded time."""
        task = asyncio.create_task(self._live(), name=self._instance.name)
        task.add_done_callback(lambda _: self._over.set())
        limit = self._clock.after(self._patience.connect, lambda: None if self.is_open else self._over.set())
        try:
            await self._over.wait()
            late = not task.done() and not self._leaving
            ended = await self._closed(task)
        except asyncio.CancelledError:
            await self._closed(task)
            raise
        finally:
            limit.cancel()
        if not ended:
            return DoesNotStop(self._what_goes_on())
        if late:
            return TimeoutError(f"connecting took longer than {self._patience.connect:g} seconds")
        return self._error or ConnectionError("the connection ended")

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as group:
            self._work = work = Work(group, self._clock, self._instance.name)
            lent = self._lent = await self._lend(work)
            try:
                async with self._instance.plugin.connect(self._instance.config, lent) as session:
                    try:
                        self._session = session
                        self._came()
                        await asyncio.get_running_loop().create_future()  # until something fails or the hub stops
                    finally:
                        self._session = _NO_SESSION
                        self._leave()
                        await work.end(self._patience.work)
            except SystemExit as error:  # in a task it would end the whole hub
                raise RuntimeError("the plugin called sys.exit") from error
            finally:
                lent.close()
                await work.end(self._patience.work)

    def _leave(self) -> None:
        self._leaving = True
        self._over.set()

    async def _closed(self, task: asyncio.Task[None]) -> bool:
        """Wait until the connection is closed; one that closes already is not disturbed until its time is over."""
        if not self._leaving:
            task.cancel()
        if not await ended_within([task], self._clock, self._patience.close):
            task.cancel()
            if not await ended_within([task], self._clock, _LAST_WORD):
                self._leave_behind()
                return False
        self._error = None if task.cancelled() else task.exception()
        return True

    def _leave_behind(self) -> None:
        _log.error("%s is left behind: %s", self._instance.name, self._what_goes_on())
        self._session = _NO_SESSION
        if self._lent is not None:
            self._lent.close()

    def _what_goes_on(self) -> str:
        names = [] if self._work is None else self._work.names()
        return f"it was cancelled and does not stop ({', '.join(names) or 'it is still closing'})"
