"""What every plugin must do."""

from collections.abc import Mapping
from typing import Any

import hub_vmware
import pytest
from hub_vmware.simulator import SimulatedVmware

from hub.testing import Peer, PluginContract


class Server:
    """Simulated servers that can die and return."""

    def __init__(self, simulated: SimulatedVmware) -> None:
        self.config: Mapping[str, Any] = simulated.config
        self.stop, self.start = simulated.stop, simulated.start


class TestVmware(PluginContract):
    """The plugin keeps its contract."""

    module = hub_vmware
    not_at_import = ("starlette", "uvicorn", "pyVmomi")

    @pytest.fixture
    def peer(self, vmware: SimulatedVmware) -> Peer:
        vmware.plant.add_snapshot("vm-1", "before the upgrade", age_days=12)
        return Server(vmware)
