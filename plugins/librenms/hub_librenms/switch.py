"""A device, as the list of devices tells of it. Pure."""

import ipaddress
from typing import Any

import msgspec

from hub_librenms.wire import flag, text, whole


class DeviceRow(msgspec.Struct, rename={"system_name": "sysName"}):
    """A row of `devices`."""

    device_id: Any = None
    hostname: Any = None
    system_name: Any = None
    display: Any = None
    ip: Any = None
    os: Any = None
    type: Any = None
    hardware: Any = None
    version: Any = None
    serial: Any = None
    location: Any = None
    status: Any = None
    status_reason: Any = None
    disabled: Any = None
    ignore: Any = None
    uptime: Any = None


class Switch(msgspec.Struct, frozen=True, kw_only=True):
    """A device: a switch, a router, a server."""

    id: int
    hostname: str
    name: str
    system_name: str
    ip: str
    os: str
    type: str
    hardware: str
    version: str
    serial: str
    location: str
    up: bool | None
    reason: str
    uptime: int | None
    """Seconds, as of the server's last look at the device."""


def device(row: DeviceRow) -> Switch | None:
    """Read a device; None for a row that names none, and for one that LibreNMS does not watch (disabled or ignored)."""
    device_id, hostname = whole(row.device_id), text(row.hostname)
    if device_id is None or not hostname or flag(row.disabled) or flag(row.ignore):
        return None
    system_name = text(row.system_name)
    up = flag(row.status)
    return Switch(
        id=device_id,
        hostname=hostname,
        name=_name(hostname, system_name, text(row.display)),
        system_name=system_name,
        ip=text(row.ip),
        os=text(row.os),
        type=text(row.type),
        hardware=text(row.hardware),
        version=text(row.version),
        serial=text(row.serial),
        location=text(row.location),
        up=up,
        reason="" if up else text(row.status_reason),
        uptime=whole(row.uptime),
    )


def _name(hostname: str, system_name: str, display: str) -> str:
    """Return what people call a device; `display` may be a template that only LibreNMS can fill in."""
    if display and "{{" not in display:
        return display
    try:
        ipaddress.ip_address(hostname)
    except ValueError:
        return hostname
    return system_name or hostname
