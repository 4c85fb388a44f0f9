"""What a vCenter has, in plain values."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Kind(StrEnum):
    """What is watched; the values are vSphere's own names."""

    VM = "VirtualMachine"
    HOST = "HostSystem"
    DATASTORE = "Datastore"
    FOLDER = "Folder"


WATCHED: Mapping[Kind, tuple[str, ...]] = {
    Kind.VM: (
        "name",
        "config.template",
        "runtime.powerState",
        "runtime.host",
        "guest.toolsRunningStatus",
        "guest.guestState",
        "guest.hostName",
        "guest.ipAddress",
        "summary.config.guestFullName",
        "summary.config.numCpu",
        "summary.config.memorySizeMB",
        "snapshot",
        "overallStatus",
    ),
    Kind.HOST: ("name", "runtime.connectionState", "runtime.inMaintenanceMode", "runtime.powerState", "overallStatus"),
    Kind.DATASTORE: ("name", "summary.accessible", "summary.capacity", "summary.freeSpace", "summary.type", "overallStatus"),
    Kind.FOLDER: ("triggeredAlarmState",),
}
"""The properties of each kind that are told of (of folders: the topmost alone)."""


class Snapshot(msgspec.Struct, frozen=True):
    """A snapshot of a virtual machine."""

    ref: str
    name: str
    created: datetime


class Alarm(msgspec.Struct, frozen=True):
    """An alarm that is triggered."""

    key: str
    definition: str
    """Reference of what defines it; its name has to be asked for."""
    kind: str
    """vSphere's name of what kind of thing it is about."""
    entity: str
    """Reference of the thing."""
    status: str
    """`yellow` or `red`."""
    acknowledged: bool


class Change(msgspec.Struct, frozen=True):
    """A thing appeared, changed, or is gone; of a change only the properties that are other than before."""

    kind: Kind
    ref: str
    values: Mapping[str, Any] = {}
    gone: bool = False


class Changes(msgspec.Struct, frozen=True):
    """What happened since the version before."""

    version: str
    changes: tuple[Change, ...] = ()
    more: bool = False
    """Whether the rest follows at once."""
