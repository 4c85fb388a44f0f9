"""A lane: the parcels of one target, delivered one after the other."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import ActionError, AuthenticationFailed, NotConnected, PluginError, StoreError
from hub.model.notice import Notice, Receipt
from hub.notify.retry import Retry
from hub.notify.shelf import Parcel, Shelf

Deliver = Callable[[Notice], Awaitable[Receipt]]

DELIVERED = "notify.delivered"
FAILED = "notify.failed"

_log = logging.getLogger(__name__)


class LaneStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a target is doing."""

    target: str
    connected: bool
    waiting: int
    held: int
    """Those that wait for the end of quiet hours."""
    attempts: int
    """How often the first one has been tried."""
    retry_in: float | None
    """Seconds until the first one is tried again."""
    reason: str
    """Why it has not arrived."""
    delivered: int
    failed: int


class Lane:
    """Delivers a target's parcels in order; the first one is tried until it arrives or is given up.

    What waits for the end of quiet hours stands aside, together with all that speaks of the same matter.
    """

    def __init__(self, target: str, shelf: Shelf, bus: Bus, clock: Clock, retry: Retry) -> None:
        self._target = target
        self._shelf, self._bus, self._clock, self._retry = shelf, bus, clock, retry
        self._waiting: deque[Parcel] = deque()
        self._held: dict[str, Parcel] = {}
        self._held_until: dict[str, float] = {}  # by the matter's key
        self._deliver: Deliver | None = None
        self._attempt: asyncio.Future[Receipt] | None = None
        self._next_attempt = 0.0  # by the monotonic clock
        self._changed = asyncio.Event()
        self._absences = 0
        self._delivered = self._failed = 0

    def attach(self, deliver: Deliver) -> Callable[[], None]:
        """Deliver through this from now on, the first one at once; the answer ends it and takes back what is under way."""
        self._deliver, self._next_attempt = deliver, 0.0
        self._changed.set()

        def detach() -> None:
            if self._deliver is deliver:
                self._deliver = None
                if self._attempt is not None:
                    self._attempt.cancel()

        return detach

    def accept(self, parcel: Parcel) -> None:
        """Deliver the parcel after those that are here already, and not before its time."""
        key = parcel.notice.key or parcel.id
        not_before = max(parcel.not_before, self._held_until.get(key, 0.0))
        if not_before > self._clock.time():
            self._held_until[key] = not_before
            self._held[parcel.id] = msgspec.structs.replace(parcel, not_before=not_before)
            self._clock.at(not_before, lambda: self._release(parcel.id))
        else:
            self._waiting.append(parcel)
            self._changed.set()

    @property
    def full(self) -> bool:
        """Whether no more can wait."""
        return len(self._waiting) + len(self._held) >= self._retry.capacity

    def status(self) -> LaneStatus:
        """Say how the target is doing."""
        first = self._waiting[0] if self._waiting else None
        pause = self._next_attempt - self._clock.monotonic()
        return LaneStatus(
            target=self._target,
            connected=self._deliver is not None,
            waiting=len(self._waiting),
            held=len(self._held),
            attempts=first.attempts if first else 0,
            retry_in=pause if first and self._deliver and pause > 0 else None,
            reason=(first.reason or ("" if self._deliver else "not connected")) if first else "",
            delivered=self._delivered,
            failed=self._failed,
        )

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            if not self._waiting:
                await self._pause(None)
                continue
            parcel = self._waiting[0]
            left = max(parcel.accepted, parcel.not_before) + self._retry.expiry - self._clock.time()
            wait = self._next_attempt - self._clock.monotonic()
            if left <= 0:
                await self._give_up(parcel, f"expired: {parcel.reason or 'nobody delivers to ' + self._target}")
            elif self._deliver is None:
                await self._pause(left)
            elif wait > 0:
                await self._pause(min(wait, left))
            else:
                await self._try(self._deliver, parcel)

    def _release(self, parcel_id: str) -> None:
        parcel = self._held.pop(parcel_id)
        key = parcel.notice.key or parcel.id
        if self._held_until.get(key, 0.0) <= parcel.not_before:
            self._held_until.pop(key, None)
        self._waiting.append(parcel)
        self._changed.set()

    async def _pause(self, seconds: float | None) -> None:
        self._changed.clear()
        timer = None if seconds is None else self._clock.after(seconds, self._changed.set)
        try:
            await self._changed.wait()
        finally:
            if timer is not None:
                timer.cancel()

    async def _try(self, deliver: Deliver, parcel: Parcel) -> None:
        untried, parcel = parcel, msgspec.structs.replace(parcel, attempts=parcel.attempts + 1, reason="")
        try:
            receipt = await self._within_patience(deliver, parcel.notice)
        except NotConnected as error:  # nothing was tried: only time counts
            self._absences += 1
            await self._wait_with(untried, error, min(self._retry.wait(self._absences, error), self._retry.longest_absence))
        except (ActionError, AuthenticationFailed) as error:
            await self._give_up(parcel, _reason(error))
        except (PluginError, OSError) as error:
            await self._try_later(parcel, error, self._retry.attempts)
        except Exception as error:
            _log.exception("notify.%s failed on %s", self._target, parcel.id)
            await self._try_later(parcel, error, self._retry.attempts_after_bug)
        else:
            await self._arrived(parcel, receipt)

    async def _within_patience(self, deliver: Deliver, notice: Notice) -> Receipt:
        attempt = self._attempt = asyncio.ensure_future(deliver(notice))
        timer = self._clock.after(self._retry.patience, lambda: _cancel(attempt))
        try:
            return await attempt
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            raise TimeoutError("the connection was lost" if timer.pending else "took too long") from None
        finally:
            timer.cancel()
            self._attempt = None

    async def _arrived(self, parcel: Parcel, receipt: Receipt) -> None:
        self._waiting.popleft()
        self._delivered += 1
        self._next_attempt, self._absences = 0.0, 0
        await _kept(self._shelf.deliver(parcel), parcel)
        told = {"target": self._target, "key": parcel.notice.key, "attempts": parcel.attempts, "id": parcel.notice.id}
        self._bus.fire(DELIVERED, {**told, "reference": receipt.reference}, parcel.context)

    async def _try_later(self, parcel: Parcel, error: Exception, attempts: int) -> None:
        if parcel.attempts >= attempts:
            await self._give_up(parcel, _reason(error))
            return
        lost = self._deliver is None  # whoever comes back is tried at once
        wait = 0.0 if lost else self._retry.wait(parcel.attempts, error)
        await self._wait_with(parcel, error, wait)

    async def _wait_with(self, parcel: Parcel, error: Exception, seconds: float) -> None:
        _log.info("notify.%s: %s; next attempt in %.0f s", self._target, _reason(error), seconds)
        self._next_attempt = self._clock.monotonic() + seconds
        self._waiting[0] = msgspec.structs.replace(parcel, reason=_reason(error))
        await _kept(self._shelf.update(self._waiting[0]), parcel)

    async def _give_up(self, parcel: Parcel, reason: str) -> None:
        self._waiting.popleft()
        self._failed += 1
        self._next_attempt = 0.0
        await _kept(self._shelf.bury(msgspec.structs.replace(parcel, reason=reason)), parcel)
        _log.error("notify.%s: %s was given up after %d attempts: %s", self._target, parcel.id, parcel.attempts, reason)
        told = {"target": self._target, "key": parcel.notice.key, "attempts": parcel.attempts, "id": parcel.notice.id}
        told |= {"reason": reason, "title": parcel.notice.title, "message": parcel.notice.message, "parcel": parcel.id}
        self._bus.fire(FAILED, told, parcel.context)


def _cancel(attempt: asyncio.Future[Receipt]) -> None:
    attempt.cancel()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__


async def _kept(change: Awaitable[None], parcel: Parcel) -> None:
    """Go on when the shelf is in trouble: a message that arrives twice is better than none."""
    try:
        await change
    except (StoreError, OSError) as error:
        _log.error("the outbox cannot keep what became of %s: %s", parcel.id, error)
