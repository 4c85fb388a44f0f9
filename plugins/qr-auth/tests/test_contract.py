"""What every plugin must do."""

from collections.abc import Mapping
from typing import Any

import hub_qr_auth
import pytest
from hub_qr_auth.simulator import CONFIG

from hub.testing import Peer, PluginContract

_NO_PEER = "phones and browsers come to the hub: there is no connection that could be lost"


class Nobody:
    """There is nobody to connect to."""

    config: Mapping[str, Any] = CONFIG

    async def stop(self) -> None:
        """Nothing can stop."""

    async def start(self) -> None:
        """Nothing can start."""


class TestQrAuth(PluginContract):
    """The plugin keeps its contract."""

    module = hub_qr_auth
    not_at_import = ("zxingcpp", "httpx2")

    @pytest.fixture
    def peer(self) -> Peer:
        return Nobody()

    @pytest.mark.skip(reason=_NO_PEER)
    async def test_a_dead_peer_makes_entities_unavailable_and_a_returning_one_brings_them_back(self, peer: Peer) -> None:
        """There is none."""

    @pytest.mark.skip(reason=_NO_PEER)
    async def test_nothing_is_said_to_be_connected_while_the_peer_is_dead(self, peer: Peer) -> None:
        """There is none."""

    @pytest.mark.skip(reason=f"{_NO_PEER}; test_hostile.py has its own")
    async def test_secrets_are_told_to_nobody(self, peer: Peer) -> None:  # type: ignore[override]  # skipped: it needs no more
        """See test_hostile.py."""
