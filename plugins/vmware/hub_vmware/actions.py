"""What automations can ask of a vCenter and a Horizon."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

from hub.api import Answer, BadActionData, Effect, action
from hub_vmware.failures import NotFound, Unconfirmed
from hub_vmware.horizon.session import HorizonSession
from hub_vmware.vcenter import VCenterSession

Vm = Annotated[str, "Name of the machine, or vCenter's reference, such as vm-42."]
Confirm = Annotated[bool, "Must be true: what is not saved is lost."]
Person = Annotated[str, "Login name, a key of `desktops`, or the id of a session."]


class MessageKind(StrEnum):
    """How a message is shown on the desktop."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Vmware:
    """What is configured of the two."""

    vcenter_session: VCenterSession | None
    horizon_session: HorizonSession | None

    @property
    def vcenter(self) -> VCenterSession:
        """The vCenter. Raises NotFound when none is configured."""
        if self.vcenter_session is None:
            raise NotFound("no `vcenter` is configured")
        return self.vcenter_session

    @property
    def horizon(self) -> HorizonSession:
        """The Horizon. Raises NotFound when none is configured."""
        if self.horizon_session is None:
            raise NotFound("no `horizon` is configured")
        return self.horizon_session


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def power_on(vmware: Vmware, vm: Vm) -> Mapping[str, Any]:
    """Switch a machine on, and wait until it is; answers with the task."""
    ref = vmware.vcenter.inventory.find_vm(vm)
    return {"task": await vmware.vcenter.run_task("power_on", ref, partial(vmware.vcenter.wire.power_on, ref))}


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def power_off(vmware: Vmware, vm: Vm, confirm: Confirm = False) -> Mapping[str, Any]:
    """Cut a machine's power, as if the plug were pulled; answers with the task."""
    if not confirm:
        raise Unconfirmed("power_off", "pulls the plug, and what is not saved is lost (shutdown_guest is the polite way)")
    ref = vmware.vcenter.inventory.find_vm(vm)
    return {"task": await vmware.vcenter.run_task("power_off", ref, partial(vmware.vcenter.wire.power_off, ref))}


@action(effect=Effect.EXTERNAL)
async def shutdown_guest(vmware: Vmware, vm: Vm) -> None:
    """Ask the guest to shut down (needs VMware Tools); its power tells when it has."""
    ref = vmware.vcenter.inventory.find_vm(vm)
    await vmware.vcenter.call(partial(vmware.vcenter.wire.shutdown_guest, ref))


@action(effect=Effect.EXTERNAL)
async def reboot_guest(vmware: Vmware, vm: Vm) -> None:
    """Ask the guest to start anew (needs VMware Tools)."""
    ref = vmware.vcenter.inventory.find_vm(vm)
    await vmware.vcenter.call(partial(vmware.vcenter.wire.reboot_guest, ref))


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def create_snapshot(
    vmware: Vmware,
    vm: Vm,
    snapshot: Annotated[str, "Name of the snapshot."],
    description: Annotated[str, "What it is for."] = "",
    memory: Annotated[bool, "Whether the memory is kept too."] = False,
    quiesce: Annotated[bool, "Whether the guest's file systems are brought to rest (needs VMware Tools)."] = False,
) -> Mapping[str, Any]:
    """Make a snapshot of a machine, and wait until it is made; answers with the task."""
    ref = vmware.vcenter.inventory.find_vm(vm)
    begin = partial(vmware.vcenter.wire.create_snapshot, ref, snapshot, description, memory, quiesce)
    return {"task": await vmware.vcenter.run_task("create_snapshot", ref, begin)}


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def remove_snapshot(
    vmware: Vmware,
    vm: Vm,
    snapshot: Annotated[str, "Name of the snapshot, or vCenter's reference."],
    children: Annotated[bool, "Whether those made after it are removed too."] = False,
    confirm: Confirm = False,
) -> Mapping[str, Any]:
    """Remove a snapshot, and wait until it is removed; answers with the task."""
    if not confirm:
        raise Unconfirmed("remove_snapshot", "takes away the way back to it")
    ref = vmware.vcenter.inventory.find_vm(vm)
    found = vmware.vcenter.inventory.find_snapshot(ref, snapshot)
    begin = partial(vmware.vcenter.wire.remove_snapshot, found, children)
    return {"task": await vmware.vcenter.run_task("remove_snapshot", ref, begin)}


@action(effect=Effect.IDEMPOTENT)
async def disconnect(vmware: Vmware, person: Person) -> None:
    """Disconnect a person's sessions; programs go on, and the person can come back to them."""
    await vmware.horizon.act("/inventory/v1/sessions/action/disconnect", vmware.horizon.sessions_of(person))


@action(effect=Effect.EXTERNAL)
async def log_off(
    vmware: Vmware,
    person: Person,
    forced: Annotated[bool, "Whether locked sessions are logged off too."] = False,
    confirm: Confirm = False,
) -> None:
    """Log a person off; programs end."""
    if not confirm:
        raise Unconfirmed("log_off", "ends the person's programs, and what is not saved is lost")
    sessions = vmware.horizon.sessions_of(person)
    await vmware.horizon.act("/inventory/v1/sessions/action/logoff", sessions, [("forced", "true")] if forced else [])


@action(effect=Effect.EXTERNAL)
async def reset(vmware: Vmware, person: Person, confirm: Confirm = False) -> None:
    """Reset the machines of a person's sessions, as if the plug were pulled."""
    if not confirm:
        raise Unconfirmed("reset", "pulls the plug of the person's machine, and what is not saved is lost")
    await vmware.horizon.act("/inventory/v1/sessions/action/reset", vmware.horizon.sessions_of(person))


@action(effect=Effect.EXTERNAL)
async def send_message(
    vmware: Vmware,
    person: Person,
    message: Annotated[str, "What to say."],
    kind: Annotated[MessageKind, "info, warning or error."] = MessageKind.INFO,
) -> None:
    """Show a message on a person's desktop."""
    if not message.strip():
        raise BadActionData("the message is empty")
    sessions = vmware.horizon.sessions_of(person)
    told = {"message": message, "message_type": kind.value.upper(), "session_ids": sessions}
    await vmware.horizon.api.act("/inventory/v1/sessions/action/send-message", told)


@action(effect=Effect.IDEMPOTENT)
async def assign(
    vmware: Vmware,
    person: Annotated[str, "Login name, or a key of `desktops`."],
    machine: Annotated[str, "Name of the machine."],
) -> None:
    """Assign a machine of a dedicated pool to a person."""
    found = vmware.horizon.machine(machine)
    sid = await vmware.horizon.sid_of(person)
    await vmware.horizon.act(f"/inventory/v1/machines/{found}/action/assign-users", [sid])


@action(effect=Effect.READ, answer=Answer.ONLY)
async def desktop_link(vmware: Vmware, person: Annotated[str, "A key of `desktops`."]) -> Mapping[str, Any]:
    """Answer with the link that starts a person's desktop; whoever opens it logs in as always, it carries no secret."""
    return vmware.horizon.link(person)
