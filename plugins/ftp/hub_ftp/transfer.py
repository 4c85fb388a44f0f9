"""One file from the server into the lake."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from hub.api import PluginError
from hub_ftp.changes import stamp
from hub_ftp.connection import Connection
from hub_ftp.failures import Refused
from hub_ftp.lake import Lake, LakeError, Partial
from hub_ftp.listing import Entry

T = TypeVar("T")
_CHUNK = 256 * 1024  # bytes that are written to the disk at once


class StillChanging(PluginError):
    """The file became another one while it was copied."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that is in the lake."""

    entry: Entry
    local: Path
    received: int
    """Bytes that came over the wire for it."""


async def fetch(connection: Connection, lake: Lake, entry: Entry) -> Copy:
    """Copy the file, continuing a broken transfer of the very same file.

    Raises StillChanging, Refused, NotConnected, LakeError; whatever is raised, nobody sees half a file.
    """
    if entry.size is None:
        raise StillChanging(f"the server does not tell the size of {entry.path}")
    copy = lake.begin(entry)
    began = copy.length
    try:
        if copy.length != entry.size or entry.size == 0:
            began = await _receive(connection, entry, entry.size, copy)
        await _confirm(connection, entry, copy)
    except (LakeError, Refused, StillChanging):
        copy.discard()
        raise
    except BaseException:
        # The connection broke or we are to stop: what is here is good, and the next transfer goes on from it.
        copy.keep()
        raise
    received = copy.length - began
    local = await _to_its_end(copy.publish)
    return Copy(entry, local, received)


async def _receive(connection: Connection, entry: Entry, size: int, copy: Partial) -> int:
    offset = copy.length
    try:
        async with connection.download(entry.path, offset) as blocks:
            await _write(blocks, size, copy)
    except Refused as refused:
        if not offset or not refused.is_unknown_command:
            raise
        copy.restart()
        async with connection.download(entry.path) as blocks:
            await _write(blocks, size, copy)
        return 0
    return offset


async def _write(blocks: AsyncIterator[bytes], size: int, copy: Partial) -> None:
    chunk = bytearray()
    try:
        async for block in blocks:
            chunk += block
            if copy.length + len(chunk) > size:
                chunk.clear()
                raise StillChanging("the file is longer than its listing said")
            if len(chunk) >= _CHUNK:
                content = bytes(chunk)
                chunk.clear()
                await _to_its_end(partial(copy.write, content))
    finally:
        copy.write(bytes(chunk))


async def _confirm(connection: Connection, entry: Entry, copy: Partial) -> None:
    found = await connection.look_up(entry)
    if (found.size, stamp(found)) != (entry.size, stamp(entry)):
        raise StillChanging(f"{entry.path} changed while it was copied")
    if copy.length != entry.size:
        raise StillChanging(f"{entry.path} has {entry.size} bytes, but {copy.length} came")


async def _to_its_end(work: Callable[[], T]) -> T:
    """Do it in a thread, and leave only when it is done: nobody may close a file that is being written."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
