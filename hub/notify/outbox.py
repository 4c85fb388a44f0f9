"""The outbox: what people are to be told is stored first, then delivered until it arrives."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import ActionError
from hub.model.context import Context
from hub.model.notice import Notice
from hub.notify.lane import Deliver, Lane, LaneStatus
from hub.notify.retry import Retry
from hub.notify.shelf import MemoryShelf, Parcel, Shelf

_DEFAULT_RETRY = Retry()


class OutboxFull(ActionError):
    """Too many notices wait for the target."""

    def __init__(self, target: str, waiting: int) -> None:
        super().__init__(f"{waiting} notices wait for notify.{target} already; it takes no more until some are delivered")


class Outbox:
    """Accepts notices for targets and delivers them: at least once, in order per target.

    What a shelf still has from the last time goes first.
    """

    def __init__(self, bus: Bus, clock: Clock, shelf: Shelf | None = None, retry: Retry = _DEFAULT_RETRY) -> None:
        self._bus, self._clock, self._retry = bus, clock, retry
        self._shelf: Shelf = MemoryShelf() if shelf is None else shelf
        self._lanes: dict[str, Lane] = {}
        self._new_lanes: asyncio.Queue[str] = asyncio.Queue()
        for parcel in self._shelf.waiting():
            self._lane(parcel.target).accept(parcel)

    async def run(self) -> None:
        """Deliver until cancelled; until this runs, notices wait."""
        async with asyncio.TaskGroup() as lanes:
            while True:
                target = await self._new_lanes.get()
                lanes.create_task(self._lanes[target].run(), name=f"notify.{target}")

    def attach(self, target: str, deliver: Deliver) -> Callable[[], None]:
        """Deliver the target's notices through this; the answer ends it, and what comes then waits."""
        return self._lane(target).attach(deliver)

    async def put(self, target: str, notice: Notice, context: Context, not_before: float = 0.0) -> bool:
        """Accept a notice; returns when it is stored, False when this very one was accepted before. Raises OutboxFull.

        `not_before` is in seconds since 1970. A notice without an id is a new one every time.
        """
        lane = self._lane(target)
        if lane.full:
            raise OutboxFull(target, self._retry.capacity)
        parcel = Parcel(
            id=f"{notice.id or Context.new().id}/{target}",
            target=target,
            notice=notice,
            context=context,
            accepted=self._clock.time(),
            not_before=not_before,
        )
        if not await self._shelf.keep(parcel):
            return False
        lane.accept(parcel)
        return True

    def status(self) -> list[LaneStatus]:
        """Say how every target is doing, in order of names."""
        return [self._lanes[target].status() for target in sorted(self._lanes)]

    def dead(self) -> list[Parcel]:
        """Return what could not be delivered, oldest first."""
        return self._shelf.dead()

    async def retry(self, parcel_id: str) -> bool:
        """Try a dead parcel again, as though it were new; False when there is none with this id."""
        for parcel in self._shelf.dead():
            if parcel.id == parcel_id:
                fresh = replace(parcel, attempts=0, reason="", accepted=self._clock.time(), not_before=0.0)
                await self._shelf.revive(fresh)
                self._lane(fresh.target).accept(fresh)
                return True
        return False

    def _lane(self, target: str) -> Lane:
        lane = self._lanes.get(target)
        if lane is None:
            lane = self._lanes[target] = Lane(target, self._shelf, self._bus, self._clock, self._retry)
            self._new_lanes.put_nowait(target)
        return lane
