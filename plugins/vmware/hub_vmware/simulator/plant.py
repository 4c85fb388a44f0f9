"""What a simulated vCenter has: machines, hosts, datastores, alarms, tasks; and the stream of what changes."""

# mypy: allow-untyped-calls
# (pyvmomi says that it is typed, and is not)

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pyVmomi import VmomiSupport, vim

from hub.api import Clock
from hub_vmware.readings import reference

_GB = 1_000_000_000
_ALARMS = "triggeredAlarmState"
_Power = vim.VirtualMachine.PowerState


@dataclass
class Thing:
    """A managed object and its properties, as pyvmomi writes them."""

    obj: Any
    values: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One entry of the stream."""

    kind: str
    """`enter`, `modify` or `leave`."""
    obj: Any
    values: Mapping[str, Any] = field(default_factory=dict)


class Plant:
    """Everything that a vCenter knows, and all that has happened since it started."""

    def __init__(self, clock: Clock, machines: int = 6) -> None:
        self._clock = clock
        self.things: dict[str, Thing] = {}
        self.stream: list[Told] = []
        self.tasks: dict[str, list[tuple[str, Any]]] = {}
        """States that each task has been in: name, fault."""
        self.changed = asyncio.Event()
        self.counts = {"tasks": 0}
        self._numbers = 0
        self._alarms: list[Any] = []
        self.root = vim.Folder("group-d1")
        self.things["group-d1"] = Thing(self.root, {_ALARMS: _alarm_array([])})
        for number in (1, 2):
            self._add(vim.HostSystem(f"host-{number}"), _host(f"esx{number}"))
        self._add(vim.Datastore("datastore-1"), _datastore("vault", 4000 * _GB, 1000 * _GB))
        for number in range(1, machines + 1):
            self.add_vm(f"vm-{number}", f"web-{number}", host=f"host-{number % 2 + 1}")

    def add_vm(self, ref: str, name: str, host: str = "host-1") -> None:
        """Register a machine that runs."""
        self._add(vim.VirtualMachine(ref), _vm(name, vim.HostSystem(host), int(ref.rpartition("-")[2]) % 250))

    def remove(self, ref: str) -> None:
        """Unregister a thing."""
        self._tell(Told("leave", self.things.pop(ref).obj))

    def change(self, ref: str, **values: Any) -> None:
        """Change properties; `__` in a name stands for the dot."""
        told = {name.replace("__", "."): value for name, value in values.items()}
        thing = self.things[ref]
        thing.values.update(told)
        self._tell(Told("modify", thing.obj, told))

    def set_power(self, ref: str, on: bool) -> None:
        """Switch a machine on or off, tools and all."""
        self.change(
            ref,
            runtime__powerState=_Power.poweredOn if on else _Power.poweredOff,
            guest__toolsRunningStatus="guestToolsRunning" if on else "guestToolsNotRunning",
            guest__guestState="running" if on else "notRunning",
        )

    def is_on(self, ref: str) -> bool:
        """Whether a machine has power."""
        return bool(self.things[ref].values["runtime.powerState"] == "poweredOn")

    def set_host(self, ref: str, state: str) -> None:
        """Connect, disconnect, or lose a host."""
        self.change(ref, runtime__connectionState=vim.HostSystem.ConnectionState(state))

    def add_snapshot(self, ref: str, name: str, age_days: float = 0.0) -> str:
        """Make a snapshot of a machine; return its reference."""
        self._numbers += 1
        tree = vim.vm.SnapshotTree(
            snapshot=vim.vm.Snapshot(f"snapshot-{self._numbers}"),
            vm=self.things[ref].obj,
            name=name,
            description="",
            id=self._numbers,
            createTime=_ago(self._clock, age_days),
            state=_Power.poweredOn,
            quiesced=False,
        )
        present = self.things[ref].values["snapshot"]
        self._set_snapshots(ref, [*(present.rootSnapshotList if present else ()), tree])
        return f"snapshot-{self._numbers}"

    def remove_snapshot(self, snapshot: str) -> bool:
        """Remove a snapshot; tell whether there was one."""
        for ref, thing in self.things.items():
            present = thing.values.get("snapshot")
            trees = list(present.rootSnapshotList) if present else []
            kept = [tree for tree in trees if reference(tree.snapshot) != snapshot]
            if len(kept) < len(trees):
                self._set_snapshots(ref, kept)
                return True
        return False

    def trigger_alarm(self, ref: str, status: str, definition: str = "alarm-1") -> None:
        """Trigger an alarm on a thing, or give it another status; green clears it."""
        key = f"{definition}.{ref}"
        self._alarms = [alarm for alarm in self._alarms if alarm.key != key]
        if status != "green":
            state = vim.alarm.AlarmState(
                key=key,
                entity=self.things[ref].obj,
                alarm=vim.alarm.Alarm(definition),
                overallStatus=vim.ManagedEntity.Status(status),
                time=_ago(self._clock, 0),
                acknowledged=False,
            )
            self._alarms.append(state)
        self.change("group-d1", triggeredAlarmState=_alarm_array(self._alarms))

    def begin_task(self) -> str:
        """Queue a task."""
        self.counts["tasks"] += 1
        name = f"task-{self.counts['tasks']}"
        self.tasks[name] = [("queued", None)]
        return name

    def step_task(self, name: str, state: str, fault: Any = None) -> None:
        """Tell of the next state of a task."""
        self.tasks[name].append((state, fault))
        self._wake()

    def _set_snapshots(self, ref: str, trees: list[Any]) -> None:
        told = vim.vm.SnapshotInfo(rootSnapshotList=trees) if trees else None
        self.change(ref, snapshot=told)

    def _add(self, obj: Any, values: dict[str, Any]) -> None:
        self.things[reference(obj)] = Thing(obj, values)
        self._tell(Told("enter", obj, values))

    def _tell(self, told: Told) -> None:
        self.stream.append(told)
        self._wake()

    def _wake(self) -> None:
        changed, self.changed = self.changed, asyncio.Event()
        changed.set()


def _vm(name: str, host: Any, number: int) -> dict[str, Any]:
    return {
        "name": name,
        "config.template": False,
        "runtime.powerState": _Power.poweredOn,
        "runtime.host": host,
        "guest.toolsRunningStatus": "guestToolsRunning",
        "guest.guestState": "running",
        "guest.hostName": f"{name}.example.com",
        "guest.ipAddress": f"10.0.0.{number}",
        "summary.config.guestFullName": "Debian GNU/Linux 12 (64-bit)",
        "summary.config.numCpu": 4,
        "summary.config.memorySizeMB": 8192,
        "snapshot": None,
        "overallStatus": vim.ManagedEntity.Status.green,
    }


def _host(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "runtime.connectionState": vim.HostSystem.ConnectionState.connected,
        "runtime.inMaintenanceMode": False,
        "runtime.powerState": vim.HostSystem.PowerState.poweredOn,
        "overallStatus": vim.ManagedEntity.Status.green,
    }


def _datastore(name: str, capacity: int, free: int) -> dict[str, Any]:
    return {
        "name": name,
        "summary.accessible": True,
        "summary.capacity": VmomiSupport.long(capacity),
        "summary.freeSpace": VmomiSupport.long(free),
        "summary.type": "VMFS",
        "overallStatus": vim.ManagedEntity.Status.green,
    }


def _alarm_array(alarms: list[Any]) -> Any:
    return VmomiSupport.GetVmodlType("vim.alarm.AlarmState[]")(alarms)


def _ago(clock: Clock, days: float) -> datetime:
    return clock.now() - timedelta(days=days)
