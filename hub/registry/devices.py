"""Devices: the things that have entities."""

from collections.abc import Iterable
from typing import Any, Final, TypedDict, Unpack

import msgspec

from hub.bus import Bus
from hub.model.entity import Device, DeviceEntry
from hub.model.event import Event
from hub.registry.areas import AREA_REGISTRY_UPDATED, AreaRegistry
from hub.registry.index import Index
from hub.registry.keeping import NOWHERE, Keeper, UnknownRow, new_id
from hub.registry.labels import LABEL_REGISTRY_UPDATED

DEVICE_REGISTRY_UPDATED: Final = "device_registry_updated"


class DeviceChanges(TypedDict, total=False):
    """What an admin may change of a device."""

    name_by_user: str | None
    area_id: str | None
    labels: frozenset[str]


class DeviceRegistry:
    """Every device; `device_registry_updated` tells what changes."""

    def __init__(self, bus: Bus, areas: AreaRegistry, devices: Iterable[DeviceEntry] = (), keeper: Keeper = NOWHERE) -> None:
        self._bus = bus
        self._areas = areas
        self._keeper = keeper
        self._devices: dict[str, DeviceEntry] = {}
        self._ids: dict[tuple[str, str, str], str] = {}
        self._by_area, self._by_label = Index(), Index()
        for device in devices:
            self._enter(device)
        bus.listen(AREA_REGISTRY_UPDATED, self._follow_area)
        bus.listen(LABEL_REGISTRY_UPDATED, self._follow_label)

    def __len__(self) -> int:
        return len(self._devices)

    def get(self, device_id: str) -> DeviceEntry | None:
        """Return the device with this id, or None."""
        return self._devices.get(device_id)

    def by_key(self, platform: str, instance: str, key: str) -> DeviceEntry | None:
        """Return what a plugin instance declared under this key, or None."""
        return self._devices.get(self._ids.get((platform, instance, key), ""))

    def all(self) -> list[DeviceEntry]:
        """Return every device in the order in which they came."""
        return list(self._devices.values())

    def in_area(self, area_id: str) -> list[DeviceEntry]:
        """Return the devices in an area."""
        return [self._devices[device_id] for device_id in self._by_area.of(area_id)]

    def labelled(self, label_id: str) -> list[DeviceEntry]:
        """Return the devices with a label."""
        return [self._devices[device_id] for device_id in self._by_label.of(label_id)]

    def get_or_create(self, platform: str, instance: str, device: Device) -> DeviceEntry:
        """Return the lasting identity of what a plugin declares; what it says of the device is brought up to date."""
        via = None if device.via is None else self.by_key(platform, instance, device.via)
        told: dict[str, Any] = {
            "name": device.name,
            "manufacturer": device.manufacturer,
            "model": device.model,
            "sw_version": device.sw_version,
            "serial_number": device.serial_number,
            "url": device.url,
            "via_device_id": None if via is None else via.id,
        }
        known = self.by_key(platform, instance, device.key)
        if known is not None:
            return self._change(known, told)
        area_id = None if device.area is None else self._areas.get_or_create(device.area).id
        entry = DeviceEntry(id=new_id(), platform=platform, instance=instance, key=device.key, area_id=area_id, **told)
        self._enter(entry)
        self._keeper.save(entry)
        self._bus.fire(DEVICE_REGISTRY_UPDATED, {"action": "create", "device_id": entry.id})
        return entry

    def update(self, device_id: str, **changes: Unpack[DeviceChanges]) -> DeviceEntry:
        """Change what is given. Raises UnknownRow."""
        return self._change(self._known(device_id), dict(changes))

    def remove(self, device_id: str) -> None:
        """Forget the device; its entities stay, without a device. Raises UnknownRow."""
        entry = self._known(device_id)
        self._leave(entry)
        del self._devices[entry.id]
        self._keeper.forget(entry)
        self._bus.fire(DEVICE_REGISTRY_UPDATED, {"action": "remove", "device_id": device_id})

    def _change(self, old: DeviceEntry, changes: dict[str, Any]) -> DeviceEntry:
        new = msgspec.structs.replace(old, **changes)
        if new == old:
            return old
        self._leave(old)
        self._enter(new)
        self._keeper.save(new)
        before = {name: getattr(old, name) for name in changes if getattr(old, name) != getattr(new, name)}
        self._bus.fire(DEVICE_REGISTRY_UPDATED, {"action": "update", "device_id": new.id, "changes": before})
        return new

    def _known(self, device_id: str) -> DeviceEntry:
        entry = self._devices.get(device_id)
        if entry is None:
            raise UnknownRow("device", device_id)
        return entry

    def _enter(self, entry: DeviceEntry) -> None:
        self._devices[entry.id] = entry
        self._ids[(entry.platform, entry.instance, entry.key)] = entry.id
        self._by_area.add([entry.area_id], entry.id)
        self._by_label.add(entry.labels, entry.id)

    def _leave(self, entry: DeviceEntry) -> None:
        del self._ids[(entry.platform, entry.instance, entry.key)]
        self._by_area.drop([entry.area_id], entry.id)
        self._by_label.drop(entry.labels, entry.id)

    def _follow_area(self, event: Event) -> None:
        if event.data["action"] == "remove":
            for entry in self.in_area(event.data["area_id"]):
                self.update(entry.id, area_id=None)

    def _follow_label(self, event: Event) -> None:
        if event.data["action"] == "remove":
            label_id = event.data["label_id"]
            for entry in self.labelled(label_id):
                self.update(entry.id, labels=entry.labels - {label_id})
