"""A broker and a schema registry for each test."""

from collections.abc import AsyncGenerator

import pytest
from hub_rabbitmq.simulator import Simulator
from hub_rabbitmq.simulator.registry import SimulatedRegistry


@pytest.fixture
async def broker() -> AsyncGenerator[Simulator, None]:
    """A broker that can misbehave."""
    simulator = Simulator()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def registry() -> AsyncGenerator[SimulatedRegistry, None]:
    """A schema registry."""
    registry = SimulatedRegistry()
    await registry.start()
    yield registry
    await registry.stop()
