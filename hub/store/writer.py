"""The one thread that writes.

Records are taken at once and written in batches: whenever the writer is free it commits what has come meanwhile, so that groups
form by themselves. Jobs are awaited by whoever gave them, and are on the disk when they answer. While the database is
unavailable, records wait in memory and jobs fail.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.errors import StoreError
from hub.store.database import Connection, Unavailable, transaction
from hub.store.ledger import Ledger
from hub.store.records import Forgotten, Record, Saved

T = TypeVar("T")

_log = logging.getLogger(__name__)
_BATCH = 10000  # records in one transaction
_LASTING = (Saved, Forgotten)  # never given up, and on the disk before the writer goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the writer behaves; times are seconds."""

    linger: float = 0.02
    """How long records may wait for company while nobody waits for them."""
    retry: float = 1.0
    """How long to wait before a database that was unavailable is tried again."""
    capacity: int = 500_000
    """Records that wait at most; beyond that the oldest states and events are given up."""
    busy_timeout: float = 5.0
    """How long to wait for somebody else's lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the writer fares."""

    queued: int
    """Records that wait."""
    written: int
    dropped: int
    """Records given up because too many waited, or because the database will never take them."""
    last_error: str | None
    """Why the database is unavailable; None while it is well."""


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[Connection], Any]
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Any]"
    after: int
    """How many records must have been dealt with before."""


@dataclass(frozen=True, slots=True)
class _Waiter:
    target: int
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[bool]"


