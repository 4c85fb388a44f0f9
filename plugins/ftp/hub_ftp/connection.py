"""What can be asked of an FTP server, in whatever words it understands."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime

import aioftp

from hub.api import NotConnected
from hub_ftp.config import FtpConfig
from hub_ftp.failures import Refused, as_lost
from hub_ftp.listing import BadLine, Entry, Kind, Listing, parse_fact_line, parse_stamp, read_list, read_mlsd
from hub_ftp.wire import Wire

_LONGEST_LISTING = 64 * 1024 * 1024  # bytes
_LISTING_PATIENCE = 10  # times the timeout
_MANY_LINES = 100_000  # bytes of a listing that is read in a thread


class Connection:
    """A control connection that is logged in. After NotConnected it is of no more use."""

    def __init__(self, wire: Wire, config: FtpConfig) -> None:
        self._wire = wire
        self._listing_patience = config.timeout.total_seconds() * _LISTING_PATIENCE
        self._encoding = config.encoding
        self.home = "/"

    async def list_folder(self, folder: str, now: datetime) -> Listing:
        """List one folder (absolute path). Raises Refused, NotConnected."""
        await self._wire.ask(f"CWD {folder or '/'}")
        if "MLSD" not in self._wire.missing:
            try:
                body = await self._read_listing("MLSD")
                return await _off_loop(body, lambda: read_mlsd(body, folder, self._encoding))
            except Refused as refused:
                if not refused.is_unknown_command:
                    raise
                self._wire.missing |= {"MLSD", "MLST"}
        body = await self._read_listing("LIST")
        return await _off_loop(body, lambda: read_list(body, folder, self._encoding, now))

    async def look_up(self, entry: Entry) -> Entry:
        """Ask for the file's exact size and time; what the server cannot tell stays as it is. Raises Refused when it is gone."""
        if "MLST" not in self._wire.missing:
            try:
                return await self._facts(entry.path)
            except Refused as refused:
                if not refused.is_unknown_command:
                    raise
                self._wire.missing.add("MLST")
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
        async with self._wire.data(f"RETR {path}", offset) as stream, aclosing(self._wire.blocks(stream.reader)) as blocks:
            yield blocks

    async def upload(self, path: str, content: AsyncIterator[bytes]) -> None:
        """Write the file, in place. Raises Refused, NotConnected."""
        async with self._wire.data(f"STOR {path}") as stream:
            async for block in content:
                await self._wire.write(stream, block)

    async def rename(self, old: str, new: str) -> None:
        """Give the file another name, also when a file has it. Raises Refused, NotConnected."""
        try:
            await self._wire.ask(f"RNFR {old}", "3xx")
            await self._wire.ask(f"RNTO {new}")
        except Refused as refused:
            if not refused.code.startswith("55"):
                raise
            await self.delete(new)
            await self._wire.ask(f"RNFR {old}", "3xx")
            await self._wire.ask(f"RNTO {new}")

    async def delete(self, path: str) -> None:
        """Delete the file. Raises Refused, NotConnected."""
        await self._wire.ask(f"DELE {path}")

    async def make_folders(self, folder: str) -> None:
        """Make the folder and those above it, as far as they are missing. Raises NotConnected."""
        made = ""
        for part in folder.strip("/").split("/"):
            made += f"/{part}"
            with suppress(Refused):  # it is there; if not, the next command says so
                await self._wire.ask(f"MKD {made}")

    async def check(self) -> None:
        """Find out whether the server still answers. Raises NotConnected."""
        with suppress(Refused):
            await self._wire.ask("NOOP")

    async def close(self, politely: bool = True) -> None:
        """Say goodbye, if there is somebody to hear it, and close."""
        await self._wire.close(politely)

    async def begin(self) -> None:
        """Ask what the server is able to do, and where we are. Raises NotConnected."""
        with suppress(Refused):
            _, lines = await self._wire.command("FEAT", "211")
            features = {line.strip().upper() for line in lines}
            if not any(feature.startswith("MLST") for feature in features):
                self._wire.missing |= {"MLSD", "MLST"}
            if "UTF8" in features and self._encoding.lower().replace("-", "") == "utf8":
                with suppress(Refused):
                    await self._wire.ask("OPTS UTF8 ON")
        with suppress(Refused):
            _, lines = await self._wire.command("PWD", "257")
            home = str(aioftp.Client.parse_directory_response(lines[-1]))
            self.home = home if home.startswith("/") else "/"
        await self._wire.ask("TYPE I")

    async def _facts(self, path: str) -> Entry:
        _, lines = await self._wire.command(f"MLST {path}", "250")
        for line in lines[1:]:
            try:
                found = parse_fact_line(line.lstrip())
            except BadLine:
                continue
            if found is not None:
                return Entry(path, found.kind, found.size, found.modified, found.precision)
        raise Refused("MLST", "550", "no facts")

    async def _optional(self, command: str, path: str) -> str | None:
        if command in self._wire.missing:
            return None
        try:
            _, lines = await self._wire.command(f"{command} {path}", "213")
        except Refused as refused:
            if not refused.is_unknown_command:
                raise
            self._wire.missing.add(command)
            return None
        return lines[-1].strip()

    async def _read_listing(self, command: str) -> bytes:
        body = bytearray()
        async with (
            as_lost(command, self._listing_patience),
            self._wire.data(command) as data,
            aclosing(self._wire.blocks(data.reader)) as blocks,
        ):
            async for block in blocks:
                body += block
                if len(body) > _LONGEST_LISTING:
                    raise NotConnected("a listing is longer than 64 MiB")
        return bytes(body)


async def _off_loop(body: bytes, read: Callable[[], Listing]) -> Listing:
    return await asyncio.to_thread(read) if len(body) > _MANY_LINES else read()
