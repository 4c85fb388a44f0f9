"""An FTP server that says exactly what it is told to, byte for byte: for rehearsing how servers fail."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HANG_UP = b"(hang up)"
SILENCE = b"(say nothing)"

SENSIBLE: Mapping[str, bytes] = {
    "USER": b"331 who?\r\n",
    "PASS": b"230 in\r\n",
    "FEAT": b"211-Features:\r\n MLST type*;size*;modify*;\r\n SIZE\r\n MDTM\r\n211 End\r\n",
    "PWD": b'257 "/" is where you are\r\n',
    "TYPE": b"200 ok\r\n",
    "CWD": b"250 ok\r\n",
    "NOOP": b"200 ok\r\n",
    "QUIT": b"221 bye\r\n",
}


@dataclass
class Scripted:
    """Answers by verb; what is not there is 502."""

    answers: dict[str, bytes] = field(default_factory=lambda: dict(SENSIBLE))
    greeting: bytes = b"220 hello\r\n"
    listing: bytes = b""
    """What MLSD and LIST send."""
    content: bytes = b""
    """What RETR sends."""
    port: int = 0
    heard: list[str] = field(default_factory=list)
    _data: asyncio.Queue[asyncio.StreamWriter] = field(default_factory=asyncio.Queue)
    data_port: int = 0
    """Where data connections are taken."""

    def config(self, **more: object) -> dict[str, object]:
        """Return the configuration that connects to it."""
        return {"name": "Roof", "host": "127.0.0.1", "port": self.port, "timeout": 5, "stable_for": 0, **more}

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one client."""
        try:
            writer.write(self.greeting)
            while line := await reader.readline():
                self.heard.append(line.decode("latin-1").strip())
                if not await self._answer(self.heard[-1].split(" ")[0].upper(), writer):
                    break
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def take_data(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep a data connection for the next transfer."""
        self._data.put_nowait(writer)

    def drop_data(self) -> None:
        """Close the data connections that nobody used."""
        while not self._data.empty():
            self._data.get_nowait().close()

    async def _answer(self, verb: str, writer: asyncio.StreamWriter) -> bool:
        if verb == "EPSV" and verb not in self.answers:
            writer.write(f"229 here (|||{self.data_port}|)\r\n".encode())
        elif verb in ("MLSD", "LIST", "RETR") and verb not in self.answers:
            writer.write(b"150 look\r\n")
            data = await self._data.get()
            data.write(self.content if verb == "RETR" else self.listing)
            data.close()
            writer.write(b"226 that was it\r\n")
        else:
            answer = self.answers.get(verb, b"502 what?\r\n")
            if answer == HANG_UP:
                return False
            if answer != SILENCE:
                writer.write(answer)
        return True


@asynccontextmanager
async def scripted() -> AsyncIterator[Scripted]:
    """Serve until the end of the block."""
    script = Scripted()
    control = await asyncio.start_server(script.talk, "127.0.0.1", 0)
    data = await asyncio.start_server(script.take_data, "127.0.0.1", 0)
    script.port = control.sockets[0].getsockname()[1]
    script.data_port = data.sockets[0].getsockname()[1]
    try:
        yield script
    finally:
        control.close()
        data.close()
        script.drop_data()
