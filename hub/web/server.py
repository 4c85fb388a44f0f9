"""The server: uvicorn's HTTP on the running loop, with the hub's own WebSocket beside it.

Of uvicorn it takes the parts (configuration, HTTP protocol) and not its `Server`, which wakes ten times a second, wants the
process's signals, and takes a fifth of a second to stop.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from typing import Any, Final

from uvicorn import Config
from uvicorn.server import ServerState

from hub.web.connection import Connection
from hub.web.conversation import Conversation
from hub.web.http import Http
from hub.web.limits import Limits
from hub.web.rest import rest_api
from hub.web.site import Site
from hub.web.sources import WebSources

WEBSOCKET_PATH: Final = "/api/websocket"
_WAITING_CONNECTIONS = 1024
_CLOSING_STEP = 0.005  # seconds between looks at what is still open


@dataclass(frozen=True, slots=True)
class Bound:
    """Where the server really listens."""

    host: str
    port: int
    secure: bool = False

    @property
    def url(self) -> str:
        """An address that a program on this computer can use."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, f"[{self.host}]" if ":" in self.host else self.host)  # noqa: S104
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"


@asynccontextmanager
async def serving(
    sources: WebSources, host: str = "127.0.0.1", port: int = 8123, secure: ssl.SSLContext | None = None
) -> AsyncIterator[Bound]:
    """Serve the API until the block is left; port 0 takes a free one. Raises OSError when the address cannot be had."""
    site = Site.of(sources)
    config, state, limits = _config(site), ServerState(), sources.limits
    sockets = await _listen(host, port)
    address = sockets[0].getsockname()
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(lambda: Http(config, state, limits), sock=listener, ssl=secure, backlog=_WAITING_CONNECTIONS)
        for listener in sockets
    ]
    dates = loop.create_task(_keep_date(state), name="web date")
    try:
        yield Bound(address[0], address[1], secure is not None)
    finally:
        dates.cancel()
        for server in servers:
            server.close()
        await _finish(state, limits)
        with suppress(asyncio.CancelledError):
            await dates


def _config(site: Site) -> Config:
    limits = site.sources.limits

    class SiteConnection(Connection):
        """A connection to this site, made as uvicorn makes its own."""

        def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:  # noqa: ARG002
            super().__init__(partial(Conversation, site), WEBSOCKET_PATH, limits, server_state)

    config = Config(
        rest_api(site),
        http=Http,
        ws=SiteConnection,
        interface="asgi3",
        lifespan="off",
        loop="none",
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_keep_alive=limits.idle_seconds,
    )
    config.load()
    return config


async def _listen(host: str, port: int) -> Sequence[socket.socket]:
    """Open a socket for every address of the host; all have the same port."""
    found = await asyncio.get_running_loop().getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            chosen = port or (sockets[0].getsockname()[1] if sockets else 0)
            sockets.append(_bound_socket(family, (address[0], chosen, *address[2:])))
    except OSError:
        for listener in sockets:
            listener.close()
        raise
    return sockets


def _bound_socket(family: int, address: tuple[Any, ...]) -> socket.socket:
    # With the protocol named, asyncio turns Nagle's algorithm off; or every small answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise OSError(error.errno, f"cannot listen on {address[0]} port {address[1]}: {error.strerror}") from None
    return listener


async def _keep_date(state: ServerState) -> None:
    """Keep the `Date` header right."""
    while True:
        state.default_headers = [(b"date", formatdate(time.time(), usegmt=True).encode())]
        await asyncio.sleep(1.0)


async def _finish(state: ServerState, limits: Limits) -> None:
    """Let what is under way end, for a while; then cut it off."""
    for connection in tuple(state.connections):
        connection.shutdown()
    for _ in range(int(limits.closing_seconds / _CLOSING_STEP)):
        if not state.connections and not state.tasks:
            return
        await asyncio.sleep(_CLOSING_STEP)
    for connection in tuple(state.connections):
        connection.transport.abort()
    tasks = tuple(state.tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
