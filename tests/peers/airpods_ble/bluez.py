"""Bluetooth's daemon as BlueZ shows it on D-Bus, on a private bus: enough of it for bleak's own backend to scan.

A kernel without Bluetooth cannot have a real one. Interfaces and error names are those of BlueZ's documentation
(org.bluez.Adapter, org.bluez.Device, org.bluez.AdvertisementMonitorManager).
"""

import asyncio
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from dbus_fast import DBusError, Message, MessageType, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property

COMPANY = 0x004C
_CONFIGURATION = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    """A D-Bus daemon of the test's own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="hub-dbus-")
        folder = Path(self._folder.name)
        self._socket, self._configuration = folder / "bus", folder / "bus.conf"
        self._configuration.write_text(_CONFIGURATION.format(socket=self._socket))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"unix:path={self._socket}"

    async def start(self) -> None:
        """Run it; at the same address as before."""
        self._socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            ["dbus-daemon", "--nofork", "--nopidfile", f"--config-file={self._configuration}"], stderr=subprocess.DEVNULL
        )
        while not self._answers():
            assert self._process.poll() is None, "dbus-daemon does not start"
            await asyncio.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self._socket)) == 0

    def stop(self) -> None:
        """Kill it."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def close(self) -> None:
        self.stop()
        self._folder.cleanup()


class Adapter(ServiceInterface):
    """One adapter; its devices live below it."""

    def __init__(self, daemon: "Bluetoothd", name: str, *, powered: bool = True) -> None:
        super().__init__("org.bluez.Adapter1")
        self.daemon, self.adapter = daemon, name
        self.path = f"/org/bluez/{name}"
        self.powered = powered
        self.discovering = 0
        self.filters: dict[str, Any] = {}
        self.refuses: str | None = None

    def properties(self) -> dict[str, Variant]:
        return {
            "Address": Variant("s", "00:11:22:33:44:55"),
            "Powered": Variant("b", self.powered),
            "Discovering": Variant("b", bool(self.discovering)),
            "Roles": Variant("as", ["central", "peripheral"]),
        }

    @dbus_property(access=PropertyAccess.READ)
    def Powered(self) -> "b":  # noqa: N802, F821  # as D-Bus spells it
        return self.powered

    @dbus_method()
    def SetDiscoveryFilter(self, filters: "a{sv}"):  # noqa: N802, F722  # as D-Bus spells it
        self.filters = {name: variant.value for name, variant in filters.items()}

    @dbus_method()
    def StartDiscovery(self):  # noqa: N802  # as D-Bus spells it
        if self.refuses:
            raise DBusError(self.refuses, "refused")
        if not self.powered:
            raise DBusError("org.bluez.Error.NotReady", "Resource Not Ready")
        self.discovering += 1

    @dbus_method()
    def StopDiscovery(self):  # noqa: N802  # as D-Bus spells it
        if not self.powered:
            raise DBusError("org.bluez.Error.NotReady", "Resource Not Ready")
        self.discovering -= 1


class Monitors(ServiceInterface):
    """What passive scanning registers with; `works` off is a kernel that only pretends."""

    def __init__(self, adapter: Adapter) -> None:
        super().__init__("org.bluez.AdvertisementMonitorManager1")
        self._adapter = adapter
        self.registered: list[str] = []
        self.patterns: list[Any] = []

    @dbus_method()
    def RegisterMonitor(self, application: "o"):  # noqa: N802, F821  # as D-Bus spells it
        if not self._adapter.powered:
            raise DBusError("org.bluez.Error.NotReady", "Resource Not Ready")
        self.registered.append(application)

    @dbus_method()
    def UnregisterMonitor(self, application: "o"):  # noqa: N802, F821  # as D-Bus spells it
        self.registered.remove(application)


