"""What every plugin must do."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import hub_airpods_ble
import pytest
from hub_airpods_ble.simulator import FeedServer, SimulatedSet
from hub_airpods_ble.simulator.sets import MAX

from hub.testing import Peer, PluginContract


class Sender:
    """A feed in which Ada and Bob are heard for ever; Bob has a headset."""

    def __init__(self, ada: SimulatedSet, bob: SimulatedSet) -> None:
        self._feed = FeedServer()
        self._sets = ada, bob
        self.config: dict[str, Any] = {}

    async def start(self) -> None:
        """Come (back)."""
        await self._feed.start()
        people = [worn.owned_by(name, team="Board") for name, worn in zip(("Ada", "Bob"), self._sets, strict=True)]
        self.config = {"source": "replay", "replay": {"address": self._feed.address}, "people": people, "arrive_after": 0}

    async def stop(self) -> None:
        """Die."""
        await self._feed.stop()

    async def speak(self) -> None:
        """Send for ever."""
        while True:
            for worn in self._sets:
                self._feed.send(worn.heard(-60, "hci0", 0))
            await asyncio.sleep(0.1)


class TestAirpods(PluginContract):
    """The airpods_ble plugin keeps the contract."""

    module = hub_airpods_ble
    not_at_import = ("bleak", "dbus_fast")
    sometimes = ("<adapter>_scanning",)

    @pytest.fixture
    async def peer(self, ada: SimulatedSet, bob: SimulatedSet) -> AsyncGenerator[Peer, None]:
        """A feed that can die and come back."""
        bob.model = MAX
        ada.in_case, ada.left_in_ear, ada.right_in_ear = True, False, False
        sender = Sender(ada, bob)
        await sender.start()
        speaking = asyncio.create_task(sender.speak())
        yield sender
        speaking.cancel()
        await sender.stop()
