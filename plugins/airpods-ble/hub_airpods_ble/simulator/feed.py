"""A feed of advertisements over TCP, as `source: replay` reads it."""

import asyncio
import json
from contextlib import suppress
from typing import Final

from hub_airpods_ble.replay import GREETING
from hub_airpods_ble.sighting import Sighting, write_line

_SIGN_OF_LIFE: Final = 5.0  # real seconds
_MOST_WAITING: Final = 1_000_000  # bytes for a reader that does not read


class FeedServer:
    """Sends advertisements to everybody who connects. It can stop and start again at the same port."""

    def __init__(self, greeting: bytes = json.dumps(GREETING).encode()) -> None:
        self.port = 0
        self.lines = 0
        """Lines sent so far, once for all readers."""
        self._greeting = greeting
        self._server: asyncio.Server | None = None
        self._readers: set[asyncio.StreamWriter] = set()
        self._come = asyncio.Event()

    @property
    def address(self) -> str:
        """Where it listens: `host:port`."""
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; at the same port as before, if there was one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Close the port and every connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in list(self._readers):
            writer.transport.abort()
        for _ in range(100):
            await asyncio.sleep(0)  # an aborted connection ends within a few turns of the loop
            if not self._readers:
                break

    async def reader_came(self) -> None:
        """Wait until somebody reads."""
        while not self._readers:
            self._come.clear()
            await self._come.wait()

    def send(self, sighting: Sighting) -> None:
        """Send an advertisement to all who read."""
        self.send_bytes(write_line(sighting).encode() + b"\n")

    def send_bytes(self, line: bytes) -> None:
        """Send anything at all."""
        self.lines += 1
        for writer in self._readers:
            if writer.transport.get_write_buffer_size() < _MOST_WAITING:
                writer.write(line)

    async def drained(self) -> None:
        """Wait until the readers have taken most of what was sent."""
        for writer in list(self._readers):
            with suppress(OSError):
                await writer.drain()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._greeting + b"\n")
        self._readers.add(writer)
        self._come.set()
        try:
            while not await _ended(reader, _SIGN_OF_LIFE):
                writer.write(b"\n")
        finally:
            self._readers.discard(writer)
            writer.close()


async def _ended(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Wait so long for the other side to end the connection; tell whether it has."""
    try:
        async with asyncio.timeout(seconds):
            return not await reader.read(1024)
    except TimeoutError:
        return False
    except OSError:
        return True
