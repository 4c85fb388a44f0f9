"""One vCenter: its changes come by themselves, through one question that is always open."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import Protocol

from hub.api import Hub
from hub_vmware.alarms import Alarms
from hub_vmware.board import Board
from hub_vmware.config import VCenter
from hub_vmware.events import TaskFinished
from hub_vmware.failures import Refused, refusals_are_losses
from hub_vmware.inventory import Inventory
from hub_vmware.things import Changes
from hub_vmware.threads import Threads

_AT_ONCE = 4  # calls and tasks that are followed at a time
_GOODBYE = 1.5  # seconds for each of the last words
_AGEING = timedelta(hours=1)  # how often the age of snapshots is looked at


class Wire(Protocol):
    """What is asked of a vCenter; `hub_vmware.wire` says each in full. All of it blocks."""

    def login(self) -> None:
        """Log in. Raises AuthenticationFailed, NotConnected, Garbled."""

    def watch(self) -> None:
        """Say what is to be told of. Raises as `login` does."""

    def wait(self, version: str) -> Changes:
        """Wait for what is new since this version ("" at first); the same version and no change when nothing is."""

    def stop_waiting(self) -> None:
        """End a `wait` in another thread."""

    def name_alarms(self, definitions: Iterable[str]) -> Mapping[str, str]:
        """Return the names of alarm definitions; one that is gone is left out."""

    def power_on(self, vm: str) -> str:
        """Begin to switch a machine on; return the task. Raises Refused, and as `login` does."""

    def power_off(self, vm: str) -> str:
        """Begin to cut a machine's power; return the task."""

    def create_snapshot(self, vm: str, name: str, description: str, memory: bool, quiesce: bool) -> str:
        """Begin to make a snapshot; return the task."""

    def remove_snapshot(self, snapshot: str, children: bool) -> str:
        """Begin to remove a snapshot; return the task."""

    def shutdown_guest(self, vm: str) -> None:
        """Ask the guest to shut down; nobody tells when it has. Raises Refused without VMware Tools."""

    def reboot_guest(self, vm: str) -> None:
        """Ask the guest to start anew; nobody tells when it has. Raises Refused without VMware Tools."""

    def follow(self, task: str) -> str | None:
        """Wait until the task has ended; return vCenter's words when it failed. Raises Refused when it takes too long."""

    def logout(self) -> None:
        """Give the session back: vCenter has only so many."""

    def break_off(self) -> None:
        """Close everything, now and for ever."""


class VCenterSession:
    """A login that is told of every change; what actions work on."""

    def __init__(self, config: VCenter, hub: Hub, wire: Wire, watching: Threads, calling: Threads) -> None:
        self.wire = wire
        self.inventory = Inventory(config, hub.emit)
        self._hub = hub
        self._watching = watching
        self._calling = calling
        self._board = Board(hub, "vcenter")
        self._alarms = Alarms(self._name_alarms, self.inventory.name_of, hub.emit)
        self._version = ""

    async def begin(self) -> None:
        """Read everything once and show it. Raises NotConnected, Garbled."""
        more = True
        while more:
            update = await self._wait()
            self.inventory.take(update.changes, tell=False)
            self._version, more = update.version, update.more
        await self._show(self.inventory.everything(), tell=False)
        await self._board.keep_only_these()

    async def follow(self) -> None:
        """Take changes as they come. Raises NotConnected when vCenter is lost."""
        while True:
            update = await self._wait()
            self._version = update.version
            changed = self.inventory.take(update.changes, tell=True)
            if update.changes:
                await self._show(changed, tell=True)
            if any(change.gone for change in update.changes) or len(changed) > 1:
                await self._board.keep_only_these()

    async def age(self) -> None:
        """Tell how old snapshots have become."""
        await self._board.show(self.inventory.facets(self.inventory.with_snapshots(), self._hub.clock.now()))

    async def run_task(self, action: str, vm: str, begin: Callable[[], str]) -> str:
        """Begin a task, follow it to its end and tell of it; return its reference. Raises Refused when it fails."""
        task = await self._calling.run(begin)
        error = await self._calling.run(partial(self.wire.follow, task))
        name = self.inventory.name_of(vm)
        self._hub.emit(TaskFinished(task=task, action=action, vm=name, ok=error is None, error=error))
        if error is not None:
            raise Refused(f"{action} of {name} failed: {error}")
        return task

    async def call(self, call: Callable[[], None]) -> None:
        """Ask something that is no task. Raises Refused, NotConnected."""
        await self._calling.run(call)

    async def _wait(self) -> Changes:
        with refusals_are_losses():
            return await self._watching.run(partial(self.wire.wait, self._version))

    async def _name_alarms(self, definitions: Iterable[str]) -> Mapping[str, str]:
        with refusals_are_losses():
            return await self._calling.run(partial(self.wire.name_alarms, definitions))

    async def _show(self, refs: Iterable[str], *, tell: bool) -> None:
        await self._board.show(self.inventory.facets(refs, self._hub.clock.now()))
        alarms = await self._alarms.take(self.inventory.alarms, tell=tell)
        await self._board.show({"all": [*self.inventory.summary(), alarms]})


@asynccontextmanager
async def watched(config: VCenter, hub: Hub) -> AsyncGenerator[VCenterSession, None]:
    """Log in and follow the inventory for the length of the block. Raises AuthenticationFailed, NotConnected, Garbled."""
    # The question that is always open has the first thread for itself; calls would have to wait for it there.
    watching, calling = Threads("vmware-watch", 1), Threads("vmware-call", _AT_ONCE)
    wire: Wire | None = None
    try:
        wire = await calling.run(partial(_wire, config))
        with refusals_are_losses():
            await calling.run(wire.login)
            await calling.run(wire.watch)
        session = VCenterSession(config, hub, wire, watching, calling)
        await session.begin()
        hub.start(session.follow, name="follow the inventory")
        hub.every(_AGEING, session.age)
        yield session
    finally:
        try:
            if wire is not None:
                await _goodbye(wire, calling)
        finally:
            if wire is not None:
                wire.break_off()
            watching.end()
            calling.end()


def _wire(config: VCenter) -> Wire:
    from hub_vmware import wire  # pyvmomi takes more than a second to import

    return wire.Wire(config)


async def _goodbye(wire: Wire, calling: Threads) -> None:
    for last in (wire.stop_waiting, wire.logout):
        with suppress(Exception):
            async with asyncio.timeout(_GOODBYE):
                await calling.run(last)
