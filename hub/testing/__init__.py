"""For those who write plugins: run one in memory (`running`), and find out when it is done (`PluginContract`)."""

import pytest

pytest.register_assert_rewrite("hub.testing.contract")

from hub.testing.contract import Peer, PluginContract  # noqa: E402  # asserts are rewritten only in what is imported later
from hub.testing.harness import Running, running  # noqa: E402
from hub.testing.memory import KeptMemory  # noqa: E402

__all__ = ["KeptMemory", "Peer", "PluginContract", "Running", "running"]
