"""A simulated switch for each test."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any

import grpc
import pytest
from hub_gnmi.paths import Path
from hub_gnmi.simulator import GnmiServer, Interface, Switch, Talk, serving
from hub_gnmi.simulator.spelling import notification, path_message
from hub_gnmi.simulator.switch import Leaf, Leafed
from hub_gnmi.wire import Encoding

from hub.clock import SystemClock


@pytest.fixture
def switch() -> Switch:
    """Two interfaces, the second without a cable."""
    return Switch("core-1", [Interface("Ethernet1"), Interface("Ethernet2", cabled=False)], SystemClock())


@pytest.fixture
async def server(switch: Switch) -> AsyncGenerator[GnmiServer, None]:
    """A target in plain text that lets everybody in."""
    async with serving(switch, SystemClock()) as server:
        yield server


@pytest.fixture
def config(server: GnmiServer) -> dict[str, Any]:
    """What connects to it; samples come quickly."""
    return {"name": "Core", "host": "127.0.0.1", "port": server.port, "plaintext": True, "interval": 0.2, "timeout": 5}


class Script:
    """A target that says what a test tells it to say."""

    def __init__(self, server: GnmiServer) -> None:
        self._lines: asyncio.Queue[Callable[[Talk], Awaitable[None]]] = asyncio.Queue()
        self.at = time.time_ns()
        """The target's time; each notification is a second later."""
        server.faults.script = self._play

    def tell(self, *leaves: tuple[str, Leafed], delete: Sequence[str] = (), atomic: str | None = None, later: int = 1) -> None:
        """Send a notification, by the target's clock so many seconds after the last one."""
        self.at += later * 1_000_000_000
        message = notification(self.at, [Leaf(Path.parse(path), value) for path, value in leaves], Encoding.PROTO)
        message.delete.extend(path_message(Path.parse(path)) for path in delete)
        if atomic is not None:
            message.atomic = True
            message.prefix.CopyFrom(path_message(Path.parse(atomic)))
        self.send(message)

    def send(self, message: Any) -> None:
        """Send a Notification, or any bytes."""
        self._lines.put_nowait(lambda talk: talk.send(message))

    def sync(self) -> None:
        """Say that everything has been told."""
        self._lines.put_nowait(lambda talk: talk.sync())

    def abort(self, code: grpc.StatusCode, words: str = "") -> None:
        """End the subscription with an error."""
        self._lines.put_nowait(lambda talk: talk.abort(code, words))

    async def _play(self, talk: Talk) -> None:
        while True:
            await (await self._lines.get())(talk)


@pytest.fixture
def script(server: GnmiServer) -> Script:
    """What the target says, instead of what the switch would."""
    return Script(server)
