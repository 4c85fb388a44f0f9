"""BlueZ as it changes under a scan: adapters that go away or are switched off. The only user of `dbus_fast`.

bleak says nothing when the adapter it scans with vanishes, when Bluetooth's daemon ends, or when D-Bus itself does; the scan is
then simply silent. So a connection of our own watches for these.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from dbus_fast import BusType, DBusError, Message, MessageType, Variant, unpack_variants
from dbus_fast.aio import MessageBus
from dbus_fast.auth import AuthExternal
from dbus_fast.errors import DBusFastError

from hub.api import NotConnected

_BLUEZ: Final = "org.bluez"
_ADAPTER: Final = "org.bluez.Adapter1"
_OBJECTS: Final = "org.freedesktop.DBus.ObjectManager"
_PROPERTIES: Final = "org.freedesktop.DBus.Properties"
_DBUS: Final = "org.freedesktop.DBus"
_RULES: Final = (
    f"type='signal',sender='{_BLUEZ}',interface='{_OBJECTS}',member='InterfacesRemoved'",
    f"type='signal',sender='{_BLUEZ}',interface='{_PROPERTIES}',member='PropertiesChanged',arg0='{_ADAPTER}'",
    f"type='signal',sender='{_DBUS}',interface='{_DBUS}',member='NameOwnerChanged',arg0='{_BLUEZ}'",
)
_PATIENCE: Final = 10.0  # real seconds for one answer


class Adapter:
    """An adapter that works, until it does not."""

    def __init__(self, name: str) -> None:
        self.name = name
        """Such as `hci0`."""
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def lost(self) -> str:
        """Wait until the adapter cannot listen any more, and say why."""
        return await asyncio.shield(self._lost)

    def lose(self, why: str) -> None:
        """It cannot listen any more."""
        if not self._lost.done():
            self._lost.set_result(why)


@asynccontextmanager
async def watched(name: str | None) -> AsyncGenerator[Adapter, None]:
    """Find the adapter (or the first that works) and watch it. Raises NotConnected when there is none, or it is off."""
    bus = await _connected()
    try:
        adapter = await _found(bus, name)
        watching = asyncio.create_task(_watch(bus, adapter), name="watch D-Bus")
        try:
            yield adapter
        finally:
            watching.cancel()
            await asyncio.wait({watching})
    finally:
        bus.disconnect()


async def _connected() -> MessageBus:
    uid = os.environ.get("BLEAK_DBUS_AUTH_UID", "")  # bleak's own name for it: containers with other user numbers need it
    try:
        bus = MessageBus(bus_type=BusType.SYSTEM, auth=AuthExternal(uid=int(uid)) if uid.isdigit() else None)
    except (OSError, DBusFastError) as error:
        raise NotConnected(f"there is no D-Bus on this computer: {error}") from error
    try:
        async with asyncio.timeout(_PATIENCE):
            return await bus.connect()
    except BaseException as error:
        bus.disconnect()
        if isinstance(error, OSError | EOFError | DBusFastError):
            raise NotConnected(f"D-Bus does not answer: {error}") from error
        raise


async def _found(bus: MessageBus, name: str | None) -> Adapter:
    for rule in _RULES:
        await _call(bus, _DBUS, "/org/freedesktop/DBus", _DBUS, "AddMatch", "s", [rule])
    missed: list[Message] = []  # what changes while the answer is under way
    bus.add_message_handler(missed.append)
    try:
        (objects,) = await _call(bus, _BLUEZ, "/", _OBJECTS, "GetManagedObjects")
    finally:
        bus.remove_message_handler(missed.append)
    adapters = {
        path.rpartition("/")[2]: unpack_variants(interfaces[_ADAPTER])
        for path, interfaces in sorted(objects.items())
        if _ADAPTER in interfaces
    }
    adapter = Adapter(_chosen(adapters, name))
    bus.add_message_handler(lambda message: _notice(message, adapter))
    for message in missed:
        _notice(message, adapter)
    return adapter


async def _call(
    bus: MessageBus, destination: str, path: str, interface: str, member: str, signature: str = "", body: list[Any] | None = None
) -> list[Any]:
    message = Message(
        destination=destination, path=path, interface=interface, member=member, signature=signature, body=body or []
    )
    try:
        async with asyncio.timeout(_PATIENCE):
            reply = await bus.call(message)
    except TimeoutError:
        raise NotConnected(f"D-Bus does not answer: {member}") from None
    except (OSError, EOFError, DBusFastError) as error:
        raise NotConnected(f"D-Bus broke: {member}: {error}") from error
    if reply.message_type is MessageType.ERROR:
        raise NotConnected(f"Bluetooth's daemon (bluetoothd) does not answer: {reply.error_name}")
    return list(reply.body)


def _chosen(adapters: Mapping[str, Mapping[str, Any]], name: str | None) -> str:
    if name is not None:
        if name not in adapters:
            raise NotConnected(f"there is no Bluetooth adapter {name}; there are: {', '.join(adapters) or 'none'}")
        if not adapters[name].get("Powered"):
            raise NotConnected(f"the Bluetooth adapter {name} is switched off")
        return name
    if not adapters:
        raise NotConnected("there is no Bluetooth adapter")
    for found, properties in adapters.items():
        # Old versions of BlueZ do not tell the roles.
        if properties.get("Powered") and "central" in properties.get("Roles", ["central"]):
            return found
    raise NotConnected(f"no Bluetooth adapter is switched on: {', '.join(adapters)}")


def _notice(message: Message, adapter: Adapter) -> None:
    path = f"/org/bluez/{adapter.name}"
    match message.member, message.body:
        case "InterfacesRemoved", [str() as removed, list() as interfaces] if removed == path and _ADAPTER in interfaces:
            adapter.lose(f"the Bluetooth adapter {adapter.name} was removed")
        case "PropertiesChanged", [str(), {"Powered": Variant(value=False)}, list()] if message.path == path:
            adapter.lose(f"the Bluetooth adapter {adapter.name} was switched off")
        case "NameOwnerChanged", [str() as owned, str(), ""] if owned == _BLUEZ:
            adapter.lose("Bluetooth's daemon (bluetoothd) has ended")


async def _watch(bus: MessageBus, adapter: Adapter) -> None:
    try:
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast forgot `-> None`
    except (OSError, EOFError, DBusError, DBusFastError) as error:
        adapter.lose(f"D-Bus is gone: {str(error) or type(error).__name__}")
    else:
        adapter.lose("D-Bus ended the connection")
