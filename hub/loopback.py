"""For the simulators of plugins: a web server inside the running loop, on 127.0.0.1.

It is uvicorn's HTTP without its `Server`, which wants the signals of the process.
"""

import asyncio
import socket

from starlette.applications import Starlette
from uvicorn import Config
from uvicorn.server import ServerState

_PATIENCE = 1.0  # seconds for what is under way to end
_STEP = 0.002


class Serving:
    """Serves an application on a loopback port; it can stop and come back at the same address."""

    def __init__(self, app: Starlette) -> None:
        self._config = Config(app, log_config=None, access_log=False, lifespan="off", ws="none", loop="none")
        self._config.load()
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        # asyncio sends small answers at once only on sockets that say they are TCP.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self.port))
        self.port = listening.getsockname()[1]
        self._server = await asyncio.get_running_loop().create_server(self._connection, sock=listening)

    async def stop(self) -> None:
        """Close the socket and every connection."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for connection in tuple(self._state.connections):
            connection.shutdown()
        for _ in range(int(_PATIENCE / _STEP)):
            if not self._state.connections and not self._state.tasks:
                return
            await asyncio.sleep(_STEP)
        for task in tuple(self._state.tasks):
            task.cancel()

    def _connection(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self._config.http_protocol_class(  # type: ignore[call-arg]  # uvicorn names it by its base
            config=self._config, server_state=self._state, app_state={}
        )
        return protocol
