"""A few connections to one server, shared by everything that needs one."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.api import AuthenticationFailed, Clock, NotConnected
from hub_ftp.bandwidth import Bandwidth
from hub_ftp.config import FtpConfig
from hub_ftp.connection import Connection
from hub_ftp.failures import Crowded, Refused
from hub_ftp.login import dial

_TRUSTED = 10.0  # seconds that an idle connection is believed to be alive


class Pool:
    """Lends connections, never more than the admin and the server allow."""

    def __init__(self, config: FtpConfig, context: ssl.SSLContext | None, clock: Clock) -> None:
        self._config = config
        self._context = context
        self._clock = clock
        self._bandwidth = Bandwidth(config.bandwidth, clock)
        self._idle: list[tuple[float, Connection]] = []
        self._open: set[Connection] = set()
        self._limit = config.connections
        self._count = 0
        self._changed = asyncio.Condition()

    @property
    def limit(self) -> int:
        """How many connections there may be; falls when the server refuses more."""
        return self._limit

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Connection]:
        """Lend a connection that works; whoever gets an error other than Refused has used it up. Raises as `dial` does."""
        connection = await self._take()
        try:
            yield connection
        except Refused:
            await self._give_back(connection)
            raise
        except BaseException:
            await self._discard(connection)
            raise
        else:
            await self._give_back(connection)

    async def close(self) -> None:
        """Close every connection."""
        idle = {connection for _, connection in self._idle}
        self._idle.clear()
        await asyncio.gather(*(connection.close(politely=connection in idle) for connection in self._open))
        self._open.clear()

    async def _take(self) -> Connection:
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: self._idle or self._count < self._limit)
                idle = self._idle.pop() if self._idle else None
                if idle is None:
                    self._count += 1
            if idle is None:
                connection = await self._dial()
                if connection is not None:
                    return connection
            elif await self._is_alive(*idle):
                return idle[1]

    async def _dial(self) -> Connection | None:
        try:
            connection = await dial(self._config, self._context, self._bandwidth)
        except (Crowded, AuthenticationFailed):
            others = self._count - 1
            await self._forget_one()
            if others == 0:
                raise
            # Others are logged in with the same password: this is the limit of connections per user or address.
            self._limit = min(self._limit, others)
            return None
        except BaseException:
            await self._forget_one()
            raise
        self._open.add(connection)
        return connection

    async def _is_alive(self, since: float, connection: Connection) -> bool:
        if self._clock.monotonic() - since < _TRUSTED:
            return True
        try:
            await connection.check()
        except NotConnected:
            await self._discard(connection)
            return False
        except BaseException:
            await self._discard(connection)
            raise
        return True

    async def _give_back(self, connection: Connection) -> None:
        async with self._changed:
            self._idle.append((self._clock.monotonic(), connection))
            self._changed.notify_all()

    async def _discard(self, connection: Connection) -> None:
        self._open.discard(connection)
        try:
            await connection.close(politely=False)
        finally:
            await self._forget_one()

    async def _forget_one(self) -> None:
        async with self._changed:
            self._count -= 1
            self._changed.notify_all()
