"""An automation engine in memory, under simulated time, and a record of what it calls."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hub.actions import Actions
from hub.automation.automation import Automation
from hub.automation.automations import Automations, Remembered
from hub.automation.blueprints import Blueprints
from hub.automation.reading import Definition, ScriptDefinition, read_automations, read_scripts
from hub.automation.schedules import read_schedules
from hub.automation.trace import Trace
from hub.automation.triggers.offered import event_trigger
from hub.automation.webhooks import WebhookTable
from hub.automation.world import World
from hub.bus import Bus
from hub.clock import SimulatedClock, settle
from hub.config import Document, loads
from hub.model.action import Action, ActionCall, Answer, Response
from hub.model.context import Context
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State
from hub.scheduler import Scheduler
from hub.states import StateMachine
from hub.templates import Facts, Templates

START = datetime(2024, 3, 15, 12, 0, tzinfo=UTC)
"""A Friday."""

Does = Callable[[ActionCall], Response | Awaitable[Response]]


class Called(NamedTuple):
    """One call of an action that nobody offers."""

    name: str
    data: Mapping[str, Any]


@dataclass
class Engine:
    """The engine, and everything that a test may do to it or ask of it."""

    clock: SimulatedClock
    bus: Bus
    states: StateMachine
    actions: Actions
    world: World
    automations: Automations
    webhooks: WebhookTable
    blueprints: Blueprints
    calls: list[Called] = field(default_factory=list)
    contexts: list[Context] = field(default_factory=list)
    """Of the calls, in their order."""
    events: list[Event] = field(default_factory=list)
    """Everything that was fired since the start, but for changes of states and calls."""

    @property
    def said(self) -> list[Any]:
        """What was called with `text:`."""
        return [call.data["text"] for call in self.calls if "text" in call.data]

    def set(self, entity_id: str, state: str, context: Context | None = None, *, force: bool = False, **attributes: Any) -> None:
        """Write a state."""
        self.states.set(EntityId.parse(entity_id), state, attributes, context, force)

    def fire(self, event_type: str, context: Context | None = None, **data: Any) -> None:
        """Fire an event."""
        self.bus.fire(event_type, data, context)

    async def call(self, name: str, *, answer: bool = False, **data: Any) -> Response:
        """Call an action and wait for its end."""
        return await self.actions.call(name, data, None, answer)

    async def rest(self) -> None:
        """Let everything happen that can happen now."""
        await settle()

    def offer(self, name: str, does: Does, answer: Answer = Answer.OPTIONAL) -> None:
        """Offer an action."""
        domain, _, short = name.partition(".")
        self.actions.offer(Action(domain=domain, name=short, handler=does, answer=answer))

    def load(self, automations: str = "", scripts: str = "", schedules: str = "") -> None:
        """Load these instead of what is loaded."""
        self.automations.load(*definitions(automations, scripts, schedules, self.blueprints))

    def state(self, entity_id: str) -> str | None:
        """Return the text of a state; None when there is no such entity."""
        state = self.states.get(entity_id)
        return None if state is None else state.state

    def attribute(self, entity_id: str, name: str) -> Any:
        """Return an attribute of a state."""
        state = self.states.get(entity_id)
        assert state is not None
        return state.attributes.get(name)

    def automation(self, entity_id: str) -> Automation:
        """Return an automation that loaded."""
        return self.automations.automations[EntityId(entity_id)]

    def runs(self, entity_id: str) -> list[Trace]:
        """Return the traces of the runs of an automation or script."""
        traces = self.automations.traces(entity_id)
        assert traces is not None
        return list(traces.runs)

    def refused(self, entity_id: str) -> list[Trace]:
        """Return the traces of what did not become a run."""
        traces = self.automations.traces(entity_id)
        assert traces is not None
        return list(traces.refused)

    def outcomes(self, entity_id: str) -> list[str | None]:
        """Return how each run ended."""
        return [trace.outcome for trace in self.runs(entity_id)]

    def fired(self, event_type: str) -> list[dict[str, Any]]:
        """Return the data of the events of a type, since the start."""
        return [dict(event.data) for event in self.events if event.event_type == event_type]


class InMemory(Blueprints):
    """Blueprints that a test brings along, by path."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__([], self._read_text)
        self.texts = dict(texts)

    def _read_text(self, file: Path) -> Document:
        return loads(dedent(self.texts[str(file)]), str(file), secrets=False)

    def _find(self, domain: str, path: str) -> Path:
        return Path(path) if path in self.texts else super()._find(domain, path)


