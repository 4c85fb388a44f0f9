"""Run one plugin in a hub that lives in memory.

async with running(hub_tcp, {"host": "127.0.0.1", "port": peer.port}) as hub:
    await hub.until(lambda: hub.value("binary_sensor.tcp_up") == "on")
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from types import ModuleType
from typing import Any, Generic, TypeVar, overload

from hub.actions import CALL_SERVICE, SERVICE_REGISTERED, SERVICE_REMOVED, Actions
from hub.bus import Bus, Cancel
from hub.clock import Clock, SimulatedClock, SystemClock
from hub.config import InvalidConfiguration
from hub.errors import NotConnected
from hub.hosting.catalog import Condition, Report
from hub.hosting.desk import Desk, core_verbs
from hub.hosting.discovery import plugin_of
from hub.hosting.entities import Registers
from hub.hosting.host import Host
from hub.hosting.instances import Instance, Unreadable, read_instances
from hub.hosting.lent import Deliver
from hub.hosting.rendering import as_text
from hub.hosting.roster import Roster
from hub.hosting.supervisor import House
from hub.model.entity import EntityDescription
from hub.model.event import ANY_EVENT, STATE_CHANGED, Event
from hub.model.names import EntityId
from hub.model.notice import Notice, Receipt
from hub.model.state import State
from hub.plugin import Config, Plugin, Reply, Request, WebhookReply, WebhookRequest
from hub.registry import (
    AREA_REGISTRY_UPDATED,
    DEVICE_REGISTRY_UPDATED,
    ENTITY_REGISTRY_UPDATED,
    AreaRegistry,
    DeviceRegistry,
    EntityRegistry,
)
from hub.states import StateMachine
from hub.testing.memory import KeptMemory

K = TypeVar("K", bound=Clock)
Section = Config | Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

_PATIENCE = 10.0  # seconds of real time for a first connection
_CLOSING = 0.5  # seconds of real time for a connection to be closed, before a simulated clock is moved
_GLANCE = 0.01  # seconds of real time between two looks at a condition
_NOT_KEPT = {
    AREA_REGISTRY_UPDATED,
    CALL_SERVICE,
    DEVICE_REGISTRY_UPDATED,
    ENTITY_REGISTRY_UPDATED,
    SERVICE_REGISTERED,
    SERVICE_REMOVED,
    STATE_CHANGED,
}
_ASKED = ("acknowledge", "snooze", "resolve", "run", "automations")


class Running(Generic[K]):
    """A hub in memory with one plugin."""

    def __init__(self, clock: K, memory: KeptMemory) -> None:
        self.clock = clock
        self.memory = memory
        self.bus = Bus(clock)
        self.states = StateMachine(self.bus, clock)
        self.actions = Actions(self.bus)
        areas = AreaRegistry(self.bus)
        self.devices = DeviceRegistry(self.bus, areas)
        self.entities = EntityRegistry(self.bus, taken=lambda entity_id: self.states.get(entity_id) is not None)
        self.events: list[Event] = []
        """What happened on the bus, apart from changes of states, actions and registries."""
        self.notices: list[tuple[str, Notice]] = []
        """What `notify` has delivered: target, notice."""
        self.requests: list[Request] = []
        """What the plugin has asked of the hub."""
        self.replies: dict[str, Reply] = {verb: Reply(text=f"{verb}: done") for verb in _ASKED}
        """What it is answered, by verb; change it as you like."""
        self.notifiers: dict[str, Deliver] = {}
        """The targets for notices that the plugin has offered, by name."""
        self._attached: set[str] = set()
        self.roster = Roster()
        """What runs; `host.reload` takes another."""
        self._changed = asyncio.Event()
        self.bus.listen(ANY_EVENT, self._keep)
        self._desk = Desk(core_verbs(self.states, self.reports))
        self.host = Host(self.bus, self._house(), self.actions.offer)

    @property
    def connected(self) -> bool:
        """Whether every instance is connected."""
        return all(report.condition is Condition.CONNECTED for report in self.reports())

    @property
    def report(self) -> Report:
        """How the (first) instance is doing: condition, last error, counts of events, losses and bugs."""
        return self.reports()[0]

    def reports(self) -> list[Report]:
        """Return how every instance is doing."""
        return self.host.catalog.reports()

    def state(self, entity_id: str) -> State | None:
        """Return the entity's state, or None when there is no such entity."""
        return self.states.get(entity_id)

    def value(self, entity_id: str) -> str | None:
        """Return the text of the entity's state, or None when there is no such entity."""
        state = self.states.get(entity_id)
        return None if state is None else state.state

    def told(self, event_type: str) -> list[Mapping[str, Any]]:
        """Return the data of every event of this type so far."""
        return [event.data for event in self.events if event.event_type == event_type]

    def publish(self, entity_id: str, value: object, attributes: Mapping[str, Any] | None = None) -> None:
        """Write the state of any entity, as a plugin would."""
        parsed = EntityId.parse(entity_id)
        description = EntityDescription(domain=parsed.domain, key=parsed.object_id)
        self.states.set(parsed, as_text(value, description), attributes or {})

    async def call(self, name: str, **data: Any) -> Mapping[str, Any]:
        """Call an action and return its response (empty when it has none). Raises as the action does."""
        action = self.actions.get(name)
        wants_answer = action is not None and action.answer.value != "none"
        return await self.actions.call(name, data, wants_answer=wants_answer) or {}

    async def notify(self, target: str, notice: Notice) -> Receipt:
        """Deliver a notice to `notify.<target>`. Raises NotConnected while the plugin is, or as the plugin's notifier does."""
        name = target.removeprefix("notify.")
        assert name in self.notifiers, f"the plugin offers no notify.{name}, but {sorted(self.notifiers)}"
        if name not in self._attached:
            raise NotConnected(f"notify.{name} is not connected")
        receipt = await self.notifiers[name](notice)
        self.notices.append((name, notice))
        return receipt

    async def webhook(self, path: str, request: WebhookRequest) -> WebhookReply:
        """Send a request to a webhook; 404 when there is none at this path."""
        return await self.host.answer(path, request) or WebhookReply(status=404)

    async def until(self, condition: Callable[[], object], timeout: float = 5.0) -> None:  # noqa: ASYNC109  # real seconds, also under a simulated clock
        """Wait until the condition is true, at most so many seconds of real time. Raises AssertionError that shows the states."""
        end = asyncio.get_running_loop().time() + timeout
        while not _holds(condition):
            if asyncio.get_running_loop().time() > end:
                raise AssertionError(f"still not so after {timeout:g} seconds; the hub knows:\n{self._everything()}")
            self._changed.clear()
            try:
                async with asyncio.timeout(_GLANCE):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _house(self) -> House:
        return House(
            clock=self.clock,
            registers=Registers(states=self.states, entities=self.entities, devices=self.devices),
            fire=self.bus.fire,
            memory=self._memory_of,
            add_notifier=self._add_notifier,
            ask=self._ask,
            chance=lambda: 0.5,
        )

    async def _memory_of(self, instance: str) -> KeptMemory:
        first = self.reports()[0].instance
        return self.memory if instance == first else self.memory.others.setdefault(instance, KeptMemory())

    def _add_notifier(self, name: str, deliver: Deliver) -> Cancel:
        self.notifiers[name] = deliver
        self._attached.add(name)
        return lambda: self._attached.discard(name)

    async def _ask(self, request: Request) -> Reply:
        self.requests.append(request)
        self._changed.set()
        return self.replies[request.verb] if request.verb in self.replies else await self._desk.ask(request)

    def _keep(self, event: Event) -> None:
        self._changed.set()
        if event.event_type not in _NOT_KEPT:
            self.events.append(event)

    def _everything(self) -> str:
        lines = [f"{report.instance}: {report.condition.value} {report.last_error or ''}" for report in self.reports()]
        lines += [f"{state.entity_id}: {state.state} {dict(state.attributes)}" for state in self.states.all()]
        lines += [f"event {event.event_type} {dict(event.data)}" for event in self.events[-20:]]
        return "\n".join(f"  {line}" for line in lines)


