"""Between the socket and aiormq: frames are made harmless before the library parses them.

A broker passes on whatever a publisher put into a message's properties. aiormq gives up the connection at a property that it
cannot parse (a time in the year 60,000, a name that is not UTF-8, tables within tables within tables), the broker delivers the
message again, and so on for ever. A body of a hundred megabytes would be put together in memory, once for each of the prefetched.
Such messages pass here without their properties or body, and with `cluster_id` (which no publisher has a use for) saying why.
"""

import asyncio
import ssl
import struct
from typing import Any, Final

from aiormq.connection import TransportFactory
from pamqp.commands import Basic
from pamqp.frame import marshal
from pamqp.header import ContentHeader
from yarl import URL

_METHOD, _HEADER, _BODY, _END = 1, 2, 3, b"\xce"
_LARGEST_FRAME: Final = 1 << 20
_LARGEST_HEADER: Final = 16 * 1024
_DELIVER: Final = bytes((0, 60, 0, 60))
_CLOSE: Final = bytes((0, 10, 0, 50))
MARK: Final = "hub:"
"""What `cluster_id` begins with when something was left out; why follows."""


class Transport(TransportFactory):
    """Opens the socket that a connection speaks over, and can cut it."""

    def __init__(self, tls: ssl.SSLContext | None, largest_body: int) -> None:
        self._tls = tls
        self._harmless = Harmless(largest_body)
        self._writer: asyncio.StreamWriter | None = None

    async def create(self, url: URL, **_: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect. Raises OSError."""
        loop = asyncio.get_running_loop()
        reader = FrameReader(self._harmless)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _protocol = await loop.create_connection(lambda: protocol, url.host or "", url.port or 0, ssl=self._tls)
        self._writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        return reader, self._writer

    @property
    def farewell(self) -> str:
        """What the broker said when it ended the connection; empty when it has not."""
        return self._harmless.farewell

    def cut(self) -> None:
        """Close the socket at once, whatever is still to be sent."""
        if self._writer is not None:
            self._writer.transport.abort()


class FrameReader(asyncio.StreamReader):
    """Hands out whole frames, each harmless, to a library that reads them in three pieces."""

    def __init__(self, harmless: "Harmless") -> None:
        super().__init__()
        self._harmless = harmless
        self._frame = b""

    async def readexactly(self, n: int) -> bytes:
        """Return so many bytes of the frames. Raises IncompleteReadError at the end, ConnectionError for what is no frame."""
        while not self._frame:
            self._frame = await self._next()
        piece, self._frame = self._frame[:n], self._frame[n:]
        return piece

    async def _next(self) -> bytes:
        head = await super().readexactly(7)
        kind, _, size = struct.unpack(">BHI", head)
        if size > _LARGEST_FRAME or kind > 8:
            raise ConnectionError(f"what came is no AMQP frame: {head.hex(' ')}")
        return self._harmless.frame(head + await super().readexactly(size + 1))


class Harmless:
    """Makes frames harmless, one after the other."""

    def __init__(self, largest_body: int) -> None:
        self._largest_body = largest_body
        self._left_out: dict[int, int] = {}  # bytes of a body that are still to come, by channel
        self.farewell = ""
        """What the broker said when it ended the connection."""

    def frame(self, frame: bytes) -> bytes:
        """Return the frame, another in its place, or nothing."""
        kind, channel = frame[0], frame[1] << 8 | frame[2]
        if kind == _BODY and channel in self._left_out:
            return self._leave_out(channel, len(frame) - 8)
        if kind == _METHOD and frame[7:11] == _DELIVER and not frame.isascii():
            return _with_readable_names(frame)
        if kind == _METHOD and frame[7:11] == _CLOSE:
            self.farewell = frame[14 : 14 + frame[13]].decode(errors="replace")
        return self._header(frame, channel) if kind == _HEADER and len(frame) >= 22 else frame

    def _leave_out(self, channel: int, size: int) -> bytes:
        self._left_out[channel] -= size
        if self._left_out[channel] <= 0:
            del self._left_out[channel]
        return b""

    def _header(self, frame: bytes, channel: int) -> bytes:
        body_size: int = struct.unpack_from(">Q", frame, 11)[0]
        if body_size > self._largest_body:
            self._left_out[channel] = body_size
            return _stub(
                channel, 0, f"too_large: it has {body_size} bytes; at most {self._largest_body} are taken", _properties(frame)
            )
        if frame[19:21] == b"\x00\x00" or _properties(frame) is not None:
            return frame
        return _stub(channel, body_size, "properties: its properties cannot be read")


def _properties(frame: bytes) -> Basic.Properties | None:
    header = ContentHeader()
    if len(frame) > _LARGEST_HEADER:
        return None
    try:
        header.unmarshal(frame[7:-1])
    except Exception:  # a parser that recurses into what strangers sent may fail in any way
        return None
    return header.properties


def _stub(channel: int, body_size: int, why: str, known: Basic.Properties | None = None) -> bytes:
    properties = Basic.Properties(message_id=known.message_id if known else None)
    properties.cluster_id = MARK + why
    return marshal(ContentHeader(body_size=body_size, properties=properties), channel)


def _with_readable_names(frame: bytes) -> bytes:
    """Put `?` for what is no text in the exchange and routing key of a delivery."""
    exchange = 12 + frame[11] + 9  # behind the consumer tag, the delivery tag and the flag
    key = exchange + 1 + frame[exchange]
    parts = [frame[: exchange + 1], _readable(frame[exchange + 1 : key]), frame[key : key + 1], _readable(frame[key + 1 : -1])]
    return b"".join([*parts, _END])


def _readable(name: bytes) -> bytes:
    try:
        name.decode()
    except UnicodeDecodeError:
        return bytes(byte if byte < 128 else ord("?") for byte in name)
    return name
