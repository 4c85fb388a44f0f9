"""The Discord of the demonstration: an energy company's server."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from hub.api import Clock, Rehearsal
from hub_discord.simulator import TOKEN, running


@asynccontextmanager
async def rehearse(clock: Clock) -> AsyncGenerator[Rehearsal, None]:
    """Run a simulated Discord with channels for the board and operations, and an executive on call."""
    async with running(clock) as discord:
        world = discord.world
        operators = world.add_role("Operators")
        ada = world.add_person("ada", operators)
        world.add_person("bob")
        board, operations = world.add_channel("board"), world.add_channel("operations")
        world.direct(ada)
        config = {
            "token": TOKEN,
            "guild": world.guild,
            "roles": [operators],
            "targets": {
                "board": {"channel": board.id},
                "operations": {"channel": operations.id, "ping_role": operators, "alert_threads": True},
                "oncall": {"user": ada.id},
            },
            "api_url": discord.api_url,
            "gateway_url": discord.gateway_url,
        }
        yield Rehearsal(
            config=config,
            pages={"Discord": discord.page_url},
            summary=lambda: {"messages": world.message_count, "presses": discord.interactions.presses},
        )
