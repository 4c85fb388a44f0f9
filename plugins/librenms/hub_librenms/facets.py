"""How each thing of LibreNMS is shown. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.api import Device
from hub_librenms.board import Facet
from hub_librenms.parts import STATUSES, Check, Neighbour, Port, Reading
from hub_librenms.switch import Switch


def device_of(switch: Switch, url: str, *, area: bool) -> Device:
    """Return the device of the hub that stands for a device of LibreNMS."""
    return Device(
        key=f"device_{switch.id}",
        name=switch.name,
        manufacturer=None,
        model=switch.hardware or None,
        sw_version=switch.version or None,
        serial_number=switch.serial or None,
        url=f"{url}/device/{switch.id}",
        area=(switch.location or None) if area else None,
    )


def up_facet(switch: Switch, device: Device) -> Facet:
    """Show whether a device is up."""
    return Facet(
        key=f"device_{switch.id}_up",
        name="up",
        value=switch.up,
        binary=True,
        device_class="connectivity",
        device=device,
        attributes={
            "device_id": switch.id,
            "hostname": switch.hostname,
            "ip": switch.ip,
            "reason": switch.reason,
            "location": switch.location,
            "os": switch.os,
            "type": switch.type,
        },
    )


_AS_BEFORE = timedelta(minutes=10)  # the uptime is as old as LibreNMS's last look, five minutes at the most


def booted(switch: Switch, now: datetime, before: datetime | None) -> datetime | None:
    """Return when a device booted; the same moment as before unless it clearly booted again."""
    if switch.uptime is None or switch.uptime < 0:
        return before
    try:
        found = (now - timedelta(seconds=switch.uptime)).replace(microsecond=0)
    except OverflowError:
        return before
    return before if before is not None and abs(found - before) < _AS_BEFORE else found


def booted_facet(switch: Switch, device: Device, moment: datetime | None) -> Facet:
    """Show since when a device runs."""
    return Facet(
        key=f"device_{switch.id}_booted",
        name="booted",
        value=moment,
        known=switch.up is not False,
        device_class="timestamp",
        device=device,
    )


def port_up(port: Port, device: Device, *, reachable: bool) -> Facet:
    """Show whether a port has a link."""
    return Facet(
        key=f"port_{port.id}_up",
        name=f"{port.name} up",
        value=port.up,
        known=reachable,
        binary=True,
        device_class="connectivity",
        device=device,
        attributes={
            "port_id": port.id,
            "alias": port.alias,
            "description": port.description,
            "enabled": port.enabled,
            "speed": port.speed,
        },
    )


def port_traffic(port: Port, device: Device, *, reachable: bool) -> Iterator[Facet]:
    """Show what goes through a port."""
    for key, name, value, unit in (
        ("in", "in", port.received, "bit/s"),
        ("out", "out", port.sent, "bit/s"),
        ("errors", "errors", port.errors, "packets/s"),
    ):
        yield Facet(
            key=f"port_{port.id}_{key}",
            name=f"{port.name} {name}",
            value=value,
            known=reachable,
            unit=unit,
            device_class="data_rate" if unit == "bit/s" else None,
            state_class="measurement",
            device=device,
        )


class _Measure(NamedTuple):
    unit: str | None
    device_class: str | None = None


_MEASURES = {
    "temperature": _Measure("°C", "temperature"),
    "humidity": _Measure("%", "humidity"),
    "voltage": _Measure("V", "voltage"),
    "current": _Measure("A", "current"),
    "power": _Measure("W", "power"),
    "power_consumed": _Measure("kWh", "energy"),
    "power_factor": _Measure(None, "power_factor"),
    "frequency": _Measure("Hz", "frequency"),
    "charge": _Measure("%", "battery"),
    "load": _Measure("%"),
    "fanspeed": _Measure("rpm"),
    "dbm": _Measure("dBm", "signal_strength"),
    "signal": _Measure("dBm", "signal_strength"),
    "snr": _Measure("dB"),
    "runtime": _Measure("min", "duration"),
    "pressure": _Measure("kPa", "pressure"),
    "airflow": _Measure("cfm"),
    "waterflow": _Measure("l/min"),
    "delay": _Measure("s"),
    "bitrate": _Measure("bit/s", "data_rate"),
    "percent": _Measure("%"),
    "cooling": _Measure("W"),
}


def sensor_facet(reading: Reading, device: Device, *, reachable: bool) -> Facet:
    """Show what a sensor says, with its limits."""
    measure = _MEASURES.get(reading.kind, _Measure(None))
    return Facet(
        key=f"sensor_{reading.id}",
        name=reading.name,
        value=reading.value,
        known=reachable,
        unit=measure.unit,
        device_class=measure.device_class,
        state_class=None if reading.kind == "state" else "measurement",
        device=device,
        attributes={
            "sensor_id": reading.id,
            "class": reading.kind,
            "limit": reading.high,
            "limit_warn": reading.warn_high,
            "limit_low": reading.low,
            "limit_low_warn": reading.warn_low,
        },
    )


def service_facet(check: Check, device: Device) -> Facet:
    """Show how a service does; LibreNMS itself does not check one that is disabled."""
    return Facet(
        key=f"service_{check.id}",
        name=f"service {check.name}",
        value=check.status,
        options=STATUSES,
        device_class="enum",
        icon="mdi:lan-check",
        device=device,
        attributes={
            "service_id": check.id,
            "type": check.type,
            "ip": check.ip,
            "message": check.message,
            "checked": not check.disabled,
        },
    )


def bgp_facet(neighbour: Neighbour, device: Device, *, reachable: bool) -> Facet:
    """Show whether a BGP session is established."""
    return Facet(
        key=f"bgp_{neighbour.id}",
        name=f"BGP {neighbour.address or neighbour.id}",
        value=neighbour.state == "established" if neighbour.state else None,
        known=reachable,
        binary=True,
        device_class="connectivity",
        device=device,
        attributes={
            "peer_id": neighbour.id,
            "state": neighbour.state,
            "enabled": neighbour.enabled,
            "remote_as": neighbour.remote_as,
            "description": neighbour.description,
        },
    )
