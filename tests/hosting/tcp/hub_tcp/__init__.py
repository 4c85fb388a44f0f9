"""Watch whether a TCP service answers."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field, SecretStr

from hub.api import Answer, Clock, Config, Effect, Hub, Plugin, PluginEvent, Rehearsal, action, hookimpl


class TcpConfig(Config):
    """Which service to watch, and how often."""

    host: str = Field(description="Name or address of the service.")
    port: int = Field(ge=1, le=65535, description="TCP port.")
    name: str | None = Field(None, description="What to call it, when there are several.")
    password: SecretStr | None = Field(None, description="What to say first.")
    scan_interval: timedelta = Field(timedelta(seconds=30), description="How often to look.")


class Greeted(PluginEvent):
    """The service said something."""

    text: str = Field(description="What it said.")


class Service:
    """One open connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, line: str) -> str:
        """Send a line and return the one that comes back. Raises ConnectionError."""
        self._writer.write(line.encode() + b"\n")
        answer = await self._reader.readline()
        if not answer:
            raise ConnectionResetError("the service hung up")
        return answer.decode().strip()


@asynccontextmanager
async def connect(config: TcpConfig, hub: Hub) -> AsyncGenerator[Service, None]:
    """Hold one connection open and look whether it answers."""
    up = hub.binary_sensor("up", device_class="connectivity")
    answer = hub.sensor("answer")
    async with asyncio.timeout(5):
        reader, writer = await asyncio.open_connection(config.host, config.port)
    service = Service(reader, writer)

    async def look() -> None:
        text = await service.ask("hello")
        up.set(True)
        answer.set(text)
        hub.emit(Greeted(text=text))

    try:
        hub.every(config.scan_interval, look)
        yield service
    finally:
        writer.close()


@action(effect=Effect.READ, answer=Answer.OPTIONAL)
async def probe(service: Service, line: Annotated[str, "What to send."] = "hello") -> Mapping[str, Any]:
    """Send a line and return the answer."""
    return {"answer": await service.ask(line)}


@asynccontextmanager
async def rehearse(clock: Clock) -> AsyncGenerator[Rehearsal, None]:
    """Run the simulated service."""
    from tests.hosting.tcp.hub_tcp.simulator import Echo

    echo = Echo()
    await echo.start()
    try:
        yield Rehearsal(config=echo.config)
    finally:
        await echo.stop()


@hookimpl
def hub_plugin() -> Plugin[TcpConfig, Service]:
    """Hand over the plugin."""
    return Plugin(name="tcp", config=TcpConfig, connect=connect, actions=[probe], events=[Greeted], rehearse=rehearse)
