"""The device registry gives lasting identities."""

import pytest

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.model.entity import Device, DeviceEntry
from hub.registry import AreaRegistry, DeviceRegistry, UnknownRow
from tests.registry.house import House


def test_the_same_key_of_an_instance_is_the_same_device(house: House) -> None:
    """Another instance's device with that key is another."""
    devices = house.registries.devices

    first = devices.get_or_create("ftp", "ftp_berlin", Device(key="server", name="Server"))
    again = devices.get_or_create("ftp", "ftp_berlin", Device(key="server", name="Server"))
    other = devices.get_or_create("ftp", "ftp_bonn", Device(key="server", name="Server"))

    assert first == again
    assert other.id != first.id
    assert house.told == [
        ("device_registry_updated", {"action": "create", "device_id": first.id}),
        ("device_registry_updated", {"action": "create", "device_id": other.id}),
    ]


def test_what_the_plugin_says_of_a_device_is_brought_up_to_date(house: House) -> None:
    """The admin's name, area and labels stay."""
    devices = house.registries.devices
    device = devices.get_or_create("ftp", "ftp", Device(key="server", name="Server", sw_version="1"))
    devices.update(device.id, name_by_user="Attic box", labels=frozenset({"sun"}))

    later = devices.get_or_create("ftp", "ftp", Device(key="server", name="Server", sw_version="2"))

    assert (later.id, later.sw_version, later.name_by_user, later.labels) == (device.id, "2", "Attic box", frozenset({"sun"}))
    assert house.told[-1][1] == {"action": "update", "device_id": device.id, "changes": {"sw_version": "1"}}


def test_the_suggested_area_counts_once(house: House) -> None:
    """It is made if need be; an admin who moves the device is not overruled."""
    devices = house.registries.devices
    device = devices.get_or_create("ftp", "ftp", Device(key="server", name="Server", area="Attic"))

    assert device.area_id == "attic"
    assert house.registries.areas.by_name("attic") is not None

    devices.update(device.id, area_id=None)
    assert devices.get_or_create("ftp", "ftp", Device(key="server", name="Server", area="Attic")).area_id is None


def test_a_device_knows_through_which_it_is_reached(house: House) -> None:
    """By key within the instance; one that is not there yet is left open."""
    devices = house.registries.devices
    port = Device(key="port", name="Port 1", via="switch")

    early = devices.get_or_create("snmp", "snmp", port)
    switch = devices.get_or_create("snmp", "snmp", Device(key="switch", name="Switch"))
    later = devices.get_or_create("snmp", "snmp", port)

    assert early.via_device_id is None
    assert later.via_device_id == switch.id


def test_devices_are_found_by_area_and_label_also_after_a_restart(house: House) -> None:
    """The kept rows are enough."""
    house.registries.devices.get_or_create("ftp", "ftp", Device(key="a", name="A", area="Attic"))
    device = house.registries.devices.get_or_create("ftp", "ftp", Device(key="b", name="B"))
    house.registries.devices.update(device.id, labels=frozenset({"sun"}))
    kept = [row for row in house.shelf.rows.values() if isinstance(row, DeviceEntry)]

    bus = Bus(SimulatedClock())
    later = DeviceRegistry(bus, AreaRegistry(bus), kept)

    assert [device.name for device in later.in_area("attic")] == ["A"]
    assert [device.name for device in later.labelled("sun")] == ["B"]
    assert later.by_key("ftp", "ftp", "a") == kept[0]
    assert later.all() == kept


def test_a_removed_area_or_label_leaves_its_devices(house: House) -> None:
    """They stay, without it."""
    device = house.registries.devices.get_or_create("ftp", "ftp", Device(key="a", name="A", area="Attic"))
    house.registries.devices.update(device.id, labels=frozenset({house.registries.labels.create("Sun").id}))

    house.registries.areas.remove("attic")
    house.registries.labels.remove("sun")

    left = house.registries.devices.get(device.id)
    assert left is not None
    assert (left.area_id, left.labels) == (None, frozenset())


def test_a_removed_device_is_forgotten(house: House) -> None:
    """And cannot be changed or removed again."""
    devices = house.registries.devices
    device = devices.get_or_create("ftp", "ftp", Device(key="a", name="A"))

    devices.remove(device.id)

    assert len(devices) == 0
    assert house.shelf.ids("DeviceEntry") == []
    with pytest.raises(UnknownRow):
        devices.update(device.id, name_by_user="x")
    with pytest.raises(UnknownRow):
        devices.remove(device.id)