class Bluetoothd:
    """The daemon: it owns `org.bluez`, has adapters, and tells what they hear."""

    def __init__(self, address: str, *, passive: bool = False) -> None:
        self._address = address
        self._passive = passive
        self._bus: MessageBus | None = None
        self.adapters: dict[str, Adapter] = {}
        self.monitors: dict[str, Monitors] = {}
        self._devices: set[str] = set()

    async def start(self, *names: str, powered: bool = True) -> None:
        """Run with these adapters."""
        self._bus = await MessageBus(bus_address=self._address).connect()
        self._bus.add_message_handler(self._answer)
        for name in names:
            self.plug_in(name, powered=powered, quietly=True)
        await self._bus.request_name("org.bluez")

    async def stop(self) -> None:
        """End."""
        bus, self._bus = self._bus, None
        if bus is not None:
            bus.disconnect()
            with suppress(EOFError, OSError):  # D-Bus may be gone already
                await bus.wait_for_disconnect()
        self.adapters.clear()
        self.monitors.clear()
        self._devices.clear()

    def plug_in(self, name: str, *, powered: bool = True, quietly: bool = False) -> None:
        """An adapter is there."""
        adapter = Adapter(self, name, powered=powered)
        self.adapters[name] = adapter
        self.bus.export(adapter.path, adapter)
        if self._passive:
            self.monitors[name] = Monitors(adapter)
            self.bus.export(adapter.path, self.monitors[name])
        if not quietly:
            self._signal(
                "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", [adapter.path, self._shown(name)]
            )

    def pull_out(self, name: str) -> None:
        """An adapter is gone."""
        adapter = self.adapters.pop(name)
        self.bus.unexport(adapter.path)
        self.monitors.pop(name, None)
        body = [adapter.path, ["org.bluez.Adapter1"]]
        self._signal("/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", "oas", body)

    def switch(self, name: str, *, powered: bool) -> None:
        """Switch an adapter off or on."""
        adapter = self.adapters[name]
        adapter.powered, adapter.discovering = powered, 0
        self._changed(adapter.path, "org.bluez.Adapter1", {"Powered": Variant("b", powered)})

    def listens(self, name: str) -> bool:
        """Whether somebody scans with the adapter, in either way."""
        adapter = self.adapters[name]
        return adapter.discovering > 0 or bool(name in self.monitors and self.monitors[name].registered)

    def advertise(self, name: str, address: str, data: bytes, signal_strength: int = -60, company: int = COMPANY) -> None:
        """The adapter hears something: a new device, or a known one once more."""
        path = f"/org/bluez/{name}/dev_{address.replace(':', '_')}"
        heard = {
            "RSSI": Variant("n", signal_strength),
            "ManufacturerData": Variant("a{qv}", {company: Variant("ay", data)}),
        }
        if path in self._devices:
            self._changed(path, "org.bluez.Device1", heard)
            return
        self._devices.add(path)
        fixed = {
            "Address": Variant("s", address),
            "AddressType": Variant("s", "random"),
            "Alias": Variant("s", address.replace(":", "-")),
            "Adapter": Variant("o", f"/org/bluez/{name}"),
            "Paired": Variant("b", False),
            "Connected": Variant("b", False),
        }
        body = [path, {"org.bluez.Device1": {**fixed, **heard}}]
        self._signal("/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", body)

    async def flushed(self) -> None:
        """Wait until D-Bus has taken everything: the library gives up when a socket is full, so who sends much has to wait."""
        message = Message(
            destination="org.freedesktop.DBus", path="/org/freedesktop/DBus", interface="org.freedesktop.DBus", member="GetId"
        )
        await self.bus.call(message)

    def fade(self, name: str, address: str) -> None:
        """BlueZ forgets the signal of a device that it has not heard for a while."""
        path = f"/org/bluez/{name}/dev_{address.replace(':', '_')}"
        self._changed(path, "org.bluez.Device1", {}, ["RSSI"])

    def say(self, path: str, interface: str, changed: dict[str, Variant]) -> None:
        """Tell any nonsense."""
        self._changed(path, interface, changed)

    @property
    def bus(self) -> MessageBus:
        assert self._bus is not None
        return self._bus

    def _answer(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL or message.member != "GetManagedObjects":
            return None
        objects = {adapter.path: self._shown(name) for name, adapter in self.adapters.items()}
        return Message.new_method_return(message, "a{oa{sa{sv}}}", [objects])

    def _shown(self, name: str) -> dict[str, dict[str, Variant]]:
        return {"org.bluez.Adapter1": self.adapters[name].properties()}

    def _changed(self, path: str, interface: str, changed: dict[str, Variant], gone: list[str] | None = None) -> None:
        body = [interface, changed, gone or []]
        self._signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", body)

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        self.bus.send(Message.new_signal(path, interface, member, signature, body))
