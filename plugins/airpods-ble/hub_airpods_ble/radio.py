"""Listening with one Bluetooth adapter. The only user of `bleak`; import it when it is needed."""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal

from bleak import BleakAdapter, BleakScanner
from bleak.args.bluez import BlueZScannerArgs, OrPattern
from bleak.assigned_numbers import AdvertisementDataType
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData
from bleak.exc import BleakError

from hub.api import Clock, NotConnected
from hub_airpods_ble.config import Scanning
from hub_airpods_ble.message import BEGINNING, COMPANY
from hub_airpods_ble.sighting import Sighting

Hear = Callable[[Sighting], None]
Mode = Literal["passive", "active"]

_PATIENCE: Final = 15.0  # real seconds to begin or to end a scan
_SILENCE: Final = 120.0
"""Seconds after which a passive scan that heard nothing at all may be one that the kernel only pretends to do."""
_TALKATIVE: Final = ("bleak", "dbus_fast")
"""Loggers that would write every address nearby into a debug log."""
_PATTERN: Final = OrPattern(0, AdvertisementDataType.MANUFACTURER_SPECIFIC_DATA, COMPANY.to_bytes(2, "little") + BEGINNING)


class Radio:
    """One adapter that listens."""

    def __init__(self, adapter: str, hear: Hear, clock: Clock) -> None:
        self._adapter = adapter
        self._hear = hear
        self._clock = clock
        self._heard = False

    async def listen(self, scanning: Scanning, show: Callable[[Mode], None]) -> None:
        """Listen until cancelled; `show` is told how. Raises NotConnected when it cannot."""
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.INFO)
        if scanning is Scanning.AUTO:
            with suppress(_CannotListen):
                async with self._scan("passive"):
                    show("passive")
                    await self._until_silent()
            scanning = Scanning.ACTIVE
        mode: Mode = "passive" if scanning is Scanning.PASSIVE else "active"
        async with self._scan(mode):
            show(mode)
            await asyncio.Event().wait()

    @asynccontextmanager
    async def _scan(self, mode: Mode) -> AsyncGenerator[None, None]:
        scanner = await self._begin(mode)
        try:
            yield
        finally:
            await self._end(scanner)

    async def _begin(self, mode: Mode) -> BleakScanner:
        options = BlueZScannerArgs(adapter=self._adapter) if sys.platform == "linux" else BlueZScannerArgs()
        if mode == "passive":
            options["or_patterns"] = [_PATTERN]
        try:
            scanner = BleakScanner(self._take, scanning_mode=mode, bluez=options)
            async with asyncio.timeout(_PATIENCE):
                await scanner.start()
        except TimeoutError:
            raise _CannotListen(f"{self._adapter} does not begin to listen") from None
        except (BleakError, OSError, EOFError) as error:
            raise _CannotListen(f"{self._adapter} cannot listen: {error}") from error
        return scanner

    async def _end(self, scanner: BleakScanner) -> None:
        # When Bluetooth is gone there is nothing to end; bleak may then still hold our callback, so that has to be deaf.
        self._hear = _hear_nothing
        with suppress(BleakError, OSError, EOFError, AssertionError):  # TimeoutError is an OSError
            async with asyncio.timeout(_PATIENCE):
                if sys.platform == "linux":
                    await _revive(self._adapter)
                await scanner.stop()

    async def _until_silent(self) -> None:
        self._heard = True
        while self._heard:
            self._heard = False
            await self._clock.sleep(_SILENCE)

    def _take(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        self._heard = True
        data = advertisement.manufacturer_data.get(COMPANY)
        if data is not None:
            self._hear(Sighting(device.address, advertisement.rssi, self._adapter, data, self._clock.time()))


async def _revive(adapter: str) -> None:
    """Let bleak connect to D-Bus again if it was lost. Without a connection bleak would write to a descriptor that is closed."""
    for _ in range(3):
        await asyncio.sleep(0)  # bleak's own connection notices its end a little later than ours
    await BleakAdapter.get(bluez={"adapter": adapter})


def _hear_nothing(_: Sighting) -> None:
    """Be what bleak calls after a scan."""


class _CannotListen(NotConnected):
    """The adapter does not scan in this way."""
