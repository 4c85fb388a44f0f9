"""Switches and routers by gNMI: telemetry as entities, links and reboots as events, Get and Set as actions."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from hub.api import Clock, Hub, Plugin, Rehearsal, hookimpl
from hub_gnmi.actions import capabilities, get, set_, subscribe_once
from hub_gnmi.config import GnmiConfig, Subscribe
from hub_gnmi.events import LinkDown, LinkUp, Rebooted, SubscriptionLost
from hub_gnmi.failures import Refused
from hub_gnmi.rpc import Rpc, opened
from hub_gnmi.target import LOOK, Target
from hub_gnmi.wire import Capabilities


@asynccontextmanager
async def connect(config: GnmiConfig, hub: Hub) -> AsyncGenerator[Target, None]:
    """Ask the target what it can do, subscribe, and show what it tells until the subscription is lost."""
    async with opened(config) as rpc:
        target = Target(config, hub, rpc, await _greet(rpc))
        hub.start(target.remembered.keep, name="remember")
        hub.start(target.show, name="show")
        hub.start(target.follow, name="follow")
        hub.every(LOOK, target.look)
        if config.subscribe is Subscribe.POLL:
            hub.every(config.interval, target.poll)
        try:
            yield target
        finally:
            await target.remembered.flush()


def rehearse(clock: Clock) -> AbstractAsyncContextManager[Rehearsal]:
    """Run three switches; a link flaps now and then."""
    from hub_gnmi.simulator.rehearsal import rehearse_switches

    return rehearse_switches(clock)


@hookimpl
def hub_plugin() -> Plugin[GnmiConfig, Target]:
    """Hand over the plugin."""
    return Plugin(
        name="gnmi",
        config=GnmiConfig,
        connect=connect,
        actions=[get, set_, capabilities, subscribe_once],
        events=[LinkDown, LinkUp, Rebooted, SubscriptionLost],
        rehearse=rehearse,
    )


async def _greet(rpc: Rpc) -> Capabilities:
    """Make sure that somebody answers; some targets have no Capabilities."""
    try:
        return await rpc.capabilities()
    except Refused:
        return Capabilities()
