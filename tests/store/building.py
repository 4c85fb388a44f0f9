"""A bus, states and a recorder on an open store."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.model.names import EntityId
from hub.model.state import State
from hub.states import StateMachine
from hub.store import Pace, Recorder, Selection, Store

LONG_AGO = datetime.fromtimestamp(0, UTC)
QUICK = Pace(linger=0.001, retry=0.02, busy_timeout=0.05)


@dataclass
class Building:
    """Everything that a test looks at."""

    clock: SimulatedClock
    bus: Bus
    states: StateMachine
    store: Store
    recorder: Recorder

    def set(self, entity_id: str, state: str, **attributes: Any) -> State:
        return self.states.set(EntityId(entity_id), state, attributes)

    async def history_of(self, entity_id: str) -> list[State]:
        name = EntityId(entity_id)
        return (await self.store.history([name], LONG_AGO))[name]

    async def told(self, entity_id: str) -> list[str]:
        return [state.state for state in await self.history_of(entity_id)]


@asynccontextmanager
async def building(
    url: str, clock: SimulatedClock | None = None, pace: Pace = QUICK, selection: Selection | None = None
) -> AsyncGenerator[Building, None]:
    """Open the store and record everything, or what is selected."""
    clock = clock or SimulatedClock(1_700_000_000.0)
    bus = Bus(clock)
    async with Store.open(url, clock=clock, pace=pace) as store:
        recorder = store.recorder(selection)
        recorder.attach(bus)
        yield Building(clock, bus, StateMachine(bus, clock), store, recorder)
