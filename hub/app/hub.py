"""The hub: everything built, joined and started, in order; and stopped in the opposite order."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Final

from hub import __version__
from hub.actions import Actions
from hub.app.holding import HeldEvents
from hub.app.logs import LastLines, logged
from hub.app.names import LastingNames
from hub.app.sources import web_sources
from hub.app.verbs import automation_verbs
from hub.app.views import LastStates, TemplateRegistries
from hub.automation.automations import Automations
from hub.automation.blueprints import Blueprints, ready_made
from hub.automation.conditions.purpose_keys import purpose_conditions
from hub.automation.loading import collecting_later
from hub.automation.reading import read_automations, read_scripts
from hub.automation.triggers.offered import event_trigger
from hub.automation.triggers.purpose_keys import purpose_triggers
from hub.automation.webhooks import WebhookTable
from hub.automation.world import OfferedCondition, OfferedTrigger, World
from hub.bus import Bus
from hub.check.checking import schedules_of
from hub.check.sections import CORE, idle_sections, plugin_sections
from hub.check.triggers import offered_events
from hub.clock import Clock, SystemClock
from hub.config import Configuration, InvalidConfiguration, Settings, read
from hub.hosting.catalog import Report
from hub.hosting.desk import Desk, core_verbs
from hub.hosting.entities import Registers
from hub.hosting.host import Host
from hub.hosting.roster import Roster, read_roster
from hub.hosting.supervisor import House
from hub.model.names import EntityId
from hub.model.state import State
from hub.notify.alerts import Alerts
from hub.notify.groups import Group, parse_groups
from hub.notify.notify import Notify
from hub.notify.outbox import Outbox
from hub.notify.person import offer_alert_actions, verbs
from hub.plugin import Reply, Request
from hub.registry import Registries, resolve
from hub.scheduler import Cron, Scheduler
from hub.states import StateMachine
from hub.store import Choice, Pace, Recorder, Selection, Store
from hub.templates import Facts, Templates
from hub.virtual.virtual import SECTIONS, VirtualEntities
from hub.web.address import Address, remove_address, write_address
from hub.web.server import Bound, serving

_log: Final = logging.getLogger(__name__)
_BLUEPRINTS: Final = ready_made()
_FIRST_TRIES: Final = 10.0  # seconds that automations wait at start for the plugins' first states
_CACHE: Final = Path(".hub") / "cache"
_ALERTS: Final = "hub.alerts"  # the name under which alerts are remembered
_LOCAL_TOKEN: Final = "local"  # the name of the token that the commands of this computer use  # noqa: S105


@dataclass(slots=True)
class Hub:
    """A hub that runs."""

    path: Path
    configuration: Configuration
    clock: Clock
    bus: Bus
    states: StateMachine
    actions: Actions
    registries: Registries
    store: Store
    recorder: Recorder
    scheduler: Scheduler
    templates: Templates
    world: World
    offered: dict[str, OfferedTrigger]
    webhooks: WebhookTable
    virtual: VirtualEntities
    automations: Automations
    outbox: Outbox
    alerts: Alerts
    notify: Notify
    host: Host
    held: HeldEvents
    log: LastLines
    phase: str = "STARTING"
    bound: Bound | None = None

    async def reload(self, what: str = "all") -> None:
        """Read the configuration again; what did not change goes on undisturbed. Raises InvalidConfiguration."""
        configuration = await asyncio.to_thread(read, self.path, cache=self.path.parent / _CACHE)
        configuration.require_valid()
        self.configuration = configuration
        if what in ("all", "templates"):
            self.templates.reload()
        if what in ("all", "plugins"):
            self.notify.regroup(_groups(configuration))
            await self.host.reload(self.take_roster())
        if what == "all" or what in SECTIONS:
            self.virtual.load(configuration.sections, None if what == "all" else {what})
        if what in ("all", "automations", "scripts"):
            self.load_automations()

    def take_roster(self) -> Roster:
        """Load the plugins that the configuration names, and expect what they will offer."""
        roster = read_roster(plugin_sections(self.configuration), core=CORE)
        for problem in roster.problems:
            _log.error("%s", problem)
        for instance in roster.instances:
            for name in instance.plugin.notifiers(instance.config):
                self.notify.expect(name)
        self.offered.clear()
        self.offered.update({**purpose_triggers(self.world), **_offered(roster, self.bus)})
        return roster

    def load_automations(self) -> None:
        """Load what the configuration says of automations, scripts and schedules."""
        sections, folder = self.configuration.sections, self.configuration.folder
        library = Blueprints([folder / "blueprints", _BLUEPRINTS])
        automations = chain(read_automations(sections.get("automation"), library), schedules_of(self.configuration))
        self.automations.load(automations, read_scripts(sections.get("script"), library))

    def reports(self) -> list[Report]:
        """Tell how each plugin instance is doing."""
        return self.host.catalog.reports()


@asynccontextmanager
async def running(path: Path, *, clock: Clock | None = None) -> AsyncIterator[Hub]:
    """Run the hub of a configuration for the length of the block. Raises ConfigError, StoreError, OSError."""
    configuration = await asyncio.to_thread(read, path, cache=path.parent / _CACHE)
    async with AsyncExitStack() as stack:
        log = stack.enter_context(logged(configuration.settings, configuration.secrets))
        for problem in (*configuration.problems, *idle_sections(configuration)):
            _log.log(logging.ERROR if problem.severity == "error" else logging.WARNING, "%s", problem)
        if configuration.errors:
            raise InvalidConfiguration(configuration.errors)
        hub = await _build(path, configuration, clock or SystemClock(), log, stack)
        await _start(hub, stack)
        yield hub
        hub.phase = "STOPPING"
        hub.world.lifecycle.shut_down()
        hub.bus.fire("homeassistant_stop")


async def _build(path: Path, configuration: Configuration, clock: Clock, log: LastLines, stack: AsyncExitStack) -> Hub:
    settings = configuration.settings
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = await stack.enter_async_context(
        Store.open(settings.store.url, clock=clock, pace=Pace(linger=settings.store.commit_interval.total_seconds() / 10))
    )
    bus = Bus(clock)
    states = StateMachine(bus, clock)
    actions = Actions(bus)
    registries = await store.load_registries(bus, states)
    last = await store.last_states()
    _restore(states, registries, last)
    recorder = store.recorder(_selection(settings))
    stack.callback(recorder.attach(bus))
    scheduler = Scheduler(clock, settings.time_zone)
    offered: dict[str, OfferedTrigger] = {}
    conditions: dict[str, OfferedCondition] = {}
    outbox = Outbox(bus, clock)
    alert_memory = await store.memory(_ALERTS)
    alerts = Alerts(outbox, bus, states, clock, alert_memory.put)
    alerts.restore(alert_memory.items())
    stack.callback(offer_alert_actions(actions, alerts))
    notify = Notify(actions, outbox, alerts, clock, groups=_groups(configuration), zone=settings.time_zone)
    desk = _LateDesk()
    held = HeldEvents(bus.fire)
    house = House(
        clock=clock,
        registers=Registers(states=states, entities=registries.entities, devices=registries.devices),
        fire=held.fire,
        memory=held.memory(store.memory),
        add_notifier=notify.add,
        ask=desk.ask,
        chance=random.random,
    )
    host = await stack.enter_async_context(Host(bus, house, actions.offer))
    templates = Templates(
        states=states,
        clock=clock,
        zone=settings.time_zone,
        facts=_facts(settings),
        registries=TemplateRegistries(registries, host.catalog),
        folder=configuration.folder / "custom_templates",
    )
    webhooks = WebhookTable()
    world = World(
        states=states,
        bus=bus,
        actions=actions,
        clock=clock,
        templates=templates,
        scheduler=scheduler,
        webhooks=webhooks.door(),
        offered=offered,
        offered_conditions=conditions,
        targets=lambda target: resolve(target, registries, states).entities,
        entity_of=lambda entry_id: _entity_of(registries, entry_id),
        latitude=settings.latitude,
        longitude=settings.longitude,
    )
    conditions.update(purpose_conditions(world))

    async def reload(what: str) -> None:
        await hub.reload(what)

    names = LastingNames(registries.entities)
    virtual = VirtualEntities(world, names=names, remembered=last.get, reload=reload)
    automations = Automations(
        world,
        names=names,
        remembered=LastStates(last),
        reload=lambda: hub.reload("automations"),
    )
    desk.desk = Desk({**core_verbs(states, host.catalog.reports), **verbs(alerts), **automation_verbs(automations, actions)})
    hub = Hub(
        path=path,
        configuration=configuration,
        clock=clock,
        bus=bus,
        states=states,
        actions=actions,
        registries=registries,
        store=store,
        recorder=recorder,
        scheduler=scheduler,
        templates=templates,
        world=world,
        offered=offered,
        webhooks=webhooks,
        virtual=virtual,
        automations=automations,
        outbox=outbox,
        alerts=alerts,
        notify=notify,
        host=host,
        held=held,
        log=log,
    )
    return hub


async def _start(hub: Hub, stack: AsyncExitStack) -> None:
    settings = hub.configuration.settings
    for work, name in ((hub.outbox.run(), "outbox"), (hub.alerts.run(), "alerts")):
        stack.push_async_callback(_cancelled, asyncio.create_task(work, name=name))
    hub.bus.fire("homeassistant_start")
    sources = web_sources(hub)
    hub.bound = await stack.enter_async_context(serving(sources, settings.http.host, settings.http.port))
    await _tell_address(hub, hub.bound)
    stack.callback(remove_address, settings.data_dir)
    await hub.host.start(hub.take_roster())
    await _first_tries(hub)
    stack.callback(hub.virtual.close)
    stack.push_async_callback(hub.automations.close)
    with collecting_later():
        hub.virtual.load(hub.configuration.sections)
        hub.load_automations()
        hub.automations.start()
        hub.virtual.start()
        hub.world.lifecycle.start()
    hub.held.release()
    hub.phase = "RUNNING"
    hub.bus.fire("homeassistant_started")
    stack.callback(hub.scheduler.add(Cron("17 4 * * *", settings.time_zone), lambda _: _purge(hub), "purge of history"))
    _log.info("the hub runs at %s: %d entities, %d automations", hub.bound.url, len(hub.states), len(hub.automations.automations))


def _restore(states: StateMachine, registries: Registries, last: Mapping[EntityId, State]) -> None:
    """Show what the entities of plugins were; a plugin that connects says what they are now."""
    for entry in registries.entities.all():
        state = last.get(entry.entity_id)
        if state is not None and not entry.disabled and entry.config_entry is not None:
            states.restore(state)


async def _first_tries(hub: Hub) -> None:
    """Wait a while for the plugins' first states, so that automations do not take them for changes."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_FIRST_TRIES):
            await hub.host.tried()


