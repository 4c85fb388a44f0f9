"""Virtual entities in memory, under simulated time."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

from hub.actions import Actions
from hub.automation.automations import Automations
from hub.automation.blueprints import Blueprints
from hub.automation.conditions.purpose_keys import purpose_conditions
from hub.automation.reading import read_automations
from hub.automation.triggers.purpose_keys import purpose_triggers
from hub.automation.world import OfferedCondition, OfferedTrigger, World
from hub.bus import Bus
from hub.clock import SimulatedClock, settle
from hub.config import loads
from hub.model.action import Action, ActionCall, Answer, Response
from hub.model.context import Context
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State
from hub.registry import AreaRegistry, DeviceRegistry, EntityRegistry, FloorRegistry, LabelRegistry, Registries, resolve
from hub.scheduler import Scheduler
from hub.states import StateMachine
from hub.templates import Templates
from hub.virtual.section import Remembered
from hub.virtual.virtual import VirtualEntities, section_problems

START = datetime(2024, 3, 15, 12, 0, tzinfo=UTC)
"""A Friday."""


@dataclass
class Room:
    """Virtual entities, and everything that a test may do to them or ask of them."""

    clock: SimulatedClock
    bus: Bus
    states: StateMachine
    actions: Actions
    registries: Registries
    world: World
    virtual: VirtualEntities
    automations: Automations
    events: list[Event] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Calls of actions that only the test offers."""
    reloads: list[str] = field(default_factory=list)

    async def call(self, name: str, entity_id: object = None, /, **data: Any) -> Response:
        """Call an action and let everything happen."""
        target = {} if entity_id is None else {"entity_id": entity_id}
        answer = await self.actions.call(name, {**target, **data})
        await settle()
        return answer

    def offer(self, name: str) -> None:
        """Offer an action that is only recorded."""

        def record(call: ActionCall) -> None:
            self.calls.append((name, dict(call.data)))

        domain, _, short = name.partition(".")
        self.actions.offer(Action(domain=domain, name=short, handler=record, answer=Answer.OPTIONAL))

    def set(self, entity_id: str, state: str, **attributes: Any) -> None:
        """Write a state."""
        self.states.set(EntityId.parse(entity_id), state, attributes)

    def load(self, configuration: str) -> None:
        """Load this configuration instead of what is loaded."""
        self.virtual.load(sections(configuration))

    def automate(self, automations: str) -> None:
        """Load these automations instead of what is loaded."""
        self.automations.load(read_automations(loads(dedent(automations), "hub.yaml").value, Blueprints([])))

    def state(self, entity_id: str) -> str | None:
        """Return the text of a state; None when there is no such entity."""
        state = self.states.get(entity_id)
        return None if state is None else state.state

    def attributes(self, entity_id: str) -> Mapping[str, Any]:
        """Return the attributes of a state."""
        state = self.states.get(entity_id)
        assert state is not None
        return state.attributes

    def fired(self, event_type: str) -> list[dict[str, Any]]:
        """Return the data of the events of a type, since the start."""
        return [dict(event.data) for event in self.events if event.event_type == event_type]

    def history(self, entity_id: str) -> list[str]:
        """Return the states that the entity changed to, since the start."""
        changes = [event.data for event in self.events if event.event_type == "state_changed"]
        return [data["new_state"].state for data in changes if data["entity_id"] == entity_id and data["new_state"]]


@asynccontextmanager
async def room(
    configuration: str = "",
    automations: str = "",
    *,
    states: Mapping[str, str] | None = None,
    last: Mapping[str, State] | None = None,
    zone: str = "UTC",
    start: datetime = START,
    started: bool = True,
) -> AsyncIterator[Room]:
    """Run the virtual entities of a configuration; `last` is what was before the restart."""
    made = _build(last or {}, ZoneInfo(zone), start)
    for entity_id, text in (states or {}).items():
        made.set(entity_id, text)
    made.bus.listen("*", made.events.append)
    made.load(configuration)
    made.automate(automations)
    if started:
        begin(made)
    await settle()
    yield made
    made.virtual.close()
    await made.automations.close()


def begin(made: Room) -> None:
    """Start everything, in the order of the hub."""
    made.automations.start()
    made.virtual.start()
    made.world.lifecycle.start()


def sections(text: str) -> Mapping[str, Any]:
    """Read a configuration, with positions."""
    document = loads(dedent(text).lstrip("\n"), "hub.yaml")
    assert not document.problems, document.problems
    return document.value or {}


def problems(text: str) -> list[str]:
    """Return what is wrong with a configuration."""
    return [f"{problem.line}:{problem.column}: {problem.message}" for problem in section_problems(sections(text))]


def was(entity_id: str, state: str, at: datetime = START, **attributes: Any) -> dict[str, State]:
    """Return what an entity was before the restart."""
    moment = at.timestamp()
    return {entity_id: State(EntityId(entity_id), state, attributes, moment, moment, moment, Context.new())}


def _build(last: Mapping[str, State], zone: ZoneInfo, start: datetime) -> Room:
    clock = SimulatedClock(start)
    bus = Bus(clock)
    states = StateMachine(bus, clock)
    actions = Actions(bus)
    areas, reloads = AreaRegistry(bus), list[str]()
    registries = Registries(
        entities=EntityRegistry(bus),
        devices=DeviceRegistry(bus, areas),
        areas=areas,
        floors=FloorRegistry(bus),
        labels=LabelRegistry(bus),
    )
    triggers, conditions = dict[str, OfferedTrigger](), dict[str, OfferedCondition]()
    world = World(
        states=states,
        bus=bus,
        actions=actions,
        clock=clock,
        templates=Templates(states=states, clock=clock, zone=zone),
        scheduler=Scheduler(clock, zone),
        targets=lambda target: resolve(target, registries, states).entities,
        offered=triggers,
        offered_conditions=conditions,
    )
    triggers.update(purpose_triggers(world))
    conditions.update(purpose_conditions(world))

    async def reload(what: str) -> None:
        reloads.append(what)

    remembered: Remembered = last.get
    virtual = VirtualEntities(world, remembered=remembered, reload=reload)
    automations = Automations(world, lambda domain, unique_id, suggested, name: EntityId(f"{domain}.{suggested}"))
    return Room(clock, bus, states, actions, registries, world, virtual, automations, reloads=reloads)
