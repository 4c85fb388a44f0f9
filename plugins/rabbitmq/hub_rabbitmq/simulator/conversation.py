"""One client of the simulated broker: frames in, frames out."""

import asyncio
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, cast

from pamqp.base import Frame
from pamqp.commands import Basic, Channel, Connection
from pamqp.frame import marshal, unmarshal
from pamqp.heartbeat import Heartbeat

from hub_rabbitmq.simulator.channel import Complaint, ServedChannel
from hub_rabbitmq.simulator.queues import Warehouse

_METHOD, _HEADER, _BODY = 1, 2, 3
_LARGEST_FRAME: Final = 131_072
_GREETING: Final = b"AMQP\x00\x00\x09\x01"
_PUBLISH: Final = bytes((0, 60, 0, 40))
_CAPABILITIES: Final = {
    "publisher_confirms": True,
    "basic.nack": True,
    "consumer_cancel_notify": True,
    "connection.blocked": True,
}


@dataclass(slots=True)
class Rules:
    """Whom the broker lets in, and how it behaves."""

    user: str
    password: str
    vhost: str = "/"
    holds_confirms: bool = False
    """Publishing is not confirmed, as when the disk is full."""
    silent: bool = False
    """Connections are accepted, and nothing is ever said."""


@dataclass(slots=True)
class _Incoming:
    """A message that is being published."""

    method: Basic.Publish
    routing_key: bytes
    size: int = -1
    properties: bytes = b""
    body: bytes = b""


