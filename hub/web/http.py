"""HTTP as uvicorn speaks it, with less patience."""

import asyncio
from typing import cast

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from hub.web.limits import Limits


class Http(HttpToolsProtocol):
    """A connection that is closed when it opens and then does not say what it wants.

    Without that, connections that send nothing, or a header now and then, would use up the number that is allowed.
    """

    def __init__(self, config: Config, server_state: ServerState, limits: Limits) -> None:
        super().__init__(config, server_state, {})
        self._patience = limits.request_seconds
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request, and wait for the rest of it."""
        super().data_received(data)
        cycle = cast("RequestResponseCycle | None", self.cycle)  # there is none before the first request
        upgraded = self.transport.get_protocol() is not self
        if upgraded or (cycle is not None and not cycle.response_complete):
            self._wait_no_longer()
        elif self._deadline is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self._patience, self.transport.close)

    def _wait_no_longer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
