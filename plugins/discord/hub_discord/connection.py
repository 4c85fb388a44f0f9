"""From a config to a session, and back to nothing. Importing this imports the library, which takes a while."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from functools import partial

import discord
from discord.gateway import KeepAliveHandler

from hub.api import Hub
from hub_discord.bot import Bot
from hub_discord.config import DiscordConfig
from hub_discord.courier import Courier
from hub_discord.entities import Entities
from hub_discord.failures import plainly
from hub_discord.ledger import Ledger
from hub_discord.presence import Presence
from hub_discord.session import Place

_GOODBYE = 1.0  # second in which Discord may answer the closing of the gateway
_STOPPING = 2.0  # seconds in which a heartbeat ends
_GLANCE = 0.005

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # nobody here wants to hear that the bot cannot speak


@asynccontextmanager
async def connection(config: DiscordConfig, hub: Hub, ledger: Ledger) -> AsyncGenerator[Courier, None]:
    """Be connected to Discord: logged in, and heard by the gateway."""
    opened = asyncio.Event()
    bot = Bot(config, hub, ledger, opened.set)
    try:
        with plainly():
            await bot.login(config.token.get_secret_value())
        hub.start(bot.listen, name="gateway")
        await opened.wait()
        courier = Courier(bot, config.guild, _places(config), Entities(hub, bot).count_message)
        hub.start(partial(_look_at, courier, config, hub), name="look at the targets")
        hub.every(config.presence_interval, Presence(hub, bot).show)
        yield courier
    finally:
        await _close(bot)


async def _look_at(courier: Courier, config: DiscordConfig, hub: Hub) -> None:
    """Say at once, not at three in the morning, which targets cannot be reached."""
    for name, target in config.targets.items():
        try:
            wrong = await courier.objection(Place.of(target))
        except OSError:  # no news of the target: whoever loses the connection will tell
            return
        if wrong is not None:
            hub.log.error("notify.%s leads nowhere: %s", name, wrong)


def _places(config: DiscordConfig) -> dict[str, Place]:
    return {name: Place.of(target) for name, target in config.targets.items()}


async def _close(bot: Bot) -> None:
    """Say goodbye, and go also when Discord does not answer: the library itself would wait for half a minute."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_GOODBYE):
            await bot.close()
    bot.lines.close()
    await bot.http.close()
    await _end_heartbeats(bot)


async def _end_heartbeats(bot: discord.Client) -> None:
    """Wait until the library's threads have ended; it starts one for each gateway that it opens."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _STOPPING
    beats = [
        thread for thread in threading.enumerate() if isinstance(thread, KeepAliveHandler) and thread.ws.token == bot.http.token
    ]
    for beat in beats:
        beat.stop()
    while any(beat.is_alive() for beat in beats) and loop.time() < until:  # noqa: ASYNC110 - a thread sets no asyncio.Event
        await asyncio.sleep(_GLANCE)
