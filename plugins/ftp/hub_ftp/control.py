"""The control connection: aioftp's client, made robust against what servers say and how they go away.

It is used without aioftp's own timeouts: they are `asyncio.wait_for`, which in Python 3.11 forgets a cancellation that comes
together with an answer. Whoever waits puts `asyncio.timeout` around it.
"""

import asyncio
import ssl

import aioftp

GOODBYE = 2.0
"""Seconds that a farewell may take."""


class Control(aioftp.Client):
    """aioftp's control connection, for servers that also say things which are not spelt in the agreed encoding."""

    async def parse_line(self) -> tuple[aioftp.Code, str]:
        """Read one line of an answer, whatever its bytes are."""
        line = await self.stream.readline()
        if not line:
            raise ConnectionResetError("the server closed the connection")
        text = line.decode(self.encoding, "replace").rstrip("\r\n")
        return aioftp.Code(text[:3]), text[3:]

    async def hang_up(self) -> None:
        """Close the connection, whatever state it is in."""
        if self._stream is not None:
            writer = self._stream.writer
            await finish(writer, GOODBYE)


async def finish(writer: asyncio.StreamWriter, patience: float) -> None:
    """Close and wait until the other side knows; give up when it does not care."""
    writer.close()
    try:
        async with asyncio.timeout(patience):
            await writer.wait_closed()
    except (TimeoutError, OSError, ssl.SSLError):
        pass
    finally:
        writer.transport.abort()
