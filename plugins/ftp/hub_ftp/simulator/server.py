"""An FTP server that can misbehave: aioftp's own, with the commands it lacks and faults on demand."""

import os
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import aioftp

USER, PASSWORD = "meter", "kilowatt"  # the simulator's own


@dataclass(slots=True)
class Faults:
    """What goes wrong at the moment; change it while the server runs."""

    refuse_logins: bool = False
    cut_after: int | None = None
    """The next download breaks off after so many bytes."""
    without: set[str] = field(default_factory=set)
    """Commands, in upper case, that the server does not know."""
    deaf: set[str] = field(default_factory=set)
    """Commands, in upper case, that it never answers."""


@dataclass(slots=True)
class Tally:
    """What the server has done."""

    logins: int = 0
    downloads: int = 0
    listings: int = 0
    facts: int = 0
    """How often the time of a file was asked for."""
    bytes: int = 0
    restarts: list[int] = field(default_factory=list)
    """Offsets that downloads were continued from."""


class FtpServer:
    """Serves a folder on 127.0.0.1 with one user; can stop and come back at the same port."""

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        most_connections: int | None = None,
        encoding: str = "utf-8",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.root = root
        self.port = port
        self.faults = Faults()
        self.tally = Tally()
        self._most_connections = most_connections
        self._encoding = encoding
        self._tls = tls
        self._server: _Server | None = None

    async def start(self) -> None:
        """Listen; on the same port as before, if there was one."""
        users = _Users([aioftp.User(USER, PASSWORD, base_path=self.root)], self.faults, self.tally)
        server = _Server(
            users,
            maximum_connections=self._most_connections,
            encoding=self._encoding,
            ssl=self._tls,
            path_io_factory=_disk(self.faults, self.tally),
        )
        server.give(self.faults, self.tally)
        await server.start("127.0.0.1", self.port)
        self.port = server.address[1]
        self._server = server

    async def stop(self) -> None:
        """Close the socket and every connection."""
        if self._server is not None:
            await self._server.close()
            self._server = None


@asynccontextmanager
async def serving(
    root: Path, *, most_connections: int | None = None, encoding: str = "utf-8", tls: ssl.SSLContext | None = None
) -> AsyncIterator[FtpServer]:
    """Serve the folder until the end of the block; with `tls`, encrypted from the first byte."""
    server = FtpServer(root, most_connections=most_connections, encoding=encoding, tls=tls)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


class _Users(aioftp.MemoryUserManager):
    def __init__(self, users: list[aioftp.User], faults: Faults, tally: Tally) -> None:
        super().__init__(users)
        self._faults = faults
        self._tally = tally

    async def authenticate(self, user: aioftp.User, password: str) -> bool:
        accepted = await super().authenticate(user, password) and not self._faults.refuse_logins
        self._tally.logins += accepted
        return accepted


class _Server(aioftp.Server):
    """Knows FEAT, SIZE and MDTM as well, and forgets or ignores commands on demand."""

    def give(self, faults: Faults, tally: Tally) -> None:
        self.faults = faults
        self.tally = tally
        self.commands_mapping |= {"feat": self.feat, "size": self.size, "mdtm": self.mdtm, "noop": self.noop, "gone": self.gone}

    async def parse_command(self, stream: aioftp.StreamIO, censor_commands: tuple[str] = ("pass",)) -> tuple[str, str]:
        while True:
            try:
                verb, rest = await super().parse_command(stream, censor_commands)
            except ConnectionError:
                return "gone", ""
            if verb.upper() in self.faults.deaf:
                continue
            if verb.upper() in self.faults.without:
                return "unknown", rest
            self._count(verb, rest)
            return verb, rest

    async def feat(self, connection: aioftp.Connection, _rest: str) -> bool:
        features = ["MLST type*;size*;modify*;", "SIZE", "MDTM", "REST STREAM", "UTF8"]
        known = [feature for feature in features if feature.split(" ", maxsplit=1)[0] not in self.faults.without]
        connection.response("211", ["Extensions supported:", *known, "END"], True)
        return True

    async def size(self, connection: aioftp.Connection, rest: str) -> bool:
        return self._tell(connection, rest, lambda found: str(found.st_size))

    async def mdtm(self, connection: aioftp.Connection, rest: str) -> bool:
        return self._tell(connection, rest, lambda found: time.strftime("%Y%m%d%H%M%S", time.gmtime(found.st_mtime)))

    async def noop(self, connection: aioftp.Connection, _rest: str) -> bool:
        connection.response("200", "")
        return True

    async def gone(self, _connection: aioftp.Connection, _rest: str) -> bool:
        return False

    def _tell(self, connection: aioftp.Connection, rest: str, fact: Callable[[os.stat_result], str]) -> bool:
        if not connection.future.user.done():
            connection.response("503", "log in first")
            return True
        path, _ = self.get_paths(connection, PurePosixPath(rest))
        try:
            connection.response("213", fact(path.stat()))
        except OSError:
            connection.response("550", "no such file")
        return True

    def _count(self, verb: str, rest: str) -> None:
        self.tally.downloads += verb == "retr"
        self.tally.facts += verb in ("mdtm", "mlst")
        self.tally.listings += verb in ("mlsd", "list")
        if verb == "rest" and rest.isdigit():
            self.tally.restarts.append(int(rest))


def _disk(faults: Faults, tally: Tally) -> type[aioftp.PathIO]:
    class Disk(aioftp.PathIO):
        """The real disk, until a download is to break off."""

        async def read(self, file: BinaryIO, n: int = -1) -> bytes:
            if faults.cut_after is not None:
                if faults.cut_after == 0:
                    faults.cut_after = None
                    raise aioftp.PathIOError("cut off on demand")
                n = min(n, faults.cut_after)
                faults.cut_after -= n
            content = file.read(n)
            tally.bytes += len(content)
            return content

    return Disk
