"""bleak's own BlueZ backend, on a private D-Bus where a daemon speaks as BlueZ does (`bluez.py`)."""

import asyncio
import gc
import logging
import shutil
import time
from collections.abc import AsyncGenerator, Callable
from random import Random
from typing import Any

import hub_airpods_ble
import pytest
from dbus_fast import Variant
from hub_airpods_ble.simulator import SimulatedSet

from hub.clock import SystemClock
from hub.testing import Running, running
from tests.peers.airpods_ble.bluez import Bluetoothd, PrivateBus

pytestmark = [
    pytest.mark.peer("dbus-daemon"),
    pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="run tests/peers/airpods_ble/fetch first"),
]


@pytest.fixture
def ada() -> SimulatedSet:
    return SimulatedSet(Random("ada"), left=80, right=70)


@pytest.fixture
async def bus(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> AsyncGenerator[PrivateBus, None]:
    private = PrivateBus()
    await private.start()
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", private.address)
    yield private
    private.close()
    await asyncio.sleep(0.05)  # bleak's connection, which nobody else can close, notices that the bus is gone
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == []


@pytest.fixture
async def bluetoothd(bus: PrivateBus) -> AsyncGenerator[Bluetoothd, None]:
    daemon = Bluetoothd(bus.address)
    await daemon.start("hci0")
    yield daemon
    await daemon.stop()


def section(ada: SimulatedSet, **more: Any) -> dict[str, Any]:
    return {"people": [ada.owned_by("Ada")], "scanning": "active", "arrive_after": 0, **more}


async def speak_until(hub: Running[SystemClock], speak: Callable[[], None], condition: Callable[[], object]) -> None:
    """Let the set send until something is so; a set does not send once only."""

    async def speaking() -> None:
        while True:
            speak()
            await asyncio.sleep(0.05)

    task = asyncio.create_task(speaking())
    try:
        await hub.until(condition, 10)
    finally:
        task.cancel()


async def ended(bluetoothd: Bluetoothd, name: str = "hci0") -> bool:
    """Wait until nobody scans any more, at most two seconds."""
    for _ in range(100):
        if not bluetoothd.listens(name):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_set_is_heard(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """From the daemon through D-Bus and bleak to the entity; nothing scans when the hub has stopped."""
    async with running(hub_airpods_ble, section(ada)) as hub:
        assert hub.connected
        assert bluetoothd.listens("hci0")
        assert bluetoothd.adapters["hci0"].filters["Transport"] == "le"
        await speak_until(
            hub,
            lambda: bluetoothd.advertise("hci0", ada.address, ada.message(), -55),
            lambda: hub.value("sensor.ada_left_battery") == "80",
        )
        assert hub.value("binary_sensor.ada_present") == "on"
        assert hub.value("sensor.ada_signal") == "-55"
        scanning = hub.state("binary_sensor.airpods_receiver_default_scanning")
        assert (scanning.state, scanning.attributes["adapter"], scanning.attributes["mode"]) == ("on", "hci0", "active")
    assert await ended(bluetoothd)
    assert hub.report.bugs == 0


async def test_a_set_that_changes_its_address_is_followed(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """BlueZ shows another device each time."""
    async with running(hub_airpods_ble, section(ada)) as hub:
        for charge in (60, 50, 40, 30):
            ada.change_address()
            ada.left = charge
            await speak_until(
                hub, says(bluetoothd, ada), lambda charge=charge: hub.value("sensor.ada_left_battery") == str(charge)
            )
        assert len(hub.told("airpods_ble.arrived")) == 1


async def test_an_adapter_that_is_switched_off_and_on(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """The library alone would wait for ever; the plugin says what is wrong, and listens again."""
    async with running(hub_airpods_ble, section(ada), SystemClock(60)) as hub:
        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("binary_sensor.ada_present") == "on")

        bluetoothd.switch("hci0", powered=False)
        await hub.until(lambda: hub.value("binary_sensor.ada_present") == "unavailable")
        assert "switched off" in str(hub.report.last_error)
        bluetoothd.switch("hci0", powered=True)

        await hub.until(lambda: hub.connected and bluetoothd.listens("hci0"), 10)
        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("binary_sensor.ada_present") == "on")
        assert len(hub.told("airpods_ble.arrived")) == 1
    assert hub.report.bugs == 0


async def test_an_adapter_that_is_pulled_out_and_put_back(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """A USB dongle."""
    async with running(hub_airpods_ble, section(ada, adapters=["hci0"]), SystemClock(60)) as hub:
        bluetoothd.pull_out("hci0")
        await hub.until(lambda: not hub.connected)
        await hub.until(lambda: "there is no Bluetooth adapter hci0; there are: none" in str(hub.report.last_error))
        bluetoothd.plug_in("hci0")

        await hub.until(lambda: hub.connected and bluetoothd.listens("hci0"), 10)
        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("binary_sensor.ada_present") == "on")
    assert hub.report.bugs == 0


async def test_bluetooth_s_daemon_ends_and_returns(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """As at an upgrade of the package."""
    async with running(hub_airpods_ble, section(ada), SystemClock(60)) as hub:
        await bluetoothd.stop()
        await hub.until(lambda: not hub.connected)
        assert "bluetoothd" in str(hub.report.last_error)
        await bluetoothd.start("hci0")

        await hub.until(lambda: hub.connected and bluetoothd.listens("hci0"), 10)
        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("binary_sensor.ada_present") == "on")
    assert hub.report.bugs == 0


async def test_d_bus_itself_dies_and_returns(bus: PrivateBus, bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """By kill -9, in the middle of a scan."""
    async with running(hub_airpods_ble, section(ada), SystemClock(60)) as hub:
        bus.stop()
        await hub.until(lambda: not hub.connected)
        await hub.until(lambda: "D-Bus" in str(hub.report.last_error))
        await bluetoothd.stop()
        await bus.start()
        await bluetoothd.start("hci0")

        await hub.until(lambda: hub.connected and bluetoothd.listens("hci0"), 10)
        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("binary_sensor.ada_present") == "on")
    assert hub.report.bugs == 0


async def test_one_of_two_adapters_is_lost(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """The other goes on, and the lost one is taken again when it is there."""
    bluetoothd.plug_in("hci1")
    async with running(hub_airpods_ble, section(ada, adapters=["hci0", "hci1"]), SystemClock(60)) as hub:
        await hub.until(lambda: hub.value("binary_sensor.airpods_receiver_hci1_scanning") == "on")
        bluetoothd.pull_out("hci0")
        await hub.until(lambda: hub.value("binary_sensor.airpods_receiver_hci0_scanning") == "off")

        assert hub.connected
        await speak_until(hub, says(bluetoothd, ada, "hci1"), lambda: hub.value("binary_sensor.ada_present") == "on")
        assert hub.state("sensor.ada_signal").attributes["adapter"] == "hci1"
        bluetoothd.plug_in("hci0")
        await hub.until(lambda: hub.value("binary_sensor.airpods_receiver_hci0_scanning") == "on", 10)
        assert hub.report.losses == 0
    assert await ended(bluetoothd, "hci1")


async def test_both_adapters_hear_the_same_set(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """The one that hears it best is where Ada is."""
    bluetoothd.plug_in("hci1")
    async with running(hub_airpods_ble, section(ada, adapters=["hci0", "hci1"])) as hub:
        await hub.until(lambda: bluetoothd.listens("hci1"))

        def speak() -> None:
            bluetoothd.advertise("hci0", ada.address, ada.message(), -75)
            bluetoothd.advertise("hci1", ada.address, ada.message(), -45)

        await speak_until(hub, speak, lambda: hub.state("sensor.ada_signal").attributes["adapter"] == "hci1")


@pytest.mark.parametrize(
    ("adapters", "powered", "asked", "why"),
    [
        ([], True, [], "there is no Bluetooth adapter"),
        (["hci0"], False, [], "no Bluetooth adapter is switched on: hci0"),
        (["hci0"], False, ["hci0"], "the Bluetooth adapter hci0 is switched off"),
        (["hci0"], True, ["hci7"], "there is no Bluetooth adapter hci7; there are: hci0"),
    ],
)
async def test_what_cannot_be_used_is_said(
    bus: PrivateBus, ada: SimulatedSet, adapters: list[str], powered: bool, asked: list[str], why: str
) -> None:
    """In words that tell what to do."""
    daemon = Bluetoothd(bus.address)
    await daemon.start(*adapters, powered=powered)
    async with running(hub_airpods_ble, section(ada, adapters=asked)) as hub:
        assert not hub.connected
        assert why in str(hub.report.last_error)
        assert hub.report.bugs == 0
    await daemon.stop()


async def test_without_d_bus_there_is_no_bluetooth(ada: SimulatedSet, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container to which nobody gave the socket."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus")
    async with running(hub_airpods_ble, section(ada)) as hub:
        assert not hub.connected
        assert "D-Bus" in str(hub.report.last_error)
        assert hub.report.bugs == 0


async def test_without_bluetooth_s_daemon_there_is_no_bluetooth(bus: PrivateBus, ada: SimulatedSet) -> None:
    """D-Bus answers, and nobody is there."""
    async with running(hub_airpods_ble, section(ada)) as hub:
        assert "bluetoothd" in str(hub.report.last_error)
        assert hub.report.bugs == 0


@pytest.mark.parametrize("error", ["org.bluez.Error.InProgress", "org.bluez.Error.NotAuthorized", "org.bluez.Error.Failed"])
async def test_a_refused_scan_is_said(bluetoothd: Bluetoothd, ada: SimulatedSet, error: str) -> None:
    """With BlueZ's own word."""
    bluetoothd.adapters["hci0"].refuses = error
    async with running(hub_airpods_ble, section(ada)) as hub:
        assert not hub.connected
        assert error in str(hub.report.last_error)
        assert hub.report.bugs == 0


async def test_passive_scanning_sends_nothing(bus: PrivateBus, ada: SimulatedSet) -> None:
    """Where the daemon has monitors, `auto` uses them."""
    daemon = Bluetoothd(bus.address, passive=True)
    await daemon.start("hci0")
    async with running(hub_airpods_ble, section(ada, scanning="auto")) as hub:
        assert (daemon.adapters["hci0"].discovering, len(daemon.monitors["hci0"].registered)) == (0, 1)
        await speak_until(hub, says(daemon, ada), lambda: hub.value("binary_sensor.ada_present") == "on")
        assert hub.state("binary_sensor.airpods_receiver_default_scanning").attributes["mode"] == "passive"
    assert await ended(daemon)
    await daemon.stop()


async def test_without_monitors_scanning_is_active(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """`auto` does what works; `passive` says why it does not."""
    async with running(hub_airpods_ble, section(ada, scanning="auto")) as hub:
        assert bluetoothd.adapters["hci0"].discovering == 1
    assert await ended(bluetoothd)
    async with running(hub_airpods_ble, section(ada, scanning="passive")) as hub:
        assert not hub.connected
        assert "experimental" in str(hub.report.last_error)


async def test_passive_scanning_that_hears_nothing_becomes_active(bus: PrivateBus, ada: SimulatedSet) -> None:
    """Old kernels take the monitor and never report."""
    daemon = Bluetoothd(bus.address, passive=True)
    await daemon.start("hci0")
    async with running(hub_airpods_ble, section(ada, scanning="auto"), SystemClock(120)) as hub:
        await hub.until(lambda: daemon.adapters["hci0"].discovering == 1, 10)
        assert daemon.monitors["hci0"].registered == []
        assert hub.connected
    await daemon.stop()


async def test_a_stranger_leaves_no_trace(bluetoothd: Bluetoothd, ada: SimulatedSet, caplog: pytest.LogCaptureFixture) -> None:
    """Not even in a debug log, in which bleak by itself would write every message it hears."""
    caplog.set_level(logging.DEBUG)
    stranger = SimulatedSet(Random("stranger"))
    async with running(hub_airpods_ble, section(ada)) as hub:

        def speak() -> None:
            bluetoothd.advertise("hci0", stranger.address, stranger.message())
            bluetoothd.advertise("hci0", ada.address, ada.message())

        await speak_until(hub, speak, lambda: hub.value("binary_sensor.ada_present") == "on")
        known = "\n".join([caplog.text, *map(str, hub.states.all()), *map(str, hub.events), str(hub.memory.items())])
    assert stranger.address not in known
    assert stranger.address.replace(":", "_") not in known


async def test_what_bluez_says_of_the_past_is_not_heard(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """When it forgets a signal it shows the old message once more; that is no sign of life."""
    config = section(ada, leave_after=30)
    async with running(hub_airpods_ble, config, SystemClock(30)) as hub:
        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("binary_sensor.ada_present") == "on")

        await speak_until(hub, lambda: bluetoothd.fade("hci0", ada.address), lambda: hub.told("airpods_ble.left"))
        assert hub.value("binary_sensor.ada_present") == "off"


async def test_hostile_devices_harm_nobody(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """Random bytes, properties of wrong types, nonsense about the adapter; Ada is followed all the same."""
    random = Random("hostile")
    async with running(hub_airpods_ble, section(ada)) as hub:
        for number in range(300):
            length = random.randrange(40)
            bluetoothd.advertise(
                "hci0",
                f"C0:00:00:00:{number >> 8:02X}:{number & 255:02X}",
                random.randbytes(length),
                company=random.choice([0x4C, 6]),
            )
            if number % 50 == 0:
                await bluetoothd.flushed()
        await bluetoothd.flushed()
        device = "/org/bluez/hci0/dev_C0_00_00_00_00_00"
        for wrong in (Variant("s", "x"), Variant("a{sv}", {}), Variant("ay", b"x"), Variant("a{qv}", {0x4C: Variant("s", "x")})):
            bluetoothd.say(device, "org.bluez.Device1", {"ManufacturerData": wrong, "RSSI": Variant("s", "loud")})
        bluetoothd.say("/org/bluez/hci0", "org.bluez.Adapter1", {"Powered": Variant("s", "no")})
        bluetoothd.say("/org/bluez/hci9", "org.bluez.Adapter1", {"Powered": Variant("b", False)})

        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("binary_sensor.ada_present") == "on")
        assert hub.connected
        assert hub.report.bugs == 0


async def test_ten_thousand_advertisements_at_once(bluetoothd: Bluetoothd, ada: SimulatedSet) -> None:
    """Of a hundred sets; what they cost is the way through D-Bus, and Ada is not lost among them."""
    crowd = [SimulatedSet(Random(number)) for number in range(100)]
    async with running(hub_airpods_ble, section(ada), SystemClock(30)) as hub:
        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("binary_sensor.ada_present") == "on")
        began = time.process_time()
        for _ in range(100):
            for worn in crowd:
                bluetoothd.advertise("hci0", worn.address, worn.message())
            await bluetoothd.flushed()
        ada.left = 50
        await speak_until(hub, says(bluetoothd, ada), lambda: hub.value("sensor.ada_left_battery") == "50")
        spent = time.process_time() - began

        print(f"10,000 advertisements: {spent:.2f} s of processor time, the sending included")
        assert hub.connected
        assert hub.report.bugs == 0


def says(bluetoothd: Bluetoothd, worn: SimulatedSet, adapter: str = "hci0") -> Callable[[], None]:
    """Return what lets the adapter hear the set's next message."""
    return lambda: bluetoothd.advertise(adapter, worn.address, worn.message())
