"""One control connection to an FTP server, and the data connections that belong to it.

aioftp speaks the control connection. Data connections are made here, since a server starts TLS on them only after it has read the
command (vsftpd, ProFTPD and Pure-FTPd all do), while aioftp waits for TLS before it sends the command.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import aioftp

from hub.api import NotConnected
from hub_ftp.bandwidth import Bandwidth
from hub_ftp.config import FtpConfig
from hub_ftp.control import Control, finish
from hub_ftp.failures import Refused, as_lost, refusal
from hub_ftp.listing import BadLine, Entry, Kind, Listing, parse_fact_line, parse_stamp, read_list, read_mlsd
from hub_ftp.tls import same_session

_LONGEST_LISTING = 64 * 1024 * 1024  # bytes
_LISTING_PATIENCE = 10  # times the timeout
_MANY_LINES = 100_000  # bytes of a listing that is read in a thread
_BLOCK = 64 * 1024
_GOODBYE = 2.0  # seconds
_EPSV = re.compile(r"\((.)\1\1(\d{1,5})\1\)")
_PASV = re.compile(r"(?:\d{1,3},){4}(\d{1,3}),(\d{1,3})")


class _Stream(NamedTuple):
    """A data connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Connection:
    """A control connection that is logged in. After NotConnected it is of no more use."""

    def __init__(self, client: Control, config: FtpConfig, context: ssl.SSLContext | None, bandwidth: Bandwidth) -> None:
        self._client = client
        self._bandwidth = bandwidth
        self._timeout = config.timeout.total_seconds()
        self._encoding = config.encoding
        self._host = config.host
        self._context = context
        self._missing: set[str] = set()
        self.home = "/"

    async def list_folder(self, folder: str, now: datetime) -> Listing:
        """List one folder (absolute path). Raises Refused, NotConnected."""
        await self._ask(f"CWD {folder or '/'}")
        if "MLSD" not in self._missing:
            try:
                body = await self._read_listing("MLSD")
                return await _off_loop(body, lambda: read_mlsd(body, folder, self._encoding))
            except Refused as refused:
                if not refused.is_unknown_command:
                    raise
                self._missing |= {"MLSD", "MLST"}
        body = await self._read_listing("LIST")
        return await _off_loop(body, lambda: read_list(body, folder, self._encoding, now))

    async def look_up(self, entry: Entry) -> Entry:
        """Ask for the file's exact size and time; what the server cannot tell stays as it is. Raises Refused when it is gone."""
        if "MLST" not in self._missing:
            try:
                return await self._facts(entry.path)
            except Refused as refused:
                if not refused.is_unknown_command:
                    raise
                self._missing.add("MLST")
        size = await self._optional("SIZE", entry.path)
        time = await self._optional("MDTM", entry.path)
        exact_size = int(size) if size is not None and re.fullmatch(r"[0-9]{1,19}", size) else entry.size
        try:
            return Entry(entry.path, Kind.FILE, exact_size, *parse_stamp(time or ""))
        except BadLine:
            return replace(entry, size=exact_size)

    @asynccontextmanager
    async def download(self, path: str, offset: int = 0) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open the file's bytes from the offset. Raises Refused before any byte came, NotConnected."""
        async with self._data(f"RETR {path}", offset) as stream, aclosing(self._blocks(stream.reader)) as blocks:
            yield blocks

    async def upload(self, path: str, content: AsyncIterator[bytes]) -> None:
        """Write the file, in place. Raises Refused, NotConnected."""
        async with self._data(f"STOR {path}") as stream:
            async for block in content:
                await self._bandwidth.spend(len(block))
                stream.writer.write(block)
                async with asyncio.timeout(self._timeout):
                    await stream.writer.drain()

    async def rename(self, old: str, new: str) -> None:
        """Give the file another name, also when a file has it. Raises Refused, NotConnected."""
        try:
            await self._ask(f"RNFR {old}", "3xx")
            await self._ask(f"RNTO {new}")
        except Refused as refused:
            if not refused.code.startswith("55"):
                raise
            await self.delete(new)
            await self._ask(f"RNFR {old}", "3xx")
            await self._ask(f"RNTO {new}")

    async def delete(self, path: str) -> None:
        """Delete the file. Raises Refused, NotConnected."""
        await self._ask(f"DELE {path}")

    async def make_folders(self, folder: str) -> None:
        """Make the folder and those above it, as far as they are missing. Raises NotConnected."""
        made = ""
        for part in folder.strip("/").split("/"):
            made += f"/{part}"
            with suppress(Refused):  # it is there; if not, the next command says so
                await self._ask(f"MKD {made}")

    async def check(self) -> None:
        """Find out whether the server still answers. Raises NotConnected."""
        with suppress(Refused):
            await self._ask("NOOP")

    async def close(self, politely: bool = True) -> None:
        """Say goodbye, if there is somebody to hear it, and close."""
        if politely:
            with suppress(Exception):
                async with asyncio.timeout(_GOODBYE):
                    await self._client.command("QUIT", ("2xx", "4xx", "5xx"))
        await self._client.hang_up()

    async def begin(self) -> None:
        """Ask what the server is able to do, and where we are. Raises NotConnected."""
        with suppress(Refused):
            _, lines = await self._command("FEAT", "211")
            features = {line.strip().upper() for line in lines}
            if not any(feature.startswith("MLST") for feature in features):
                self._missing |= {"MLSD", "MLST"}
            if "UTF8" in features and self._encoding.lower().replace("-", "") == "utf8":
                with suppress(Refused):
                    await self._ask("OPTS UTF8 ON")
        with suppress(Refused):
            _, lines = await self._command("PWD", "257")
            home = str(aioftp.Client.parse_directory_response(lines[-1]))
            self.home = home if home.startswith("/") else "/"
        await self._ask("TYPE I")

    async def _facts(self, path: str) -> Entry:
        _, lines = await self._command(f"MLST {path}", "250")
        for line in lines[1:]:
            try:
                found = parse_fact_line(line.lstrip())
            except BadLine:
                continue
            if found is not None:
                return Entry(path, found.kind, found.size, found.modified, found.precision)
        raise Refused("MLST", "550", "no facts")

    async def _optional(self, command: str, path: str) -> str | None:
        if command in self._missing:
            return None
        try:
            _, lines = await self._command(f"{command} {path}", "213")
        except Refused as refused:
            if not refused.is_unknown_command:
                raise
            self._missing.add(command)
            return None
        return lines[-1].strip()

    async def _read_listing(self, command: str) -> bytes:
        body = bytearray()
        patience = self._timeout * _LISTING_PATIENCE
        async with as_lost(command, patience), self._data(command) as data, aclosing(self._blocks(data.reader)) as blocks:
            async for block in blocks:
                body += block
                if len(body) > _LONGEST_LISTING:
                    raise NotConnected("a listing is longer than 64 MiB")
        return bytes(body)

    @asynccontextmanager
    async def _data(self, command: str, offset: int = 0) -> AsyncIterator[_Stream]:
        verb = command.partition(" ")[0]
        reader, writer = await self._open_data()
        try:
            if offset:
                await self._ask(f"REST {offset}", "350")
            await self._ask(command, "1xx")
            async with as_lost(f"the data connection of {verb}", None):
                if self._context is not None:
                    # Only now: the server has read the command and begins TLS on its side.
                    async with asyncio.timeout(self._timeout):
                        await writer.start_tls(self._session_context(), server_hostname=self._host)
                yield _Stream(reader, writer)
                await finish(writer, self._timeout)
        finally:
            writer.transport.abort()
        await self._answer(f"the end of {verb}")

    async def _blocks(self, reader: asyncio.StreamReader) -> AsyncGenerator[bytes, None]:
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
        if "EPSV" not in self._missing:
            try:
                _, lines = await self._command("EPSV", "229")
                if match := _EPSV.search(lines[-1]):
                    return _port(int(match[2]))
            except Refused as refused:
                if not (refused.is_unknown_command or refused.code == "522"):
                    raise
            self._missing.add("EPSV")
        _, lines = await self._command("PASV", "227")
        match = _PASV.search(lines[-1])
        if match is None:
            raise NotConnected("the server's answer to PASV cannot be read")
        return _port(int(match[1]) * 256 + int(match[2]))

    async def _ask(self, command: str, expected: str = "2xx") -> None:
        await self._command(command, expected)

    async def _answer(self, what: str) -> None:
        async with as_lost(what, self._timeout):
            await self._client.command(None, "2xx", "1xx")

    async def _command(self, command: str, expected: str) -> tuple[str, list[str]]:
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


def _port(number: int) -> int:
    if not 0 < number < 65536:
        raise NotConnected(f"the server's passive port {number} does not exist")
    return number


async def _off_loop(body: bytes, read: Callable[[], Listing]) -> Listing:
    return await asyncio.to_thread(read) if len(body) > _MANY_LINES else read()