Beside = Callable[[Running[Any]], AbstractAsyncContextManager[object]]


@overload
def running(
    plugin: ModuleType | Plugin[Any, Any],
    config: Section = None,
    clock: None = None,
    memory: KeptMemory | None = None,
    *,
    beside: Beside | None = None,
    wait: bool = True,
) -> AbstractAsyncContextManager[Running[SystemClock]]: ...
@overload
def running(
    plugin: ModuleType | Plugin[Any, Any],
    config: Section,
    clock: K,
    memory: KeptMemory | None = None,
    *,
    beside: Beside | None = None,
    wait: bool = True,
) -> AbstractAsyncContextManager[Running[K]]: ...
def running(
    plugin: ModuleType | Plugin[Any, Any],
    config: Section = None,
    clock: Clock | None = None,
    memory: KeptMemory | None = None,
    *,
    beside: Beside | None = None,
    wait: bool = True,
) -> AbstractAsyncContextManager[Running[Any]]:
    """Run a plugin in a hub in memory; it is there when it has connected, or has failed to once (or at once, without `wait`).

    Without a clock, time is real. The memory survives into a second `running` that is given it. `beside` is entered before the
    plugin starts and left after it has stopped: whatever else shall take part, such as automations. Raises InvalidConfiguration.
    """
    hub = Running(clock or SystemClock(), memory or KeptMemory())
    return _run(hub, plugin if isinstance(plugin, Plugin) else plugin_of(plugin), config, beside or _nothing, wait=wait)


@asynccontextmanager
async def _run(
    hub: Running[Any], plugin: Plugin[Any, Any], config: Section, beside: Beside, *, wait: bool
) -> AsyncGenerator[Running[Any], None]:
    hub.roster = _roster(plugin, config)
    async with beside(hub), hub.host:
        await hub.host.start(hub.roster)
        try:
            if wait:
                async with asyncio.timeout(_PATIENCE):
                    await hub.host.tried()
            yield hub
        finally:
            await _stop(hub)


def _nothing(_: Running[Any]) -> AbstractAsyncContextManager[object]:
    return nullcontext()


def _roster(plugin: Plugin[Any, Any], config: Section) -> Roster:
    read = read_instances(plugin, config)
    problems = [problem for each in read if isinstance(each, Unreadable) for problem in each.problems]
    if problems:
        raise InvalidConfiguration(problems)
    return Roster(instances=tuple(each for each in read if isinstance(each, Instance)))


async def _stop(hub: Running[Any]) -> None:
    """Stop the host; a plugin that does not want to would wait for a simulated clock for ever, so the clock is moved."""
    stopping = asyncio.create_task(hub.host.stop(), name="stop")
    if isinstance(hub.clock, SimulatedClock):
        done, _ = await asyncio.wait({stopping}, timeout=_CLOSING)
        while not done:
            await hub.clock.advance(1)
            done, _ = await asyncio.wait({stopping}, timeout=_GLANCE)
    await stopping


def _holds(condition: Callable[[], object]) -> bool:
    try:
        return bool(condition())
    except (AttributeError, LookupError):  # a state or event that is not there yet
        return False
