"""What happens at a vCenter and a Horizon."""

from pydantic import Field

from hub.api import PluginEvent


class PowerChanged(PluginEvent):
    """A virtual machine was switched on or off, or suspended."""

    vm: str = Field(description="Name of the machine.")
    ref: str = Field(description="vCenter's reference, such as `vm-42`.")
    state: str = Field(description="`poweredOn`, `poweredOff` or `suspended`.")
    previous: str = Field(description="The state before.")
    host: str | None = Field(description="Name of the host on which it runs.")


class AlarmTriggered(PluginEvent):
    """An alarm was triggered, or went from yellow to red or back."""

    alarm: str = Field(description="Name of the alarm.")
    key: str = Field(description="vCenter's key of this alarm on this thing.")
    entity: str = Field(description="Name of the thing; its reference when it is not watched.")
    ref: str = Field(description="vCenter's reference of the thing.")
    kind: str = Field(description="What the thing is, such as `VirtualMachine` or `HostSystem`.")
    status: str = Field(description="`yellow` or `red`.")


class AlarmCleared(PluginEvent):
    """An alarm is over."""

    alarm: str = Field(description="Name of the alarm.")
    key: str = Field(description="vCenter's key of this alarm on this thing.")
    entity: str = Field(description="Name of the thing; its reference when it is not watched.")
    ref: str = Field(description="vCenter's reference of the thing.")
    kind: str = Field(description="What the thing is, such as `VirtualMachine` or `HostSystem`.")
    status: str = Field(description="What it was before: `yellow` or `red`.")


class HostDisconnected(PluginEvent):
    """vCenter lost a host, or somebody disconnected it."""

    host: str = Field(description="Name of the host.")
    ref: str = Field(description="vCenter's reference, such as `host-9`.")
    state: str = Field(description="`disconnected` or `notResponding`.")


class HostConnected(PluginEvent):
    """A host is back."""

    host: str = Field(description="Name of the host.")
    ref: str = Field(description="vCenter's reference, such as `host-9`.")
    state: str = Field(description="`connected`.")


class TaskFinished(PluginEvent):
    """A task that an action had begun has ended."""

    task: str = Field(description="vCenter's reference of the task.")
    action: str = Field(description="The action that began it, such as `power_off`.")
    vm: str = Field(description="Name of the machine.")
    ok: bool = Field(description="Whether it succeeded.")
    error: str | None = Field(description="vCenter's words when it failed.")


class SessionChanged(PluginEvent):
    """A session of a virtual desktop began, ended, or went from one state to another."""

    person: str = Field(description="Login name of the person; the SID when nobody knows it.")
    state: str = Field(description="`connected`, `disconnected`, `pending`, or `ended`.")
    previous: str | None = Field(description="The state before; none when the session is new.")
    machine: str | None = Field(description="Name of the machine.")
    pool: str | None = Field(description="Name of the desktop pool.")


class MachineFailed(PluginEvent):
    """A machine of a desktop pool cannot be used any more."""

    machine: str = Field(description="Name of the machine.")
    pool: str | None = Field(description="Name of the desktop pool.")
    state: str = Field(description="Horizon's state, such as `agent_unreachable`.")


EVENTS = (
    PowerChanged,
    AlarmTriggered,
    AlarmCleared,
    HostDisconnected,
    HostConnected,
    TaskFinished,
    SessionChanged,
    MachineFailed,
)