class Conversation:
    """Serves one client until it goes away."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, warehouse: Warehouse, rules: Rules) -> None:
        self._reader = reader
        self._writer = writer
        self._warehouse = warehouse
        self._rules = rules
        self._channels: dict[int, ServedChannel] = {}
        self._incoming: dict[int, _Incoming] = {}
        self._open = True

    async def run(self) -> None:
        """Greet the client and answer it; what it has not acknowledged goes back when it is gone."""
        beating = asyncio.create_task(self._beat(), name="heartbeats of the simulator")
        try:
            if await self._welcome():
                while self._open:
                    await self._answer(*await self._frame())
        except (OSError, EOFError):
            pass  # it is gone
        finally:
            beating.cancel()
            for channel in self._channels.values():
                channel.close()
            self._writer.close()

    def cut(self) -> None:
        """End the connection without a word."""
        self._writer.transport.abort()

    def say(self, raw: bytes) -> None:
        """Send bytes, whatever they are."""
        self._writer.write(raw)

    async def _welcome(self) -> bool:
        """Do the handshake; tell whether the client may come in."""
        greeting = await self._reader.readexactly(8)
        if self._rules.silent:
            await self._reader.read()
            return False
        if greeting != _GREETING:
            self.say(_GREETING)
            return False
        about: dict[str, Any] = {"product": "Hub's simulator", "capabilities": _CAPABILITIES}
        self._send(0, Connection.Start(0, 9, about, "PLAIN", "en_US"))
        login = cast("Connection.StartOk", await self._method())
        if str(login.response).split("\0")[1:] != [self._rules.user, self._rules.password]:
            await self._turn_away(403, "ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN.")
            return False
        self._send(0, Connection.Tune(2047, _LARGEST_FRAME, 60))
        await self._method()
        opening = cast("Connection.Open", await self._method())
        if opening.virtual_host != self._rules.vhost:
            await self._turn_away(530, f"NOT_ALLOWED - vhost {opening.virtual_host} not found")
            return False
        self._send(0, Connection.OpenOk())
        return True

    async def _turn_away(self, code: int, text: str) -> None:
        self._send(0, Connection.Close(code, text, 10, 40))
        await self._reader.read()

    async def _beat(self) -> None:
        beat = marshal(Heartbeat(), 0)
        while True:
            await asyncio.sleep(1.0)
            if not self._rules.silent and self._channels:
                self.say(beat)

    async def _frame(self) -> tuple[int, int, bytes]:
        kind, channel, size = struct.unpack(">BHI", await self._reader.readexactly(7))
        return kind, channel, (await self._reader.readexactly(size + 1))[:-1]

    async def _method(self) -> Frame:
        _, channel, payload = await self._frame()
        return _read(channel, payload)

    async def _answer(self, kind: int, number: int, payload: bytes) -> None:
        if kind == _METHOD and payload[:4] == _PUBLISH:
            self._incoming[number] = _publication(number, payload)
        elif kind == _METHOD and number == 0:
            self._answer_connection(_read(number, payload))
        elif kind == _METHOD:
            self._answer_channel(number, _read(number, payload))
        elif kind == _HEADER:
            message = self._incoming[number]
            message.size, message.properties = struct.unpack_from(">Q", payload, 4)[0], payload[12:]
        elif kind == _BODY:
            self._incoming[number].body += payload
        if number in self._incoming and len(self._incoming[number].body) == self._incoming[number].size:
            self._take(number, self._incoming.pop(number))

    def _answer_connection(self, method: Frame) -> None:
        if isinstance(method, Connection.Close):
            self._send(0, Connection.CloseOk())
            self._open = False

    def _answer_channel(self, number: int, method: Frame) -> None:
        if isinstance(method, Channel.Open):
            self._channels[number] = ServedChannel(number, self._warehouse, self._send, self._send_content)
            self._channels[number].holds_confirms = self._rules.holds_confirms
        if isinstance(method, Channel.Close):
            self._close_channel(number)
            self._send(number, Channel.CloseOk())
        elif number in self._channels:
            self._with_complaints(number, lambda channel: channel.answer(method))

    def _take(self, number: int, message: _Incoming) -> None:
        self._with_complaints(
            number, lambda channel: channel.publish(message.method, message.routing_key, message.properties, message.body)
        )

    def _with_complaints(self, number: int, do: Callable[[ServedChannel], None]) -> None:
        if number not in self._channels:
            return
        try:
            do(self._channels[number])
        except Complaint as complaint:
            self._close_channel(number)
            self._send(number, complaint.frame)

    def _close_channel(self, number: int) -> None:
        channel = self._channels.pop(number, None)
        if channel is not None:
            channel.close()

    def _send(self, number: int, method: Frame) -> None:
        if not self._writer.is_closing():
            self._writer.write(marshal(method, number))

    def _send_content(self, number: int, method: Frame, header: bytes, body: bytes) -> None:
        if self._writer.is_closing():
            return
        most = _LARGEST_FRAME - 8
        pieces = [body[place : place + most] for place in range(0, len(body), most)]
        key: bytes = cast("Any", method).routing_key
        cast("Any", method).routing_key = ""
        frames = [_with_key(marshal(method, number), key), _packed(_HEADER, number, header)]
        self._writer.write(b"".join([*frames, *(_packed(_BODY, number, piece) for piece in pieces)]))


def _read(channel: int, payload: bytes) -> Frame:
    return cast("Frame", unmarshal(_packed(_METHOD, channel, payload))[2])


def _publication(channel: int, payload: bytes) -> _Incoming:
    """Read a publication whose routing key may be no text."""
    place = 7 + payload[6]
    key = payload[place + 1 : place + 1 + payload[place]]
    readable = payload[: place + 1] + bytes(byte if byte < 128 else ord("?") for byte in key) + payload[place + 1 + len(key) :]
    return _Incoming(cast("Basic.Publish", _read(channel, readable)), key)


def _with_key(frame: bytes, key: bytes) -> bytes:
    """Put a routing key into a frame that was written with an empty one, as its last field or before a count of messages."""
    payload = frame[7:-1]
    is_get = payload[:4] == bytes((0, 60, 0, 71))
    head, tail = (payload[:-5], payload[-4:]) if is_get else (payload[:-1], b"")
    return _packed(_METHOD, frame[1] << 8 | frame[2], head + bytes([len(key)]) + key + tail)


def _packed(kind: int, channel: int, payload: bytes) -> bytes:
    return struct.pack(">BHI", kind, channel, len(payload)) + payload + b"\xce"
