"""Several adapters that listen at the same time; one that fails is tried again while the others go on."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module
from typing import Any, Final

from hub.api import Hub, NotConnected
from hub_airpods_ble.config import AirpodsConfig, Scanning
from hub_airpods_ble.sighting import Sighting
from hub_airpods_ble.tracker import Tracker

_AGAIN: Final = 30.0  # seconds before an adapter is tried again
_ANY: Final = "default"


@asynccontextmanager
async def receiving(config: AirpodsConfig, hub: Hub, tracker: Tracker) -> AsyncGenerator[None, None]:
    """Listen with every adapter. Raises NotConnected when none works, now or later."""
    await asyncio.to_thread(import_module, "hub_airpods_ble.radio")  # bleak takes a while
    receivers = Receivers(config, hub, tracker)
    for name in config.adapters or (_ANY,):
        hub.start(partial(receivers.keep_listening, name), name=f"listen {name}")
    await receivers.begun()
    yield


class Receivers:
    """The adapters, and which of them listen."""

    def __init__(self, config: AirpodsConfig, hub: Hub, tracker: Tracker) -> None:
        self._scanning = config.scanning
        self._hub = hub
        self._tracker = tracker
        self._silent: dict[str, str | None] = dict.fromkeys(config.adapters or (_ANY,))
        self._listening: set[str] = set()
        self._begun = asyncio.Event()

    async def begun(self) -> None:
        """Wait until one listens. Raises NotConnected when all have failed."""
        await self._begun.wait()
        self._check()

    async def keep_listening(self, name: str) -> None:
        """Listen with an adapter again and again. Raises NotConnected when it fails and no other listens."""
        while True:
            try:
                await _listen(name, self._scanning, self._tracker.inbox.put, partial(self._works, name), self._hub)
            except NotConnected as error:
                self._fails(name, str(error))
            await self._hub.clock.sleep(_AGAIN)

    def _works(self, name: str, adapter: str, mode: str) -> None:
        self._silent[name] = None
        self._listening.add(name)
        self._tracker.receiver.show_adapter(name, scanning=True, attributes={"adapter": adapter, "mode": mode})
        self._begun.set()

    def _fails(self, name: str, why: str) -> None:
        if self._silent.get(name) != why:
            self._hub.log.warning("%s", why)
        self._listening.discard(name)
        self._silent[name] = why
        self._tracker.receiver.show_adapter(name, scanning=False, attributes={"reason": why})
        if all(self._silent.values()) and not self._begun.is_set():
            self._begun.set()  # `begun` raises
        elif self._begun.is_set():
            self._check()

    def _check(self) -> None:
        if not self._listening:
            raise NotConnected("; ".join(sorted({why for why in self._silent.values() if why})))


async def _listen(
    name: str, scanning: Scanning, hear: Callable[[Sighting], None], works: Callable[[str, str], None], hub: Hub
) -> None:
    from hub_airpods_ble.radio import Radio

    if sys.platform != "linux":
        await Radio(name, hear, hub.clock).listen(scanning, partial(works, name))
        return
    from hub_airpods_ble.bluez import watched

    async with watched(None if name == _ANY else name) as adapter:
        radio = Radio(adapter.name, hear, hub.clock)
        await _either(radio.listen(scanning, partial(works, adapter.name)), adapter.lost())


async def _either(listening: Coroutine[Any, Any, None], lost: Coroutine[Any, Any, str]) -> None:
    """Wait until the listening fails or the adapter is lost. Raises NotConnected."""
    radio, watch = asyncio.create_task(listening, name="radio"), asyncio.create_task(lost, name="adapter")
    try:
        await asyncio.wait({radio, watch}, return_when=asyncio.FIRST_COMPLETED)
        if radio.done():
            radio.result()
        raise NotConnected(watch.result())
    finally:
        radio.cancel()
        watch.cancel()
        await asyncio.wait({radio, watch})
