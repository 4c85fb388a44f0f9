"""The devices: which there are, and which of them are down."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

import msgspec

from hub.api import Device, Hub
from hub_librenms.api import LibreNms, Listing, segment
from hub_librenms.board import Board, Facet
from hub_librenms.config import Kind, LibreNmsConfig
from hub_librenms.events import DeviceAdded, DeviceDown, DeviceEvent, DeviceRemoved, DeviceUp
from hub_librenms.facets import booted, booted_facet, device_of, up_facet
from hub_librenms.failures import Refused
from hub_librenms.problems import Problems
from hub_librenms.selection import Selector
from hub_librenms.switch import DeviceRow, Switch, device
from hub_librenms.wire import whole

_KNOWN, _DOWN = "known", "down"  # in memory: the devices that were told of, and those of them that were told to be down
_SHOWN = 20
_TURN = 500
_DOUBTFUL = 0.5


class Inventory:
    """The devices that are looked at."""

    def __init__(self, hub: Hub, api: LibreNms, board: Board, problems: Problems, config: LibreNmsConfig) -> None:
        self._hub, self._api, self._board, self._problems, self._config = hub, api, board, problems, config
        self._selector = Selector(config.devices)
        self._down_list = Listing(api, "/devices", "devices", DeviceRow, [("type", "down")])
        self.switches: dict[int, Switch] = {}
        self._devices: dict[int, Device] = {}
        self._booted: dict[int, datetime] = {}
        self._by_name: dict[str, int] = {}
        self._doubted = False
        self._asked_for: set[int] = set()
        self._told_down: set[int] = set(hub.memory.get(_DOWN) or ())
        self._count = hub.sensor("devices_down", name="Devices down", state_class="measurement", icon="mdi:lan-disconnect")

    @property
    def covers_all(self) -> bool:
        """Whether every device of LibreNMS is looked at."""
        return self._selector.takes_all

    def device(self, device_id: int) -> Device | None:
        """Return the hub's device; None when LibreNMS's is not looked at."""
        return self._devices.get(device_id)

    def is_up(self, device_id: int) -> bool:
        """Tell whether what LibreNMS says of a device's insides is of today."""
        switch = self.switches.get(device_id)
        return switch is not None and switch.up is not False

    def find(self, name: str | int) -> Switch | None:
        """Return the device with this id, host name, system name or display name."""
        digits = str(name).strip()
        number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None
        if number in self.switches:
            return self.switches[number]
        return self.switches.get(self._by_name.get(digits.lower(), -1))

    async def look(self) -> None:
        """Ask for all devices. Raises as `LibreNms.rows` does."""
        members = await self._members()
        found: dict[int, Switch] = {}
        for number, row in enumerate(await self._api.rows("/devices", "devices", DeviceRow), 1):
            switch = device(row)
            if switch is not None and self._selector.fits(switch, members):
                found[switch.id] = _as_known(switch, self.switches.get(switch.id))
            if number % _TURN == 0:
                await asyncio.sleep(0)
        if self._is_doubtful(found):
            return
        self._take(found)
        self._down_list.forget()
        await self._board.show(Kind.DEVICES, self._facets(found.values()))
        await self._tell_changes(known=True)

    async def look_down(self) -> bool:
        """Ask which devices are down; tells whether there is one that was not known. Raises as `LibreNms.rows` does."""
        rows = await self._down_list.news()
        if rows is None:
            return False
        down = {switch.id: switch for switch in map(device, rows) if switch is not None and switch.up is not True}
        changed: list[Switch] = []
        for switch in self.switches.values():
            now = down.get(switch.id)
            if now is not None and (switch.up is not False or switch.reason != now.reason):
                changed.append(msgspec.structs.replace(switch, up=False, reason=now.reason))
            elif now is None and switch.up is not True:
                changed.append(msgspec.structs.replace(switch, up=True, reason=""))
        self.switches.update({switch.id: switch for switch in changed})
        self._board.update(Kind.DEVICES, self._facets(changed))
        await self._tell_changes(known=False)
        # Each is asked for once: one that does not fit the selection, or is not listed, stays unknown.
        unknown = down.keys() - self.switches.keys() - self._asked_for
        self._asked_for |= unknown
        return bool(unknown)

    def _is_doubtful(self, found: dict[int, Switch]) -> bool:
        """Tell whether so much is missing that a second look must confirm it: rights or a database in trouble look the same."""
        if len(found) >= len(self.switches) * _DOUBTFUL or self._doubted:
            self._doubted = False
            self._problems.tell("devices", None)
            return False
        self._doubted = True
        gone = len(self.switches) - len(found)
        self._problems.tell("devices", f"{gone} of {len(self.switches)} devices vanished at once; the next look decides")
        return True

    async def _members(self) -> frozenset[int]:
        """Return the ids of the devices in the groups that are looked at."""
        found: set[int] = set()
        for group in self._selector.groups:
            try:
                rows = await self._api.rows(f"/devicegroups/{segment(group)}", "devices", DeviceRow)
            except Refused as error:
                self._problems.tell(f"group {group}", str(error))
                continue
            self._problems.tell(f"group {group}", None)
            found.update(device_id for row in rows if (device_id := whole(row.device_id)) is not None)
        return frozenset(found)

    def _take(self, found: dict[int, Switch]) -> None:
        make = partial(device_of, url=self._config.url, area=self._config.areas_from_locations)
        self._devices = {
            switch.id: self._devices[switch.id] if _is_same(self.switches.get(switch.id), switch) else make(switch)
            for switch in found.values()
        }
        self.switches = found
        self._by_name = {}
        for switch in found.values():
            for name in (switch.name, switch.system_name, switch.hostname):
                if name:
                    self._by_name[name.lower()] = switch.id
        now = self._hub.clock.now()
        runs = {switch.id: booted(switch, now, self._booted.get(switch.id)) for switch in found.values()}
        self._booted = {device_id: moment for device_id, moment in runs.items() if moment is not None}

    def _facets(self, switches: Iterable[Switch]) -> Iterator[Facet]:
        for switch in switches:
            shown = self._devices[switch.id]
            if self._config.shows(Kind.DEVICES):
                yield up_facet(switch, shown)
            if self._config.shows(Kind.UPTIME):
                yield booted_facet(switch, shown, self._booted.get(switch.id))

    async def _tell_changes(self, *, known: bool) -> None:
        """Tell what is not as it was told last, and then remember that it was told."""
        memory, changes = self._hub.memory, {}
        down = {switch.id for switch in self.switches.values() if switch.up is False}
        first = memory.get(_DOWN) is None
        self._show_count(down)
        if known:
            changes.update(self._told_known())
        if down != self._told_down or first:
            if not first:
                self._emit(DeviceDown, down - self._told_down)
                self._emit(DeviceUp, self._told_down - down)
            self._told_down = down
            changes[_DOWN] = sorted(down)
        if changes:
            await memory.put(changes)

    def _told_known(self) -> dict[str, object]:
        kept = self._hub.memory.get(_KNOWN)
        now = {str(switch.id): [switch.hostname, switch.name] for switch in self.switches.values()}
        if kept == now:
            return {}
        if isinstance(kept, dict):
            self._emit(DeviceAdded, (int(device_id) for device_id in now.keys() - kept.keys()))
            for device_id in kept.keys() - now.keys():
                self._told_down.discard(int(device_id))
                hostname, name = kept[device_id]
                self._hub.emit(DeviceRemoved(device_id=int(device_id), hostname=hostname, device=name))
        return {_KNOWN: now}

    def _emit(self, event: type[DeviceEvent], device_ids: Iterable[int]) -> None:
        for device_id in sorted(device_ids):
            switch = self.switches.get(device_id)
            if switch is not None:
                self._hub.emit(
                    event(
                        device_id=switch.id,
                        hostname=switch.hostname,
                        device=switch.name,
                        ip=switch.ip,
                        location=switch.location,
                        os=switch.os,
                        type=switch.type,
                        reason=switch.reason,
                    )
                )

    def _show_count(self, down: set[int]) -> None:
        names = sorted(self.switches[device_id].name for device_id in down)
        self._count.set(len(down), {"devices": names[:_SHOWN], "watched": len(self.switches)})


def _as_known(switch: Switch, known: Switch | None) -> Switch:
    """Keep what the list of those that are down says: it is asked for more often, and may be younger than this one."""
    return switch if known is None else msgspec.structs.replace(switch, up=known.up, reason=known.reason)


def _is_same(old: Switch | None, new: Switch) -> bool:
    """Tell whether a device is described as before."""
    return old is not None and (old.name, old.hardware, old.version, old.serial) == (
        new.name,
        new.hardware,
        new.version,
        new.serial,
    )