def document(text: str) -> Any:
    """Read YAML with positions; the first line counts from 1."""
    read = loads(dedent(text).lstrip("\n"), "hub.yaml")
    assert not read.problems, read.problems
    return read.value


def definitions(
    automations: str = "", scripts: str = "", schedules: str = "", blueprints: Blueprints | None = None
) -> tuple[list[Definition], list[ScriptDefinition]]:
    """Read what an admin wrote under `automation:`, `script:` and `schedule:`."""
    library = blueprints or InMemory({})
    read = [*read_automations(document(automations), library), *read_schedules(document(schedules) or [])]
    return read, read_scripts(document(scripts), library)


def problems(automations: str, blueprints: Mapping[str, str] | None = None) -> list[str]:
    """Return what is wrong with automations."""
    read, _ = definitions(automations, blueprints=InMemory(blueprints or {}))
    return [f"{problem.line}:{problem.column}: {problem.message}" for one in read for problem in one.problems]


@asynccontextmanager
async def engine(
    automations: str = "",
    scripts: str = "",
    schedules: str = "",
    *,
    states: Mapping[str, str | tuple[str, Mapping[str, Any]]] | None = None,
    blueprints: Mapping[str, str] | None = None,
    plugin_events: Mapping[str, Iterable[str]] | None = None,
    remembered: Remembered = lambda _: None,
    zone: str = "UTC",
    start: datetime = START,
    started: bool = True,
) -> AsyncIterator[Engine]:
    """Run an engine with these automations, in a world with these states; every action exists and is recorded."""
    hub = _build(blueprints or {}, plugin_events or {}, remembered, ZoneInfo(zone), start)
    for entity_id, state in (states or {}).items():
        text, attributes = state if isinstance(state, tuple) else (state, {})
        hub.set(entity_id, text, **attributes)
    hub.load(automations, scripts, schedules)
    if started:
        hub.automations.start()
        hub.world.lifecycle.start()
    hub.bus.listen("*", lambda event: _note(hub, event))
    await settle()
    yield hub
    await hub.automations.close()


def _note(hub: Engine, event: Event) -> None:
    if event.event_type not in ("state_changed", "call_service"):
        hub.events.append(event)


def _build(
    blueprints: Mapping[str, str],
    plugin_events: Mapping[str, Iterable[str]],
    remembered: Remembered,
    zone: ZoneInfo,
    start: datetime,
) -> Engine:
    clock = SimulatedClock(start)
    bus = Bus(clock)
    states = StateMachine(bus, clock)
    calls: list[Called] = []
    contexts: list[Context] = []

    def record(call: ActionCall) -> None:
        calls.append(Called(f"{call.domain}.{call.name}", call.data))
        contexts.append(call.context)

    def recorded(name: str) -> Action | None:
        domain, _, short = name.partition(".")
        return Action(domain=domain, name=short, handler=record) if domain in ("test", "scene") else None

    actions = Actions(bus, recorded)
    webhooks = WebhookTable()
    world = World(
        states=states,
        bus=bus,
        actions=actions,
        clock=clock,
        templates=Templates(states=states, clock=clock, zone=zone, facts=Facts(latitude=52.52, longitude=13.4)),
        scheduler=Scheduler(clock, zone),
        webhooks=webhooks.door(),
        offered={name: event_trigger(name, fields, bus) for name, fields in plugin_events.items()},
        latitude=52.52,
        longitude=13.4,
    )
    loaded = Automations(world, _Names(), remembered)
    return Engine(clock, bus, states, actions, world, loaded, webhooks, InMemory(blueprints), calls, contexts)


class _Names:
    """A registry of entities that keeps ids, as the real one does."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], EntityId] = {}

    def __call__(self, domain: str, unique_id: str | None, suggested: str, name: str) -> EntityId:
        del name
        known = None if unique_id is None else self._known.get((domain, unique_id))
        if known is None:
            entity_id, number = f"{domain}.{suggested}", 2
            while entity_id in self._known.values():
                entity_id, number = f"{domain}.{suggested}_{number}", number + 1
            known = EntityId(entity_id)
        if unique_id is not None:
            self._known[domain, unique_id] = known
        return known


def state_of(entity_id: str, state: str, **attributes: Any) -> State:
    """Make a state that nobody wrote."""
    now = START.timestamp()
    return State(EntityId(entity_id), state, attributes, now, now, now, Context.new())
