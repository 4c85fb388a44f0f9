"""What every plugin must do."""

from collections.abc import Mapping
from typing import Any

import hub_librenms
import pytest
from hub_librenms.simulator import SimulatedLibreNms

from hub.testing import Peer, PluginContract


class Server:
    """A simulated server that can die and return."""

    def __init__(self, simulated: SimulatedLibreNms) -> None:
        self.config: Mapping[str, Any] = simulated.config
        self.stop, self.start = simulated.serving.stop, simulated.serving.start


class TestLibreNms(PluginContract):
    """The plugin keeps its contract."""

    module = hub_librenms
    not_at_import = ("starlette", "uvicorn")

    @pytest.fixture
    def peer(self, librenms: SimulatedLibreNms) -> Peer:
        return Server(librenms)
