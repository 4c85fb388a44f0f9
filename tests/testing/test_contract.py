"""The example plugin keeps the contract; every breach of it is found."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from hub.testing import Peer, PluginContract
from tests.hosting.installed import install
from tests.hosting.tcp import hub_tcp
from tests.hosting.tcp.hub_tcp.simulator import Echo


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "hub-tcp", {"tcp": hub_tcp.__name__})
    monkeypatch.syspath_prepend(tmp_path)


class TestTcp(PluginContract):
    """The example plugin is a complete one."""

    module = hub_tcp

    @pytest.fixture
    async def peer(self) -> AsyncGenerator[Peer, None]:
        echo = Echo()
        await echo.start()
        yield echo
        await echo.stop()
