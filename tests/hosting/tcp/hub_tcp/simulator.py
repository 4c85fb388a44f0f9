"""The peer of the example plugin: says what it is told, over a real socket."""

import asyncio
from typing import Any


class Echo:
    """A service that can be killed and revived at the same port."""

    def __init__(self) -> None:
        self._port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def config(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self._port}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while line := await reader.readline():
                writer.write(line)
        except ConnectionError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
