"""Where the outbox keeps its parcels; a durable shelf replaces the one in memory."""

from collections import OrderedDict
from typing import Protocol

import msgspec

from hub.model.context import Context
from hub.model.notice import Notice

_DEAD_KEPT = 1_000
_IDS_KEPT = 10_000


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One notice on its way to one target; times are seconds since 1970."""

    id: str
    """The same id is the same parcel, put in once more after a crash."""
    target: str
    notice: Notice
    context: Context
    accepted: float
    not_before: float = 0.0
    attempts: int = 0
    reason: str = ""
    """Why the last attempt failed."""


class Shelf(Protocol):
    """Keeps parcels; each call returns when what it says is kept. Raises StoreError or OSError."""

    async def keep(self, parcel: Parcel) -> bool:
        """Keep a parcel that is to be delivered; False when its id was seen before."""

    async def update(self, parcel: Parcel) -> None:
        """Keep what an attempt changed."""

    async def deliver(self, parcel: Parcel) -> None:
        """Drop a parcel that arrived; its id stays known for a while."""

    async def bury(self, parcel: Parcel) -> None:
        """Move a parcel among the dead."""

    async def revive(self, parcel: Parcel) -> None:
        """Move a dead parcel back among those to be delivered."""

    def waiting(self) -> list[Parcel]:
        """Return what is to be delivered, in order of acceptance."""

    def dead(self) -> list[Parcel]:
        """Return what could not be delivered, oldest first."""


class MemoryShelf:
    """Keeps parcels as long as the process lives: the last thousand dead, the last ten thousand ids."""

    def __init__(self) -> None:
        self._waiting: dict[str, Parcel] = {}
        self._dead: OrderedDict[str, Parcel] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    async def keep(self, parcel: Parcel) -> bool:
        """Keep a parcel that is to be delivered; False when its id was seen before."""
        if parcel.id in self._known or parcel.id in self._waiting:
            return False
        self._waiting[parcel.id] = parcel
        return True

    async def update(self, parcel: Parcel) -> None:
        """Keep what an attempt changed."""
        self._waiting[parcel.id] = parcel

    async def deliver(self, parcel: Parcel) -> None:
        """Drop a parcel that arrived; its id stays known for a while."""
        self._forget(parcel)

    async def bury(self, parcel: Parcel) -> None:
        """Move a parcel among the dead."""
        self._forget(parcel)
        self._dead[parcel.id] = parcel
        while len(self._dead) > _DEAD_KEPT:
            self._dead.popitem(last=False)

    async def revive(self, parcel: Parcel) -> None:
        """Move a dead parcel back among those to be delivered."""
        self._dead.pop(parcel.id, None)
        self._waiting[parcel.id] = parcel

    def waiting(self) -> list[Parcel]:
        """Return what is to be delivered, in order of acceptance."""
        return list(self._waiting.values())

    def dead(self) -> list[Parcel]:
        """Return what could not be delivered, oldest first."""
        return list(self._dead.values())

    def _forget(self, parcel: Parcel) -> None:
        self._waiting.pop(parcel.id, None)
        self._known[parcel.id] = None
        while len(self._known) > _IDS_KEPT:
            self._known.popitem(last=False)
