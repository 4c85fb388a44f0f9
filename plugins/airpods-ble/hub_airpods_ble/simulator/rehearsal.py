"""The rehearsal: the office, heard over a feed on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from hub.api import Clock, Rehearsal
from hub_airpods_ble.simulator.feed import FeedServer
from hub_airpods_ble.simulator.office import Office

_STEP: Final = 2.0  # seconds between two advertisements of a set


@asynccontextmanager
async def rehearse_office(clock: Clock) -> AsyncIterator[Rehearsal]:
    """Let an office live by the clock."""
    office, feed = Office(), FeedServer()

    async def somebody_comes_or_goes() -> None:
        office.turn()

    await feed.start()
    life = asyncio.create_task(_live(office, feed, clock), name="office")
    try:
        yield Rehearsal(
            config=configuration(office, feed),
            summary=office.count,
            cues={"somebody comes or goes": somebody_comes_or_goes},
        )
    finally:
        life.cancel()
        await asyncio.wait({life})
        await feed.stop()


def configuration(office: Office, feed: FeedServer) -> dict[str, Any]:
    """The `airpods_ble:` section that follows the people of the office."""
    return {
        "source": "replay",
        "replay": {"address": feed.address},
        "people": office.configuration(),
        "leave_after": 60,
    }


async def _live(office: Office, feed: FeedServer, clock: Clock) -> None:
    while True:
        for sighting in office.adverts(clock.time()):
            feed.send(sighting)
        await clock.sleep(_STEP)
        office.live(_STEP)
