"""Commands to an FTP server and the data connections that belong to them.

aioftp speaks the control connection. Data connections are made here, since a server starts TLS on them only after it has read the
command (vsftpd, ProFTPD and Pure-FTPd all do), while aioftp waits for TLS before it sends the command.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import aioftp

from hub.api import NotConnected
from hub_ftp.bandwidth import Bandwidth
from hub_ftp.config import FtpConfig
from hub_ftp.control import GOODBYE, Control, finish
from hub_ftp.failures import Refused, as_lost, refusal
from hub_ftp.tls import same_session

_BLOCK = 64 * 1024
_EPSV = re.compile(r"\((.)\1\1(\d{1,5})\1\)")
_PASV = re.compile(r"(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})")


class Stream(NamedTuple):
    """A data connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Wire:
    """One control connection. After NotConnected it is of no more use."""

    def __init__(self, client: Control, config: FtpConfig, context: ssl.SSLContext | None, bandwidth: Bandwidth) -> None:
        self._client = client
        self._bandwidth = bandwidth
        self._timeout = config.timeout.total_seconds()
        self._encoding = config.encoding
        self._host = config.host
        self._context = context
        self.missing: set[str] = set()
        """Commands that the server does not have."""

    async def close(self, politely: bool) -> None:
        """Say goodbye, if there is somebody to hear it, and close."""
        if politely:
            with suppress(Exception):
                async with asyncio.timeout(GOODBYE):
                    await self._client.command("QUIT", ("2xx", "4xx", "5xx"))
        await self._client.hang_up()

    async def write(self, stream: Stream, block: bytes) -> None:
        """Send a block, as fast as the limit allows. Raises TimeoutError when the server does not take it."""
        await self._bandwidth.spend(len(block))
        stream.writer.write(block)
        async with asyncio.timeout(self._timeout):
            await stream.writer.drain()

    async def ask(self, command: str, expected: str = "2xx") -> None:
        """Give a command whose answer's words do not matter. Raises Refused, NotConnected."""
        await self.command(command, expected)

    async def command(self, command: str, expected: str) -> tuple[str, list[str]]:
        """Give a command; return the code and the lines of its answer. Raises Refused, NotConnected."""
        verb = command.partition(" ")[0]
        async with as_lost(verb, self._timeout):
            try:
                code, lines = await self._client.command(command, expected)
            except aioftp.StatusCodeError as error:
                raise refusal(verb, error) from None
            except UnicodeEncodeError:
                raise Refused(verb, "501", f"the name cannot be spelt in {self._encoding}") from None
            except aioftp.errors.InvalidCommand:
                raise Refused(verb, "501", "the name holds a line break") from None
            return str(code), lines

    @asynccontextmanager
    async def data(self, command: str, offset: int = 0) -> AsyncIterator[Stream]:
        """Open a data connection for the command, which must end well, too. Raises Refused, NotConnected."""
        verb = command.partition(" ")[0]
        reader, writer = await self._open_data()
        try:
            if offset:
                await self.ask(f"REST {offset}", "350")
            await self.ask(command, "1xx")
            async with as_lost(f"the data connection of {verb}", None):
                if self._context is not None:
                    # Only now: the server has read the command and begins TLS on its side.
                    async with asyncio.timeout(self._timeout):
                        await writer.start_tls(self._session_context(), server_hostname=self._host)
                yield Stream(reader, writer)
                await finish(writer, self._timeout)
        finally:
            writer.transport.abort()
        await self._answer(f"the end of {verb}")

    async def blocks(self, reader: asyncio.StreamReader) -> AsyncGenerator[bytes, None]:
        """Read to the end, as fast as the limit allows. Raises TimeoutError when the server falls silent."""
        while True:
            async with asyncio.timeout(self._timeout):
                block = await reader.read(_BLOCK)
            if not block:
                return
            yield block
            await self._bandwidth.spend(len(block))

    def _session_context(self) -> ssl.SSLContext:
        control = self._client.stream.writer.get_extra_info("ssl_object")
        return same_session(control)

    async def _open_data(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        port = await self._passive_port()
        # Always to the server's own address: the one in an answer may be behind NAT, or somebody else's.
        peer = self._client.stream.writer.get_extra_info("peername")[0]
        async with as_lost("opening a data connection (are its passive ports blocked?)", self._timeout):
            return await asyncio.open_connection(peer, port, limit=_BLOCK)

    async def _passive_port(self) -> int:
        if "EPSV" not in self.missing:
            try:
                _, lines = await self.command("EPSV", "229")
                if match := _EPSV.search(lines[-1]):
                    return _port(int(match[2]))
            except Refused as refused:
                if not (refused.is_unknown_command or refused.code == "522"):
                    raise
            self.missing.add("EPSV")
        _, lines = await self.command("PASV", "227")
        match = _PASV.search(lines[-1])
        if match is None:
            raise NotConnected("the server's answer to PASV cannot be read")
        return _port(int(match[1]) * 256 + int(match[2]))

    async def _answer(self, what: str) -> None:
        async with as_lost(what, self._timeout):
            await self._client.command(None, "2xx", "1xx")


def _port(number: int) -> int:
    if not 0 < number < 65536:
        raise NotConnected(f"the server's passive port {number} does not exist")
    return number
