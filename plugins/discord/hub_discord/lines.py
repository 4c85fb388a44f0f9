"""The WebSockets that a client has opened, so that none is left behind."""

from types import SimpleNamespace

from aiohttp import ClientResponse, ClientSession, TraceConfig, TraceRequestEndParams

_SWITCHED = 101  # the status that makes a WebSocket of a request


class Lines:
    """Remembers every WebSocket. The library forgets one that is refused or cancelled between its opening and its first word."""

    def __init__(self) -> None:
        self.trace = TraceConfig()
        self.trace.on_request_end.append(self._opened)
        self._handshakes: list[ClientResponse] = []

    def close(self) -> None:
        """Cut those that are open still."""
        for handshake in self._handshakes:
            handshake.close()

    async def _opened(self, _: ClientSession, context: SimpleNamespace, request: TraceRequestEndParams) -> None:
        del context
        if request.response.status == _SWITCHED:
            self._handshakes = [*(handshake for handshake in self._handshakes if not handshake.closed), request.response]
