"""One subscription at the simulated target: everything once, then samples at their intervals and changes as they happen."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pygnmi.spec.v080 import gnmi_pb2 as pb

from hub.api import Clock
from hub_gnmi.paths import Path
from hub_gnmi.simulator.spelling import notification, path_of
from hub_gnmi.simulator.switch import Leaf, Leafed, Switch
from hub_gnmi.wire import Encoding, ListMode, Mode

_FASTEST = 0.05  # seconds; what a sample_interval of 0 means here
_PER_MESSAGE = 50  # leaves
_STEADY = ("status", "boot-time", "hostname", "software-version", "last-change", "enabled", "name")
"""Leaves that are sent on change when the target decides."""

Write = Callable[[Any], Awaitable[None]]


@dataclass(slots=True)
class _Wanted:
    path: Path
    mode: Mode
    interval: float
    heartbeat: float
    due: float

    def covers(self, leaf: Leaf) -> bool:
        return self.path.covers(leaf.path)


class Subscriptions:
    """What one client has subscribed to."""

    def __init__(self, switch: Switch, clock: Clock, request: Any, write: Write, syncs: bool) -> None:
        self._switch, self._clock, self._write, self._syncs = switch, clock, write, syncs
        self._encoding = Encoding(request.encoding)
        self._mode = ListMode(request.mode)
        self._wanted = [self._read(request.prefix, each) for each in request.subscription]
        self._told: dict[Path, Leafed] = {}
        self._changed = asyncio.Event()

    async def run(self, requests: AsyncIterator[Any]) -> None:
        """Tell until there is nothing more to tell, or the client goes."""
        if self._mode is ListMode.POLL:
            async for request in requests:
                if request.HasField("poll"):
                    await self._tell_everything()
            return
        self._switch.listeners.add(self._changed.set)
        try:
            await self._tell_everything()
            while self._mode is ListMode.STREAM:
                await self._wait()
                await self._tell_due()
        finally:
            self._switch.listeners.discard(self._changed.set)

    async def _tell_everything(self) -> None:
        leaves = [leaf for leaf in self._switch.leaves() if any(each.covers(leaf) for each in self._wanted)]
        await self._tell(leaves)
        if self._syncs:
            await self._write(pb.SubscribeResponse(sync_response=True))

    async def _wait(self) -> None:
        """Until something changes, or a sample is due."""
        due = [each.due for each in self._wanted if each.due > 0]
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(self._changed.wait())]
        if due:
            waits.append(asyncio.create_task(self._clock.sleep(max(0.0, min(due) - self._clock.monotonic()))))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            for wait in waits:
                with suppress(asyncio.CancelledError):
                    await wait

    async def _tell_due(self) -> None:
        changed, now = self._changed.is_set(), self._clock.monotonic()
        self._changed.clear()
        due = [each for each in self._wanted if 0 < each.due <= now]
        for each in due:
            each.due = now + (each.interval or each.heartbeat)
        leaves = list(self._switch.leaves())
        wanted = {leaf.path: leaf for leaf in leaves if any(each.covers(leaf) for each in due)}
        if changed:
            sent_on_change = [each for each in self._wanted if each.mode is not Mode.SAMPLE]
            for leaf in leaves:
                news = self._told.get(leaf.path) != leaf.value and leaf.path.elements[-1].name.endswith(_STEADY)
                if news and any(each.covers(leaf) for each in sent_on_change):
                    wanted[leaf.path] = leaf
        await self._tell(list(wanted.values()))

    async def _tell(self, leaves: list[Leaf]) -> None:
        at = int(self._clock.time() * 1e9)
        for start in range(0, len(leaves), _PER_MESSAGE):
            part = leaves[start : start + _PER_MESSAGE]
            self._told.update({leaf.path: leaf.value for leaf in part})
            await self._write(pb.SubscribeResponse(update=notification(at, part, self._encoding)))

    def _read(self, prefix: Any, message: Any) -> _Wanted:
        path, mode = path_of(prefix, message.path), Mode(message.mode)
        steady = bool(path.elements) and path.elements[-1].name.endswith(_STEADY)
        if mode is Mode.TARGET_DEFINED:
            mode = Mode.ON_CHANGE if steady else Mode.SAMPLE
        interval = max(message.sample_interval / 1e9, _FASTEST) if mode is Mode.SAMPLE else 0.0
        if mode is Mode.SAMPLE and message.mode == Mode.TARGET_DEFINED:
            interval = 10.0
        heartbeat = message.heartbeat_interval / 1e9
        regular = interval or heartbeat
        return _Wanted(path, mode, interval, heartbeat, self._clock.monotonic() + regular if regular else 0.0)
