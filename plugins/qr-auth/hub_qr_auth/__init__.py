"""Signing in with the phone: authenticator codes, QR codes with number matching, badges, and one-time tickets to desktops."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from hub.api import Clock, Hub, Plugin, Rehearsal, hookimpl
from hub_qr_auth.actions import badge, create_ticket, enroll, revoke, scan, unlock, verify
from hub_qr_auth.config import QrAuthConfig
from hub_qr_auth.events import EVENTS
from hub_qr_auth.gate import Gate
from hub_qr_auth.site import Site


@asynccontextmanager
async def connect(config: QrAuthConfig, hub: Hub) -> AsyncGenerator[Gate, None]:
    """Open the pages."""
    gate = Gate(config, hub)
    await gate.open()
    Site(gate).open()
    yield gate


@hookimpl
def hub_plugin() -> Plugin[QrAuthConfig, Gate]:
    """Hand over the plugin."""
    return Plugin(
        name="qr_auth",
        config=QrAuthConfig,
        connect=connect,
        actions=[create_ticket, revoke, verify, enroll, badge, scan, unlock],
        events=EVENTS,
        rehearse=_rehearse,
    )


def _rehearse(clock: Clock) -> AbstractAsyncContextManager[Rehearsal]:
    from hub_qr_auth.simulator import rehearse

    return rehearse(clock)
