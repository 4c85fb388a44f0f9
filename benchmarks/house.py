"""A hub in memory: what runs automations, joined as the composition root joins it, without store, web and plugins."""

import asyncio
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from benchmarks.figures import Stopwatch
from benchmarks.work import Automation
from hub.actions import Actions
from hub.app.names import LastingNames
from hub.automation.automations import Automations
from hub.automation.blueprints import Blueprints
from hub.automation.loading import collecting_later
from hub.automation.reading import read_automations
from hub.automation.world import World
from hub.bus import Bus
from hub.clock import Clock, SystemClock
from hub.model.action import Action, ActionCall
from hub.model.names import EntityId
from hub.registry import EntityRegistry
from hub.scheduler import Scheduler
from hub.states import StateMachine
from hub.templates import Templates


class House:
    """A hub in memory, and a count of the calls of `test.act`."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.bus = Bus(self.clock)
        self.states = StateMachine(self.bus, self.clock)
        self.actions = Actions(self.bus)
        self.calls = 0
        self.actions.offer(Action(domain="test", name="act", handler=self._count))
        zone = ZoneInfo("UTC")
        self.templates = Templates(states=self.states, clock=self.clock, zone=zone)
        self._world = World(
            states=self.states,
            bus=self.bus,
            actions=self.actions,
            clock=self.clock,
            templates=self.templates,
            scheduler=Scheduler(self.clock, zone),
        )
        self.automations = Automations(self._world, LastingNames(EntityRegistry(self.bus)))

    def load(self, automations: Sequence[Automation]) -> Stopwatch:
        """Validate, compile and arm the automations, as the hub does when it starts; returns how long that took."""
        with Stopwatch() as watch, collecting_later():
            self.automations.load(read_automations(list(automations), Blueprints([])))
            self.automations.start()
            self._world.lifecycle.start()
        assert len(self.automations.automations) == len(automations)
        assert len(self.states.ids("automation")) == len(automations)
        return watch

    def set_all(self, count: int, state: str) -> list[EntityId]:
        """Give the first entities a state; returns their ids."""
        ids = [EntityId(f"sensor.s{number}") for number in range(count)]
        for entity_id in ids:
            self.states.set(entity_id, state)
        return ids

    def traces_kept(self) -> int:
        """Count the traces of runs that are kept."""
        return sum(len(automation.runner.traces.runs) for automation in self.automations.automations.values())

    async def close(self) -> None:
        """End everything."""
        await self.automations.close()

    def _count(self, call: ActionCall) -> None:
        del call
        self.calls += 1


async def rest(turns: int = 1) -> None:
    """Let everything else that is ready to run do so."""
    for _ in range(turns):
        await asyncio.sleep(0)
