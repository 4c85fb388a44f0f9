"""What automations can ask of a server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from hub.api import ActionError, Answer, Effect, action
from hub_ftp.failures import Refused
from hub_ftp.listing import Entry, Kind, why_unsafe
from hub_ftp.session import Session
from hub_ftp.survey import absolute
from hub_ftp.transfer import StillChanging, fetch

_BLOCK = 256 * 1024
_LARGEST = 1024**3  # bytes that one upload may have
_MOST_LISTED = 10_000

Remote = Annotated[str, Field(min_length=1, description="Path on the server; a relative one starts where the login puts you.")]


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def sync(session: Session) -> dict[str, Any]:
    """List the folders now and copy what is ready."""
    outcome = await session.look()
    problems = [{"path": problem.path, "reason": problem.reason} for problem in outcome.problems]
    return {"taken": outcome.taken, "pending": outcome.pending, "removed": outcome.removed, "problems": problems}


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def upload(
    session: Session,
    path: Remote,
    content: Annotated[str | None, Field(description="Text of the file (UTF-8).")] = None,
    source: Annotated[str | None, Field(description="File to send instead, relative to the server's folder in the lake.")] = None,
) -> dict[str, Any]:
    """Put a file on the server; nobody sees it before it is whole."""
    if (content is None) == (source is None):
        raise ActionError("ftp.upload takes either content or source")
    data = content.encode() if content is not None else await asyncio.to_thread(session.lake.read, str(source), _LARGEST)
    async with session.pool.borrow() as connection:
        target = _checked(absolute(connection.home, path))
        folder, _, name = target.rpartition("/")
        unfinished = f"{folder}/.{name}.part"
        try:
            await connection.upload(unfinished, _pieces(data))
        except Refused:
            await connection.make_folders(folder)
            await connection.upload(unfinished, _pieces(data))
        await connection.rename(unfinished, target)
    return {"path": target, "size": len(data)}


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def download(session: Session, path: Remote) -> dict[str, Any]:
    """Copy one file into the lake now, whether or not it is watched."""
    async with session.pool.borrow() as connection:
        target = _checked(absolute(connection.home, path))
        entry = await connection.look_up(Entry(target, Kind.FILE))
        if entry.kind is not Kind.FILE:
            raise ActionError(f"{target} is not a file")
        try:
            copy = await fetch(connection, session.lake, entry)
        except StillChanging as error:
            raise ActionError(f"ftp.download: {error}") from error
    return {"path": target, "local": str(copy.local), "size": entry.size}


@action(effect=Effect.READ, answer=Answer.ONLY)
async def list_(
    session: Session,
    path: Annotated[str, Field(description="Folder on the server; a relative one starts where the login puts you.")] = "",
    limit: Annotated[int, Field(ge=1, le=_MOST_LISTED, description="Most entries to return.")] = 1000,
) -> dict[str, Any]:
    """Return what a folder on the server holds."""
    async with session.pool.borrow() as connection:
        listing = await connection.list_folder(absolute(connection.home, path), session.clock.now())
    entries = sorted(listing.entries, key=lambda entry: entry.path)
    return {"entries": [_shown(entry) for entry in entries[:limit]], "total": len(entries)}


def _shown(entry: Entry) -> dict[str, Any]:
    modified = None if entry.modified is None else entry.modified.isoformat()
    return {"path": entry.path, "name": entry.name, "type": entry.kind.value, "size": entry.size, "modified": modified}


def _checked(target: str) -> str:
    for part in Path(target).parts[1:]:
        if reason := why_unsafe(part):
            raise ActionError(f"{target!r} is not a path of a file: {reason}")
    return target


async def _pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), _BLOCK):
        yield data[start : start + _BLOCK]