class Writer:
    """Owns the connection and the thread. Made open; `close` must be called."""

    def __init__(self, connection: Connection, ledger: Ledger, pace: Pace) -> None:
        self._connection = connection
        self._ledger = ledger
        self._pace = pace
        self._records: deque[Record] = deque()
        self._held: list[Record] = []  # a batch that the database has not taken yet
        self._jobs: deque[_Job] = deque()
        self._waiters: deque[_Waiter] = deque()
        # Each number is changed by one thread alone: the first two by the loop's, the others by the writer's.
        self._put = self._given_up = 0
        self._written = self._refused = 0
        self._error: str | None = None
        self._doubtful = False  # a commit that failed may have been made, and a server that crashed may have lost one
        self._wake, self._hurry = threading.Event(), threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._live, name="store-writer", daemon=True)
        self._thread.start()

    def put(self, record: Record) -> None:
        """Have the record written soon. Called on the loop."""
        if len(self._records) >= self._pace.capacity:
            self._make_room()
        self._put += 1
        self._records.append(record)
        if not self._wake.is_set():
            self._wake.set()

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do the work in the writer's transaction; returns when it is on the disk. Raises StoreError, or what the work raises."""
        return await self.submit(work)

    def submit(self, work: Callable[[Connection], T], *, after_records: bool = False) -> "asyncio.Future[T]":
        """Begin what `run` does; the answer comes also when nobody waits for it any more.

        With `after_records` the work is done when all that was put so far is written, and fails when that cannot be.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        if self._closing:
            answer.set_exception(StoreError("the store is closed"))
        else:
            self._jobs.append(_Job(work, loop, answer, self._put if after_records else 0))
            self._be_quick()
        return answer

    async def flush(self) -> bool:
        """Wait until all that was put is written; False when the database is unavailable."""
        loop = asyncio.get_running_loop()
        waiter = _Waiter(self._put, loop, loop.create_future())
        self._waiters.append(waiter)
        self._be_quick()
        return await waiter.answer

    def status(self) -> Status:
        """Tell how the writer fares."""
        dropped = self._given_up + self._refused
        return Status(queued=self._put - self._written - dropped, written=self._written, dropped=dropped, last_error=self._error)

    async def close(self) -> None:
        """Write what waits, if the database takes it, and end the thread."""
        self._closing = True
        self._be_quick()
        await asyncio.to_thread(self._thread.join)

    def _be_quick(self) -> None:
        self._hurry.set()
        self._wake.set()

    def _make_room(self) -> None:
        if not self._given_up:
            _log.error("More than %d records wait for the database: the oldest are given up.", self._pace.capacity)
        lasting = []
        for _ in range(min(len(self._records), self._pace.capacity // 10 + 1)):
            record = self._records.popleft()
            if isinstance(record, _LASTING):
                lasting.append(record)
            else:
                self._given_up += 1
        self._records.extendleft(reversed(lasting))

    def _live(self) -> None:
        closing = False
        while not closing:
            self._wait()
            closing = self._closing
            self._work()
        self._end()

    def _wait(self) -> None:
        if self._error is not None and (self._held or self._records):
            self._hurry.wait(self._pace.retry)
        else:
            self._wake.wait()
            self._hurry.wait(self._pace.linger)
        self._hurry.clear()
        self._wake.clear()

    def _work(self) -> None:
        self._do_jobs()
        while self._held or self._records:
            if not self._write_batch():
                break
            self._answer_waiters()
            self._do_jobs()
        self._answer_waiters()
        if self._error is not None:
            self._give_up_late_jobs()

    def _do_jobs(self) -> None:
        jobs, late = self._sort_jobs()
        self._jobs.extendleft(reversed(late))
        if not jobs:
            return
        try:
            with transaction(self._connection, durable=True):
                answers = [self._attempt(job) for job in jobs]
            self._recovered()
        except Exception as error:
            if isinstance(error, Unavailable):
                self._fail(error)
            answers = [error] * len(jobs)
        for job, answer in zip(jobs, answers, strict=True):
            _answer(job.loop, job.answer, answer)

    def _sort_jobs(self) -> tuple[list[_Job], list[_Job]]:
        """Take all jobs; those for which the time has come, and those that wait for records."""
        dealt_with = self._written + self._refused + self._given_up
        taken = [self._jobs.popleft() for _ in range(len(self._jobs))]
        return [job for job in taken if job.after <= dealt_with], [job for job in taken if job.after > dealt_with]

    def _give_up_late_jobs(self) -> None:
        """The records before them are not written, so they cannot be done either."""
        ready, late = self._sort_jobs()
        self._jobs.extendleft(reversed(ready))
        for job in late:
            _answer(job.loop, job.answer, Unavailable(self._error))

    def _attempt(self, job: _Job) -> object:
        """Do one job of a group; its failure is its own, unless the database is unavailable."""
        self._connection.execute("SAVEPOINT job")
        try:
            answer = job.work(self._connection)
        except Unavailable:
            raise
        except Exception as error:
            self._connection.execute("ROLLBACK TO SAVEPOINT job")
            answer = error
        self._connection.execute("RELEASE SAVEPOINT job")
        return answer

    def _write_batch(self) -> bool:
        """Write what is held, or what comes next; False when the database is unavailable."""
        if not self._held:
            self._held = [self._records.popleft() for _ in range(min(len(self._records), _BATCH))]
        parts = [self._held]
        while parts:
            try:
                self._commit(parts[-1])
            except Unavailable as error:
                self._held = [record for part in reversed(parts) for record in part]
                self._fail(error)
                return False
            except Exception as error:
                part = parts.pop()
                if len(part) == 1:
                    self._refuse(part[0], error)
                else:
                    # One record that the database will never take must not keep its neighbours out.
                    parts += [part[len(part) // 2 :], part[: len(part) // 2]]
            else:
                parts.pop()
        self._held = []
        return True

    def _commit(self, batch: list[Record]) -> None:
        try:
            with transaction(self._connection, durable=any(isinstance(record, _LASTING) for record in batch)):
                if self._doubtful:
                    self._ledger.load(self._connection)
                self._ledger.write(self._connection, batch)
        except BaseException:
            self._ledger.take_back()
            raise
        self._ledger.keep()
        self._doubtful = False
        self._written += len(batch)
        self._recovered()

    def _refuse(self, record: Record, error: Exception) -> None:
        if not self._refused:
            _log.error("The database does not take a record, which is dropped: %r", record, exc_info=error)
        self._refused += 1

    def _fail(self, error: Unavailable) -> None:
        if self._error is None:
            _log.error("The database takes nothing at the moment (%s). Records wait in memory until it does.", error)
        self._error = str(error)
        self._doubtful = True

    def _recovered(self) -> None:
        if self._error is not None:
            self._error = None
            _log.warning("The database is well again; %d records are caught up.", len(self._held) + len(self._records))

    def _answer_waiters(self) -> None:
        """Answer those whose records are dealt with, and all while the database is unavailable."""
        for _ in range(len(self._waiters)):
            waiter = self._waiters.popleft()
            done = self._written + self._refused + self._given_up >= waiter.target
            if done or self._error is not None:
                _answer(waiter.loop, waiter.answer, done)
            else:
                self._waiters.append(waiter)

    def _end(self) -> None:
        lost = len(self._held) + len(self._records)
        if lost:
            _log.error("The store closes while the database is unavailable (%s): %d records are lost.", self._error, lost)
        for job in self._jobs:
            _answer(job.loop, job.answer, StoreError("the store is closed"))
        for waiter in self._waiters:
            _answer(waiter.loop, waiter.answer, False)
        self._connection.close()


def _answer(loop: asyncio.AbstractEventLoop, future: "asyncio.Future[Any]", answer: object) -> None:
    def give() -> None:
        if future.done():
            return
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(give)
