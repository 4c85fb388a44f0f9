"""Queues and streams of RabbitMQ become entities and events; automations publish."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from hub.api import Clock, Hub, Plugin, Rehearsal, hookimpl
from hub_rabbitmq.actions import dead_letters, publish, purge, replay
from hub_rabbitmq.broker import open_broker
from hub_rabbitmq.config import RabbitmqConfig
from hub_rabbitmq.events import Message, Rejected, SchemaChanged, Telemetry
from hub_rabbitmq.session import Session, begin
from hub_rabbitmq.tls import context


@asynccontextmanager
async def connect(config: RabbitmqConfig, hub: Hub) -> AsyncGenerator[Session, None]:
    """Log in, declare what is configured, and consume it until the connection is lost."""
    async with AsyncExitStack() as stack:
        tls = await asyncio.to_thread(context, config) if config.tls else None
        fetch = None
        if config.registry is not None:
            from hub_rabbitmq.decoding.registry import opened

            password = config.registry.password.get_secret_value() if config.registry.password else ""
            login = (config.registry.user, password) if config.registry.user else None
            fetch = (await stack.enter_async_context(opened(str(config.registry.url), login, hub.clock))).fetch
        broker = await stack.enter_async_context(open_broker(config, tls, f"hub {hub.instance}"))
        yield await stack.enter_async_context(begin(hub, config, broker, fetch))


def rehearse(clock: Clock) -> AbstractAsyncContextManager[Rehearsal]:
    """Run a broker with fitness trackers that publish to it."""
    from hub_rabbitmq.simulator.rehearsal import rehearse_trackers

    return rehearse_trackers(clock)


@hookimpl
def hub_plugin() -> Plugin[RabbitmqConfig, Session]:
    """Hand over the plugin."""
    return Plugin(
        name="rabbitmq",
        config=RabbitmqConfig,
        connect=connect,
        actions=[publish, dead_letters, replay, purge],
        events=[Message, Telemetry, Rejected, SchemaChanged],
        rehearse=rehearse,
    )
