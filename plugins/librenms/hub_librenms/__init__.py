"""LibreNMS: devices, ports, sensors, services, BGP sessions and alerts, and what can be done about them."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from hub.api import Clock, Hub, Plugin, Rehearsal, hookimpl
from hub_librenms.actions import (
    acknowledge,
    add_device,
    get,
    maintenance,
    push_service,
    rediscover,
    remove_device,
    syslog,
    unmute,
)
from hub_librenms.api import LibreNms
from hub_librenms.config import Kind, LibreNmsConfig
from hub_librenms.events import EVENTS
from hub_librenms.http import opened
from hub_librenms.inbox import NAME, Inbox
from hub_librenms.session import ALERTS, DOWN, Session


@asynccontextmanager
async def connect(config: LibreNmsConfig, hub: Hub) -> AsyncGenerator[Session, None]:
    """Hold a connection to a server."""
    # Certificates are read only where there is one to check: that takes a moment.
    verify = config.verify_tls and config.url.startswith("https://")
    async with opened(at_once=config.requests_at_once, verify=verify, ca_file=config.ca_file) as http:
        api = LibreNms(http, hub.clock, config.url, config.token.get_secret_value())
        session = Session(config, hub, api, await api.version())
        if config.webhook_secret and config.shows(Kind.ALERTS):
            hub.webhook(NAME, _inbox(config, hub, session).answer)
        await session.begin()
        yield session


@hookimpl
def hub_plugin() -> Plugin[LibreNmsConfig, Session]:
    """Hand over the plugin."""
    return Plugin(
        name="librenms",
        config=LibreNmsConfig,
        connect=connect,
        actions=[acknowledge, unmute, maintenance, rediscover, add_device, remove_device, push_service, syslog, get],
        events=EVENTS,
        rehearse=_rehearse,
    )


def _inbox(config: LibreNmsConfig, hub: Hub, session: Session) -> Inbox:
    def look() -> None:
        """What an alert tells of shows in the lists now, so they are asked for at once."""
        session.rounds.soon(ALERTS)
        session.rounds.soon(DOWN)

    return Inbox(
        hub,
        secrets=[secret.get_secret_value() for secret in config.webhook_secret],
        networks=config.webhook_from,
        take=session.alarms.hear,
        look=look,
    )


def _rehearse(clock: Clock) -> AbstractAsyncContextManager[Rehearsal]:
    from hub_librenms.simulator import rehearse

    return rehearse(clock)
