"""A small site that templates look at: two sensors, a light, a group, and the time."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.model.names import EntityId
from hub.states import StateMachine
from hub.templates.engine import Templates
from hub.templates.facts import Facts
from hub.templates.registries import NoRegistries, Registries

NOW = datetime(2024, 3, 15, 18, 30, tzinfo=UTC)


class Site:
    """States, a clock that stands still, and the templates that see both."""

    def __init__(
        self,
        registries: Registries | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        folder: Path | None = None,
        time_limit: float = 3.0,
    ) -> None:
        self.clock = SimulatedClock(NOW)
        self.states = StateMachine(Bus(self.clock), self.clock)
        self.templates = Templates(
            states=self.states,
            clock=self.clock,
            zone=ZoneInfo("Europe/Berlin"),
            facts=Facts(latitude=52.52, longitude=13.4),
            registries=registries or NoRegistries(),
            functions=functions or {},
            folder=folder,
            time_limit=time_limit,
        )

    def set(self, entity_id: str, state: str, /, **attributes: Any) -> None:
        self.states.set(EntityId(entity_id), state, attributes)

    def render(self, source: str, /, **variables: Any) -> Any:
        return self.templates.compile(source).render(variables)

    def text(self, source: str, /, **variables: Any) -> str:
        return self.templates.compile(source).text(variables)


@pytest.fixture
def site() -> Site:
    site = Site()
    site.set("sensor.power", "12.5", unit_of_measurement="kW", friendly_name="Roof power")
    site.set("sensor.empty", "unknown")
    site.set("light.hall", "on", brightness=None, modes=["a", "b"])
    site.set("group.all", "on", entity_id=["sensor.power", "light.hall", "group.inner", "sensor.missing"])
    site.set("group.inner", "on", entity_id=["sensor.power", "sensor.empty"])
    return site


@pytest.fixture
def build_site() -> type[Site]:
    return Site
