"""What is inside a device: ports, sensors, services, BGP sessions, as their lists tell of them. Pure.

Of every row only the columns named here are read; each may have any type.
"""

from typing import Any

import msgspec

from hub_librenms.wire import flag, number, text, whole

_PORT_COLUMNS = {
    "name": "ifName",
    "alias": "ifAlias",
    "description": "ifDescr",
    "state": "ifOperStatus",
    "admin_state": "ifAdminStatus",
    "speed": "ifSpeed",
    "received": "ifInOctets_rate",
    "sent": "ifOutOctets_rate",
    "errors_in": "ifInErrors_rate",
    "errors_out": "ifOutErrors_rate",
}


class PortRow(
    msgspec.Struct,
    rename={
        "name": "ifName",
        "alias": "ifAlias",
        "description": "ifDescr",
        "state": "ifOperStatus",
        "admin_state": "ifAdminStatus",
        "speed": "ifSpeed",
        "received": "ifInOctets_rate",
        "sent": "ifOutOctets_rate",
        "errors_in": "ifInErrors_rate",
        "errors_out": "ifOutErrors_rate",
    },
):
    """A row of `ports`."""

    port_id: Any = None
    device_id: Any = None
    name: Any = None
    alias: Any = None
    description: Any = None
    state: Any = None
    admin_state: Any = None
    speed: Any = None
    received: Any = None
    sent: Any = None
    errors_in: Any = None
    errors_out: Any = None
    disabled: Any = None
    ignore: Any = None


class Port(msgspec.Struct, frozen=True, kw_only=True):
    """A port of a device."""

    id: int
    device_id: int
    name: str
    alias: str
    description: str
    up: bool | None
    enabled: bool
    speed: int | None
    """Bits per second."""
    received: float | None
    """Bits per second; so are those below."""
    sent: float | None
    errors: float | None
    """Packets per second that were wrong, in and out."""


def port(row: PortRow) -> Port | None:
    """Read a port; None for a row that names none, and for one that LibreNMS does not watch."""
    port_id, device_id = whole(row.port_id), whole(row.device_id)
    if port_id is None or device_id is None or flag(row.disabled) or flag(row.ignore):
        return None
    state = text(row.state).lower()
    wrong = [rate for rate in (number(row.errors_in), number(row.errors_out)) if rate is not None]
    name, description = text(row.name), text(row.description)
    return Port(
        id=port_id,
        device_id=device_id,
        name=name or description or f"port {port_id}",
        alias=text(row.alias),
        description=description,
        up=state == "up" if state else None,
        enabled=text(row.admin_state).lower() != "down",
        speed=whole(row.speed),
        received=_bits(row.received),
        sent=_bits(row.sent),
        errors=sum(wrong) if wrong else None,
    )


def _bits(octets: object) -> float | None:
    found = number(octets)
    return None if found is None or found < 0 else found * 8


class SensorRow(msgspec.Struct):
    """A row of `sensors`."""

    sensor_id: Any = None
    device_id: Any = None
    sensor_class: Any = None
    sensor_descr: Any = None
    sensor_current: Any = None
    sensor_limit: Any = None
    sensor_limit_warn: Any = None
    sensor_limit_low: Any = None
    sensor_limit_low_warn: Any = None
    sensor_deleted: Any = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a sensor of a device says."""

    id: int
    device_id: int
    kind: str
    """LibreNMS's class of sensor, such as `temperature`."""
    name: str
    value: float | None
    high: float | None
    warn_high: float | None
    low: float | None
    warn_low: float | None


def reading(row: SensorRow) -> Reading | None:
    """Read a sensor; None for a row that names none, and for one that is gone."""
    sensor_id, device_id = whole(row.sensor_id), whole(row.device_id)
    if sensor_id is None or device_id is None or flag(row.sensor_deleted):
        return None
    kind = text(row.sensor_class, 64).lower()
    return Reading(
        id=sensor_id,
        device_id=device_id,
        kind=kind,
        name=text(row.sensor_descr) or f"{kind or 'sensor'} {sensor_id}",
        value=number(row.sensor_current),
        high=number(row.sensor_limit),
        warn_high=number(row.sensor_limit_warn),
        low=number(row.sensor_limit_low),
        warn_low=number(row.sensor_limit_low_warn),
    )


class ServiceRow(msgspec.Struct):
    """A row of `services`."""

    service_id: Any = None
    device_id: Any = None
    service_type: Any = None
    service_name: Any = None
    service_desc: Any = None
    service_ip: Any = None
    service_status: Any = None
    service_message: Any = None
    service_changed: Any = None
    service_ignore: Any = None
    service_disabled: Any = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A service that LibreNMS checks."""

    id: int
    device_id: int
    type: str
    name: str
    ip: str
    status: str
    """ok, warning, critical or unknown."""
    message: str
    changed: int | None
    """Seconds since 1970."""
    disabled: bool


STATUSES = ("ok", "warning", "critical", "unknown")
"""LibreNMS's (Nagios's) numbers for them are their places."""


def check(row: ServiceRow) -> Check | None:
    """Read a service; None for a row that names none."""
    service_id, device_id = whole(row.service_id), whole(row.device_id)
    if service_id is None or device_id is None:
        return None
    kind, status = text(row.service_type), whole(row.service_status)
    return Check(
        id=service_id,
        device_id=device_id,
        type=kind,
        name=text(row.service_name) or text(row.service_desc) or kind or f"service {service_id}",
        ip=text(row.service_ip),
        status=STATUSES[status] if status is not None and 0 <= status < len(STATUSES) else "unknown",
        message=text(row.service_message),
        changed=whole(row.service_changed),
        disabled=bool(flag(row.service_disabled) or flag(row.service_ignore)),
    )


_BGP_COLUMNS = {
    "peer_id": "bgpPeer_id",
    "address": "bgpPeerIdentifier",
    "remote_as": "bgpPeerRemoteAs",
    "state": "bgpPeerState",
    "admin_state": "bgpPeerAdminStatus",
    "description": "bgpPeerDescr",
}


class BgpRow(
    msgspec.Struct,
    rename={
        "peer_id": "bgpPeer_id",
        "address": "bgpPeerIdentifier",
        "remote_as": "bgpPeerRemoteAs",
        "state": "bgpPeerState",
        "admin_state": "bgpPeerAdminStatus",
        "description": "bgpPeerDescr",
    },
):
    """A row of `bgp_sessions`."""

    peer_id: Any = None
    device_id: Any = None
    address: Any = None
    remote_as: Any = None
    state: Any = None
    admin_state: Any = None
    description: Any = None
    astext: Any = None


class Neighbour(msgspec.Struct, frozen=True, kw_only=True):
    """A BGP session of a device."""

    id: int
    device_id: int
    address: str
    remote_as: int | None
    state: str
    enabled: bool
    description: str


def neighbour(row: BgpRow) -> Neighbour | None:
    """Read a BGP session; None for a row that names none."""
    peer_id, device_id = whole(row.peer_id), whole(row.device_id)
    if peer_id is None or device_id is None:
        return None
    return Neighbour(
        id=peer_id,
        device_id=device_id,
        address=text(row.address),
        remote_as=whole(row.remote_as),
        state=text(row.state).lower(),
        enabled=text(row.admin_state).lower() not in ("stop", "halted"),
        description=text(row.description) or text(row.astext),
    )
