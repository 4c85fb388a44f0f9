"""Alerts, buttons and commands on Discord."""

import asyncio
import importlib
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from hub.api import Clock, Hub, NotConnected, Notice, Plugin, Receipt, Rehearsal, hookimpl
from hub_discord.actions import create_thread, delete, edit, send
from hub_discord.config import DiscordConfig
from hub_discord.deliveries import Deliveries
from hub_discord.events import Button, Command, Message
from hub_discord.ledger import Ledger
from hub_discord.session import Session


@asynccontextmanager
async def connect(config: DiscordConfig, hub: Hub) -> AsyncGenerator[Session, None]:
    """Log the bot in and listen to the gateway."""
    # Offered before anything can fail, so that the names are known however long Discord is away.
    for name in config.targets:
        hub.notifier(name, _not_yet)
    await _import_library()
    from hub_discord.connection import connection

    ledger = Ledger(hub.memory)
    async with connection(config, hub, ledger) as session:
        for name, target in config.targets.items():
            hub.notifier(name, Deliveries(name, target, ledger, hub.clock, session).deliver)
        yield session


@asynccontextmanager
async def rehearse(clock: Clock) -> AsyncGenerator[Rehearsal, None]:
    """Run the simulated Discord."""
    await _import_library()  # now, since in compressed time a connection has no seconds to spare for it
    from hub_discord.simulator.company import rehearse as run

    async with run(clock) as rehearsal:
        yield rehearsal


@hookimpl
def hub_plugin() -> Plugin[DiscordConfig, Session]:
    """Hand over the plugin."""
    return Plugin(
        name="discord",
        config=DiscordConfig,
        connect=connect,
        actions=[send, edit, delete, create_thread],
        events=[Message, Command, Button],
        notifiers=lambda config: config.targets,
        rehearse=rehearse,
    )


async def _not_yet(notice: Notice) -> Receipt:
    raise NotConnected(f"the bot is still connecting to Discord, so {notice.title or 'a notice'} waits")


async def _import_library() -> None:
    """Import discord.py without holding up the loop for the second or two that it takes."""
    thread = ThreadPoolExecutor(1, "import-discord")
    try:
        await asyncio.get_running_loop().run_in_executor(thread, importlib.import_module, "hub_discord.connection")
    finally:
        thread.shutdown(wait=False)
