"""A schema registry on loopback: the one request that consumers make."""

import asyncio
import json


class SimulatedRegistry:
    """Answers `GET /schemas/ids/<number>`."""

    def __init__(self) -> None:
        self.port = 0
        self.schemas: dict[int, str] = {}
        self.asked = 0
        self.broken = False
        """Answers 503 to everything."""
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; the second time at the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            status, body = self._answer(request.split(b" ")[1].decode())
            head = f"HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
            await writer.drain()
        except (OSError, EOFError):
            pass  # the client is gone
        finally:
            writer.close()

    def _answer(self, path: str) -> tuple[int, bytes]:
        self.asked += 1
        if self.broken:
            return 503, b"busy"
        number = path.rpartition("/")[2]
        if not number.isdigit() or int(number) not in self.schemas:
            return 404, json.dumps({"error_code": 40403, "message": "Schema not found"}).encode()
        return 200, json.dumps({"schema": self.schemas[int(number)]}).encode()
