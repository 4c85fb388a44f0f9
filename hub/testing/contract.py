"""What every plugin must do: a class to inherit."""

from collections.abc import Mapping
from typing import Any, Protocol


class Peer(Protocol):
    """The plugin's peer (its simulator) for one test."""

    config: Mapping[str, Any]

    async def stop(self) -> None:
        """Die: close the socket and every connection."""

    async def start(self) -> None:
        """Come back at the same address."""


class PluginContract:
    """Being written."""