def _purge(hub: Hub) -> None:
    keep = timedelta(days=hub.configuration.settings.store.keep_days)
    hub.world.tasks.start(hub.store.purge(keep), "purge")


async def _tell_address(hub: Hub, bound: Bound) -> None:
    await hub.store.tokens.revoke(_LOCAL_TOKEN)
    token = await hub.store.tokens.create(_LOCAL_TOKEN, "admin")
    write_address(hub.configuration.settings.data_dir, Address(bound.url, token))


async def _cancelled(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _groups(configuration: Configuration) -> Sequence[Group]:
    try:
        return parse_groups(configuration.sections.get("notify"))
    except InvalidConfiguration as error:
        for problem in error.problems:
            _log.error("%s", problem)
        return ()


def _selection(settings: Settings) -> Selection:
    include, exclude = settings.store.include, settings.store.exclude
    return Selection(
        include=Choice(entity_globs=include.entities, event_types=include.event_types),
        exclude=Choice(entity_globs=exclude.entities, event_types=exclude.event_types),
    )


def _facts(settings: Settings) -> Facts:
    return Facts(name=settings.name, latitude=settings.latitude or 0.0, longitude=settings.longitude or 0.0, version=__version__)


def _offered(roster: Roster, bus: Bus) -> dict[str, OfferedTrigger]:
    return {name: event_trigger(name, event.model_fields, bus) for name, event in offered_events(roster).items()}


def _entity_of(registries: Registries, entry_id: str) -> EntityId | None:
    return next((entry.entity_id for entry in registries.entities.all() if entry.id == entry_id), None)


class _LateDesk:
    """The desk that plugins ask; it is furnished when everything else stands."""

    desk: Desk | None = None

    async def ask(self, request: Request) -> Reply:
        if self.desk is None:
            return Reply(text="The hub is still starting.", ok=False)
        return await self.desk.ask(request)
