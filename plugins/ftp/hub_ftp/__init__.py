"""Files on FTP servers become a local data lake, metrics and events."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from hub.api import Clock, Hub, Plugin, Rehearsal, hookimpl
from hub_ftp.actions import download, list_, sync, upload
from hub_ftp.config import Encryption, FtpConfig
from hub_ftp.events import FileArrived, FileChanged, FileRemoved, RowsRejected, SyncFailed
from hub_ftp.pool import Pool
from hub_ftp.session import Session
from hub_ftp.tls import context


@asynccontextmanager
async def connect(config: FtpConfig, hub: Hub) -> AsyncGenerator[Session, None]:
    """Log in, show what is remembered, and keep the lake in step until the connection is lost."""
    encrypted = config.encryption is not Encryption.NONE
    tls = await asyncio.to_thread(context, config.verify, config.ca_file) if encrypted else None
    pool = Pool(config, tls, hub.clock)
    try:
        session = Session(hub, config, pool)
        await session.begin()
        hub.start(session.keep_looking, name="keep looking")
        yield session
    finally:
        await pool.close()


def rehearse(clock: Clock) -> AbstractAsyncContextManager[Rehearsal]:
    """Run three energy sites around Berlin, each on an FTP server of its own."""
    from hub_ftp.simulator.rehearsal import rehearse_sites

    return rehearse_sites(clock)


@hookimpl
def hub_plugin() -> Plugin[FtpConfig, Session]:
    """Hand over the plugin."""
    return Plugin(
        name="ftp",
        config=FtpConfig,
        connect=connect,
        actions=[sync, upload, download, list_],
        events=[FileArrived, FileChanged, FileRemoved, RowsRejected, SyncFailed],
        rehearse=rehearse,
    )
