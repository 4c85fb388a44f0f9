"""One WebSocket connection: frames in and out, with no idea of what they mean.

The connection is an asyncio protocol beside uvicorn's own rather than an ASGI application: ASGI costs a coroutine per message and
per client, which is most of the work when one event goes to a hundred clients (see `docs/decisions`).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol, cast

from uvicorn.server import ServerState
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from hub.web.limits import Limits

_log = logging.getLogger(__name__)
_FAREWELL_SECONDS = 2.0  # how long the other side may take to say goodbye as well


class Line(Protocol):
    """What somebody who converses over a connection may do with it."""

    coalesce: bool
    """Whether several messages may travel as one JSON list."""

    def send(self, message: bytes) -> None:
        """Send a message of JSON text; those of one turn of the loop travel together."""

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Say goodbye, after what was sent before."""

    def trust(self) -> None:
        """Let the other side send as much as those may who have said who they are."""

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that outlives the connection, but not the server."""


class Listener(Protocol):
    """Somebody who converses over a connection."""

    def hear(self, message: bytes) -> None:
        """Take a message of JSON text."""

    def ended(self) -> None:
        """Take it that the connection is gone."""


class Connection(asyncio.Protocol):
    """A connection to one client."""

    coalesce = False

    def __init__(self, converse: Callable[[Line], Listener], path: str, limits: Limits, server: ServerState) -> None:
        self._converse = converse
        self._path = path
        self._limits = limits
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._frames = ServerProtocol(max_size=limits.message, logger=_log)
        self._listener: Listener | None = None
        self._parts: list[bytes] = []
        self._allowance: int | None = limits.before_auth
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._paused = False
        self._heard = self._asked = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.transport: asyncio.Transport

    # What a conversation does

    def send(self, message: bytes) -> None:
        """Send a message of JSON text; those of one turn of the loop travel together."""
        if not self._waiting and not self._paused:
            self._loop.call_soon(self._flush)
        self._waiting.append(message)
        self._waiting_bytes += len(message)
        if self._paused and self._waiting_bytes > self._limits.backlog:
            self._drop(f"reads too slowly: more than {self._limits.backlog} bytes wait for it")

    def close(self, code: int = CloseCode.NORMAL_CLOSURE, reason: str = "") -> None:
        """Say goodbye, after what was sent before."""
        if self._frames.state is not OPEN:
            return
        self._paused = False
        self._flush()
        self._frames.send_close(code, reason)
        self._write_protocol()
        self._set_timer(_FAREWELL_SECONDS, self.transport.abort)

    def trust(self) -> None:
        """Let the other side send as much as those may who have said who they are."""
        self._allowance = None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something that outlives the connection, but not the server."""
        task = self._loop.create_task(work)
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)

    # What the server and the transport say

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast(asyncio.Transport, transport)
        # The server knows its own protocols by type; it needs no more of them than `shutdown`.
        cast("set[asyncio.Protocol]", self._server.connections).add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 — asyncio's signature
        """End."""
        cast("set[asyncio.Protocol]", self._server.connections).discard(self)
        self._cancel_timer()
        self._waiting.clear()
        self._paused = True
        if self._listener is not None:
            listener, self._listener = self._listener, None
            listener.ended()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and hand over the messages that they complete."""
        self._heard = self._loop.time()
        if self._allowance is not None:
            self._allowance -= len(data)
            if self._allowance < 0:
                self._drop("sent too much before it said who it is")
                return
        self._frames.receive_data(data)
        for event in self._frames.events_received():
            if isinstance(event, Request):
                self._greet(event)
            elif isinstance(event, Frame):
                self._take(event)
        self._write_protocol()
        if self._frames.parser_exc is not None or self._frames.close_rcvd is not None:
            self.transport.close()

    def eof_received(self) -> None:
        """Close as well."""

    def pause_writing(self) -> None:
        """Let messages wait: the other side reads slowly."""
        self._paused = True

    def resume_writing(self) -> None:
        """Send what waited."""
        self._paused = False
        self._flush()

    def shutdown(self) -> None:
        """Say goodbye, because the server stops."""
        if self._listener is None:
            self.transport.close()
        else:
            self.close(CloseCode.GOING_AWAY, "the hub stops")

    # Frames

    def _greet(self, request: Request) -> None:
        right_path = request.path.partition("?")[0] == self._path
        response = self._frames.accept(request) if right_path else self._frames.reject(404, "there is nothing at this address\n")
        self._frames.send_response(response)
        self._write_protocol()
        if self._frames.state is not OPEN:
            self.transport.close()
            return
        self._set_timer(self._limits.ping_seconds, self._ask_whether_there)
        self._listener = self._converse(self)

    def _take(self, frame: Frame) -> None:
        if frame.opcode is Opcode.BINARY:
            self.close(CloseCode.UNSUPPORTED_DATA, "messages are JSON text")
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT):
            self._parts.append(bytes(frame.data))
            if frame.fin:
                message, self._parts = b"".join(self._parts), []
                if self._listener is not None and self._frames.state is OPEN:
                    self._listener.hear(message)

    def _flush(self) -> None:
        if self._paused or not self._waiting or self._frames.state is not OPEN:
            return
        messages, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if self.coalesce and len(messages) > 1:
            self.transport.write(text_frame(b"[" + b",".join(messages) + b"]"))
        else:
            self.transport.write(text_frames(messages))

    def _write_protocol(self) -> None:
        for data in self._frames.data_to_send():
            if data and not self.transport.is_closing():
                self.transport.write(data)

    # Whether the other side is there

    def _ask_whether_there(self) -> None:
        if self._frames.state is OPEN:
            self._asked = self._loop.time()
            self._frames.send_ping(b"")
            self._write_protocol()
            self._set_timer(self._limits.pong_seconds, self._expect_answer)

    def _expect_answer(self) -> None:
        if self._heard < self._asked:
            self._drop("no longer answers")
        else:
            self._set_timer(self._limits.ping_seconds, self._ask_whether_there)

    def _drop(self, why: str) -> None:
        if not self.transport.is_closing():
            peer = self.transport.get_extra_info("peername")
            _log.warning("WebSocket client %s is disconnected: it %s", peer[0] if peer else "?", why)
            self.transport.abort()

    def _set_timer(self, seconds: float, call: Callable[[], None]) -> None:
        self._cancel_timer()
        self._timer = self._loop.call_later(seconds, call)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def text_frame(message: bytes) -> bytes:
    """Return one unmasked, unfragmented text frame (RFC 6455, 5.2)."""
    length = len(message)
    if length < 126:
        return b"\x81%c%b" % (length, message)
    if length < 1 << 16:
        return b"\x81\x7e%b%b" % (length.to_bytes(2, "big"), message)
    return b"\x81\x7f%b%b" % (length.to_bytes(8, "big"), message)


def text_frames(messages: Iterable[bytes]) -> bytes:
    """Return one such frame per message."""
    return b"".join(map(text_frame, messages))
