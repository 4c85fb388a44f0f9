"""Things of a vCenter → entities. Pure: values in, facets out."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.api import Device
from hub_vmware.board import Facet
from hub_vmware.readings import attributes
from hub_vmware.things import Alarm, Kind, Snapshot

Values = Mapping[str, Any]

_LISTED = 50  # alarms in an attribute
_VM = {
    "runtime.powerState": "power_state",
    "guest.guestState": "guest_state",
    "guest.hostName": "host_name",
    "guest.ipAddress": "ip",
    "summary.config.guestFullName": "guest",
    "summary.config.numCpu": "cpus",
    "summary.config.memorySizeMB": "memory_mb",
    "overallStatus": "status",
}
_HOST = {
    "runtime.connectionState": "connection_state",
    "runtime.powerState": "power_state",
    "runtime.inMaintenanceMode": "maintenance",
}
_DATASTORE = {"summary.accessible": "accessible", "summary.type": "type", "overallStatus": "status"}


def facets_of(kind: Kind, ref: str, values: Values, hosts: Mapping[str, str], now: datetime) -> Sequence[Facet]:
    """Return the entities of a thing; `hosts` are names by reference."""
    match kind:
        case Kind.VM:
            return _of_vm(ref, values, hosts, now)
        case Kind.HOST:
            return _of_host(ref, values)
        case Kind.DATASTORE:
            return _of_datastore(ref, values)
        case Kind.FOLDER:
            return ()


def facets_of_all(things: Iterable[tuple[Kind, Values]]) -> Sequence[Facet]:
    """Return the entities of the vCenter as a whole."""
    machines = [values for kind, values in things if kind is Kind.VM]
    running = sum(values.get("runtime.powerState") == "poweredOn" for values in machines)
    return [
        Facet(key="all/vms", name="VMs", value=len(machines), state_class="measurement", icon="mdi:server"),
        Facet(key="all/vms_running", name="VMs running", value=running, state_class="measurement", icon="mdi:server"),
    ]


def facet_of_alarms(alarms: Sequence[tuple[Alarm, str, str]]) -> Facet:
    """Return the entity of the alarms that are triggered: each with its name and that of its thing."""
    listed = [
        {"alarm": name, "entity": entity, "status": alarm.status, "acknowledged": alarm.acknowledged}
        for alarm, name, entity in alarms[:_LISTED]
    ]
    count = len(alarms)
    red = sum(alarm.status == "red" for alarm, _, _ in alarms)
    return Facet(key="all/alarms", name="Alarms", value=count, attributes={"red": red, "alarms": listed}, icon="mdi:alarm-light")


def _of_vm(ref: str, values: Values, hosts: Mapping[str, str], now: datetime) -> Sequence[Facet]:
    device = Device(key=ref, name=_name(ref, values), manufacturer="VMware", model="Virtual machine")
    power = values.get("runtime.powerState")
    told = attributes(values, _VM)
    if values.get("runtime.host"):
        told["host"] = hosts.get(values["runtime.host"], values["runtime.host"])
    tools = values.get("guest.toolsRunningStatus")
    facets = [
        Facet(
            key=f"{ref}/power",
            name="Power",
            binary=True,
            device_class="power",
            value=None if power is None else power == "poweredOn",
            attributes={**told, "ref": ref},
            device=device,
        ),
        Facet(
            key=f"{ref}/tools",
            name="Tools",
            binary=True,
            device_class="running",
            value=None if tools is None else tools == "guestToolsRunning",
            device=device,
        ),
    ]
    snapshots: Sequence[Snapshot] = values.get("snapshot") or ()
    if snapshots:
        facets.append(_of_snapshots(ref, snapshots, device, now))
    return facets


def _of_snapshots(ref: str, snapshots: Sequence[Snapshot], device: Device, now: datetime) -> Facet:
    oldest = snapshots[0]
    days = max(0, int((now - oldest.created).total_seconds() // 86400))
    told = {"count": len(snapshots), "oldest": oldest.name, "snapshots": [each.name for each in snapshots[:_LISTED]]}
    return Facet(key=f"{ref}/snapshot_age", name="Snapshot age", value=days, unit="d", attributes=told, device=device)


def _of_host(ref: str, values: Values) -> Sequence[Facet]:
    device = Device(key=ref, name=_name(ref, values), manufacturer="VMware", model="Host")
    state = values.get("runtime.connectionState")
    return [
        Facet(
            key=f"{ref}/connected",
            name="Connected",
            binary=True,
            device_class="connectivity",
            value=None if state is None else state == "connected",
            attributes={**attributes(values, _HOST), "ref": ref},
            device=device,
        ),
        Facet(key=f"{ref}/status", name="Status", value=values.get("overallStatus"), device=device),
    ]


def _of_datastore(ref: str, values: Values) -> Sequence[Facet]:
    device = Device(key=ref, name=_name(ref, values), manufacturer="VMware", model="Datastore")
    capacity, free = values.get("summary.capacity"), values.get("summary.freeSpace")
    known = isinstance(capacity, int) and isinstance(free, int) and capacity > 0 and values.get("summary.accessible") is not False
    told = {**attributes(values, _DATASTORE), "capacity_gb": _gb(capacity), "free_gb": _gb(free), "ref": ref}
    percent = round(100 * free / capacity, 1) if known and capacity and free is not None else None
    return [
        Facet(
            key=f"{ref}/free",
            name="Free",
            value=percent,
            unit="%",
            state_class="measurement",
            attributes=told,
            device=device,
        )
    ]


def _gb(size: object) -> float | None:
    return round(size / 1e9, 1) if isinstance(size, int) else None


def _name(ref: str, values: Values) -> str:
    return str(values.get("name") or ref)
