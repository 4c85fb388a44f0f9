"""What every plugin must do."""

from collections.abc import Mapping
from typing import Any

import hub_pagerduty
import pytest
from hub_pagerduty.simulator import SimulatedPagerDuty

from hub.testing import Peer, PluginContract


class Account:
    """A simulated account that can die and return."""

    def __init__(self, simulated: SimulatedPagerDuty) -> None:
        self.config: Mapping[str, Any] = {**simulated.config, "external_url": simulated.url}
        self.stop, self.start = simulated.serving.stop, simulated.serving.start


class TestPagerDuty(PluginContract):
    """The plugin keeps its contract."""

    module = hub_pagerduty
    not_at_import = ("starlette", "uvicorn", "pagerduty")

    @pytest.fixture
    def peer(self, pagerduty: SimulatedPagerDuty) -> Peer:
        return Account(pagerduty)
