"""VMware: machines, hosts and alarms of vCenter, and virtual desktops of Horizon."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from hub.api import Clock, Hub, Plugin, Rehearsal, hookimpl
from hub_vmware.actions import (
    Vmware,
    assign,
    create_snapshot,
    desktop_link,
    disconnect,
    log_off,
    power_off,
    power_on,
    reboot_guest,
    remove_snapshot,
    reset,
    send_message,
    shutdown_guest,
)
from hub_vmware.config import VmwareConfig
from hub_vmware.events import EVENTS
from hub_vmware.horizon.session import looked_through
from hub_vmware.vcenter import watched


@asynccontextmanager
async def connect(config: VmwareConfig, hub: Hub) -> AsyncGenerator[Vmware, None]:
    """Log in to what is configured."""
    async with AsyncExitStack() as stack:
        vcenter = await stack.enter_async_context(watched(config.vcenter, hub)) if config.vcenter else None
        horizon = await stack.enter_async_context(looked_through(config.horizon, hub)) if config.horizon else None
        yield Vmware(vcenter, horizon)


@hookimpl
def hub_plugin() -> Plugin[VmwareConfig, Vmware]:
    """Hand over the plugin."""
    return Plugin(
        name="vmware",
        config=VmwareConfig,
        connect=connect,
        actions=[
            power_on,
            power_off,
            shutdown_guest,
            reboot_guest,
            create_snapshot,
            remove_snapshot,
            disconnect,
            log_off,
            reset,
            send_message,
            assign,
            desktop_link,
        ],
        events=EVENTS,
        rehearse=_rehearse,
    )


def _rehearse(clock: Clock) -> AbstractAsyncContextManager[Rehearsal]:
    from hub_vmware.simulator import rehearse

    return rehearse(clock)
