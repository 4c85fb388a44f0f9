"""What every plugin must do."""

from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

import hub_ftp
import pytest
from hub_ftp.simulator import FtpServer

from hub.testing import Peer, PluginContract


class FtpPeer:
    """The simulator with one file, so that every entity has a value."""

    def __init__(self, server: FtpServer, lake: Path) -> None:
        self._server = server
        self.config: Mapping[str, Any] = {
            "name": "Roof",
            "host": "127.0.0.1",
            "port": server.port,
            "user": "meter",
            "password": "kilowatt",
            "lake": str(lake),
            "scan_interval": 5,
            "stable_for": 0,
            "timeout": 5,
            "metrics": [{"pattern": "*.csv", "sensors": [{"column": "power", "key": "power", "unit": "kW"}]}],
        }

    async def stop(self) -> None:
        """Die."""
        await self._server.stop()

    async def start(self) -> None:
        """Come back."""
        await self._server.start()


class TestFtp(PluginContract):
    """The ftp plugin keeps the contract."""

    module = hub_ftp
    not_secret = ("metrics.sensors.key",)

    @pytest.fixture
    async def peer(self, files: Path, lake: Path) -> AsyncGenerator[Peer, None]:
        """A server that can die and come back."""
        (files / "today.csv").write_text("power\n7.5\n")
        server = FtpServer(files)
        await server.start()
        yield FtpPeer(server, lake)
        await server.stop()
