"""The plugin keeps the contract."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import hub_rabbitmq
import pytest
from hub_rabbitmq.simulator import Simulator

from hub.testing import Peer, PluginContract


class BrokerPeer:
    """A broker whose queue gets a measurement again and again, so that every entity has a value."""

    def __init__(self) -> None:
        self._simulator = Simulator()
        self._publisher: asyncio.Task[None] | None = None
        self._sent = 0

    @property
    def config(self) -> Mapping[str, Any]:
        """What connects to it."""
        queue = {"name": "telemetry", "profile": "fitness", "bindings": [{"exchange": "fitness"}]}
        return {**self._simulator.config, "exchanges": [{"name": "fitness"}], "queues": [queue]}

    async def start(self) -> None:
        """Come back."""
        await self._simulator.start()
        self._publisher = asyncio.create_task(self._publish())

    async def stop(self) -> None:
        """Die."""
        if self._publisher is not None:
            self._publisher.cancel()
            await asyncio.wait({self._publisher})
        await self._simulator.stop()

    async def _publish(self) -> None:
        while True:
            self._sent += 1
            measured = {"device": "Band 7", "heart_rate": 61, "steps": self._sent, "battery": 80}
            self._simulator.publish("fitness", "tracker.7", json.dumps(measured).encode(), message_id=str(self._sent))
            await asyncio.sleep(0.05)


class TestRabbitmq(PluginContract):
    """The rabbitmq plugin is a complete one."""

    module = hub_rabbitmq
    not_secret = ("queues.sensors.key", "queues.bindings.routing_key")

    @pytest.fixture
    async def peer(self) -> AsyncGenerator[Peer, None]:
        peer = BrokerPeer()
        await peer.start()
        yield peer
        await peer.stop()
