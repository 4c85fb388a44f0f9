"""Small plugins for tests, made from what they do when connected."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from pydantic import Field, SecretStr

from hub.api import Config, Hub, Plugin, PluginEvent


class Nothing(Config):
    """Nothing has to be configured, but something may."""

    name: str | None = Field(None, description="What to call it.")
    number: int = Field(0, description="Any number.")
    password: SecretStr | None = Field(None, description="A secret.")


class Happened(PluginEvent):
    """Something happened."""

    what: str = Field(description="What.")


def plugin(connected: Callable[[Hub], object] = lambda hub: None, name: str = "made", **more: Any) -> Plugin[Any, Any]:
    """Make a plugin that calls (and awaits, if it can be) this when it connects; its session is the hub lent to it."""

    @asynccontextmanager
    async def connect(config: Nothing, hub: Hub) -> AsyncGenerator[Hub, None]:
        made = connected(hub)
        if isinstance(made, Awaitable):
            await made
        yield hub

    return Plugin(**{"name": name, "config": Nothing, "connect": connect, "events": [Happened], **more})
