from typing import Any

import pytest

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.registry import AreaRegistry, DeviceRegistry, EntityRegistry, FloorRegistry, LabelRegistry, Registries
from hub.states import StateMachine
from tests.registry.house import House, Shelf


@pytest.fixture
def house() -> House:
    clock = SimulatedClock()
    bus, shelf = Bus(clock), Shelf()
    states = StateMachine(bus, clock)
    areas = AreaRegistry(bus, keeper=shelf)
    registries = Registries(
        entities=EntityRegistry(bus, keeper=shelf, taken=lambda entity_id: states.get(entity_id) is not None),
        devices=DeviceRegistry(bus, areas, keeper=shelf),
        areas=areas,
        floors=FloorRegistry(bus, keeper=shelf),
        labels=LabelRegistry(bus, keeper=shelf),
    )
    told: list[tuple[str, dict[str, Any]]] = []
    bus.listen("*", lambda event: told.append((event.event_type, dict(event.data))))
    return House(bus, states, shelf, registries, told)
