"""The plugin keeps the contract."""

from collections.abc import AsyncGenerator

import hub_discord
import pytest
from hub_discord.simulator.company import Company

from hub.clock import SystemClock
from hub.testing import Peer, PluginContract


class TestDiscord(PluginContract):
    """The Discord plugin is a complete one."""

    module = hub_discord
    not_at_import = ("discord", "aiohttp")

    @pytest.fixture
    async def peer(self) -> AsyncGenerator[Peer, None]:
        company = Company(SystemClock())
        await company.start()
        yield company
        await company.stop()
