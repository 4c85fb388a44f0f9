"""What every plugin must do."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping
from typing import Any

import hub_gnmi
import pytest
from hub_gnmi.simulator import GnmiServer, Interface, Switch

from hub.clock import SystemClock
from hub.testing import Peer, PluginContract

CREDENTIALS = ("hub", "tele-Metrie-42")


class Target:
    """A simulated switch that can die and return; in a loop of its own, since grpc's server begins a task for every call."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="switch")
        self._thread.start()
        self._server = self._do(self._make())
        user, password = CREDENTIALS
        self.config: Mapping[str, Any] = {
            "name": "Core",
            "host": "127.0.0.1",
            "port": self._server.port,
            "plaintext": True,
            "username": user,
            "password": password,
            "interval": 0.2,
            "timeout": 5,
            "profiles": ["interfaces", "loss", "cpu", "memory", "uptime", "temperature", "system"],
        }

    async def start(self) -> None:
        await asyncio.to_thread(self._do, self._server.start())

    async def stop(self) -> None:
        await asyncio.to_thread(self._do, self._server.stop())

    def close(self) -> None:
        self._do(self._server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _make(self) -> GnmiServer:
        clock = SystemClock()
        server = GnmiServer(Switch("core-1", [Interface("Ethernet1")], clock), clock, credentials=CREDENTIALS)
        await server.start()
        return server

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


class TestGnmi(PluginContract):
    """The plugin keeps its contract."""

    module = hub_gnmi
    not_secret = ("sensors.key",)
    not_at_import = ("pygnmi.client",)
    sometimes = ("component_cpu[<component>]", "probe_loss[<probe>,<test>]")

    @pytest.fixture
    def peer(self) -> Iterator[Peer]:
        """A switch that asks for a password."""
        target = Target()
        yield target
        target.close()
