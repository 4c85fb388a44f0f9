"""The stage: a small hub under simulated time, in which a scenario is played."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import msgspec

from hub.actions import Actions
from hub.automation.automations import Automations
from hub.automation.blueprints import Blueprints
from hub.automation.conditions.purpose_keys import purpose_conditions
from hub.automation.reading import read_automations, read_scripts
from hub.automation.scenarios.marks import to_plain
from hub.automation.triggers.purpose_keys import purpose_triggers
from hub.automation.webhooks import WebhookTable
from hub.automation.world import OfferedCondition, OfferedTrigger, World
from hub.bus import Bus
from hub.clock import SimulatedClock, settle
from hub.config import Document, loads
from hub.errors import ActionError
from hub.model.action import Action, ActionCall, Answer, Response
from hub.model.context import Context
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import UNAVAILABLE
from hub.scheduler import Scheduler
from hub.states import StateMachine
from hub.templates import Facts, Templates

_START = "2024-03-15T12:00:00+00:00"


class Happened(msgspec.Struct):
    """What a scenario did, in the form of its expectation."""

    calls: list[dict[str, Any]] = []
    triggered: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    responses: list[dict[str, Any]] = []
    call_errors: list[dict[str, Any]] = []
    setup_states: dict[str, str] = {}
    final: dict[str, Any] = {}
    automations: dict[str, dict[str, Any]] = {}


class Furniture(Protocol):
    """What stands on a stage besides automations: the entities of `components:`."""

    def start(self) -> None:
        """Automations listen now."""

    def close(self) -> None:
        """The play is over."""


Furnish = Callable[[World, Mapping[str, Any]], Furniture]
"""Puts the components of a scenario into its world."""


class Stage:
    """Everything that a scenario needs, and a record of what happens."""

    def __init__(self, scenario: Mapping[str, Any], furnish: Furnish | None = None) -> None:
        self._scenario = scenario
        self._furnish = furnish
        self._furniture: Furniture | None = None
        self._start = datetime.fromisoformat(scenario.get("start") or _START).timestamp()
        self._zone = ZoneInfo(scenario.get("time_zone") or "UTC")
        self.clock = SimulatedClock(self._start)
        self.bus = Bus(self.clock)
        self.states = StateMachine(self.bus, self.clock)
        self.actions = Actions(self.bus, self._recorded_if_any)
        self.happened = Happened()
        self._webhooks = WebhookTable()
        self._specs: Mapping[str, Any] = scenario.get("services") or {}
        triggers: dict[str, OfferedTrigger] = {}
        conditions: dict[str, OfferedCondition] = {}
        self.world = World(
            states=self.states,
            bus=self.bus,
            actions=self.actions,
            clock=self.clock,
            templates=Templates(states=self.states, clock=self.clock, zone=self._zone, facts=self._facts()),
            scheduler=Scheduler(self.clock, self._zone),
            webhooks=self._webhooks.door(),
            offered=triggers,
            offered_conditions=conditions,
            latitude=scenario.get("latitude", 52.52),
            longitude=scenario.get("longitude", 13.4),
        )
        triggers.update(purpose_triggers(self.world))
        conditions.update(purpose_conditions(self.world))
        self.automations = Automations(self.world, self._name)

    async def play(self) -> Happened:
        """Play the scenario to its end."""
        scenario = self._scenario
        for state in scenario.get("initial_states") or ():
            self._set_state(state)
        if not scenario.get("start_later"):
            self.world.lifecycle.start()
        self._listen()
        self._load()
        await settle()
        if self.world.lifecycle.started:
            self._note_setup()
        steps = scenario.get("steps") or []
        for step in steps:
            await self._advance_to(step["at"])
            await self._do(step)
        until = scenario.get("until")
        await self._advance_to((steps[-1]["at"] + 1 if steps else 1) if until is None else until)
        self._note_end()
        if self._furniture is not None:
            self._furniture.close()
        await self.automations.close()
        return self.happened

    def _facts(self) -> Facts:
        return Facts(latitude=self._scenario.get("latitude", 52.52), longitude=self._scenario.get("longitude", 13.4))

    def _load(self) -> None:
        components = self._scenario.get("components")
        if components and self._furnish is not None:
            self._furniture = self._furnish(self.world, components)
            for name in self._specs:
                if name != "*" and (recorded := self._recorded_if_any(name)) is not None:
                    self.actions.offer(recorded)  # what a scenario records is not done
        blueprints = _blueprints(self._scenario.get("blueprints") or {})
        automations = read_automations(self._scenario.get("automation"), blueprints)
        scripts = read_scripts(self._scenario.get("script"), blueprints)
        self.automations.load(automations, scripts)
        if self._furniture is not None and self.world.lifecycle.started:
            self._furniture.start()

    def _name(self, domain: str, unique_id: str | None, suggested: str, name: str) -> EntityId:
        del unique_id, name
        entity_id, number = f"{domain}.{suggested}", 2
        while self.states.get(entity_id) is not None:
            entity_id, number = f"{domain}.{suggested}_{number}", number + 1
        return EntityId(entity_id)

    def _listen(self) -> None:
        for event_type in self._scenario.get("watch_events") or ():
            self.bus.listen(event_type, self._note_event)
        self.bus.listen("automation_triggered", self._note_triggered)

    # ----------------------------------------------------------------------------------------------------------------- steps

    async def _advance_to(self, at: float) -> None:
        until = self._start + at
        await settle()
        while self.clock.run_next(until):
            await settle()
        await settle()

    async def _do(self, step: Mapping[str, Any]) -> None:
        for state in _many(step.get("set_state")):
            self._set_state(state)
            if not state.get("no_settle"):
                await settle()
        if "remove_state" in step:
            self.states.remove(str(step["remove_state"]))
        if "fire_event" in step:
            self._fire(step["fire_event"])
        if "call_service" in step:
            self.world.tasks.start(self._call(step["call_service"]), "call")
        if "webhook" in step:
            self._call_webhook(step["webhook"])
        if "homeassistant_start" in step:
            self._begin()
        await settle()

    def _begin(self) -> None:
        self.automations.start()
        if self._furniture is not None:
            self._furniture.start()
        self.world.lifecycle.start()
        self._note_setup()

    def _set_state(self, state: Mapping[str, Any]) -> None:
        context = Context.new(user_id=state.get("user_id"))
        force = bool(state.get("force_update"))
        entity_id = EntityId.parse(state["entity_id"])
        self.states.set(entity_id, str(state["state"]), state.get("attributes") or {}, context, force)

    def _fire(self, event: Mapping[str, Any]) -> None:
        given = event.get("context") or {}
        context = Context.new(user_id=given.get("user_id"))
        if "id" in given or "parent_id" in given:
            context = Context(given.get("id", context.key), given.get("parent_id"), given.get("user_id"))
        self.bus.fire(event["type"], event.get("data") or {}, context)

    async def _call(self, call: Mapping[str, Any]) -> None:
        """Make the call and note its end, whenever that comes; nobody waits for it."""
        wants = bool(call.get("return_response"))
        name, context = str(call["service"]), Context.new(user_id=call.get("user_id"))
        try:
            answer: Any = await self.actions.call(name, call.get("data") or {}, context, wants)
            if wants and not isinstance(answer, Mapping):
                raise ActionError(f"expected a mapping as the response, not {type(answer).__name__}")
        except Exception as error:
            self.happened.call_errors.append({"t": self._now(), "service": name, "error": str(error)})
            return
        if wants:
            self.happened.responses.append({"t": self._now(), "service": name, "response": to_plain(answer)})

    def _call_webhook(self, call: Mapping[str, Any]) -> None:
        rule = self._webhooks.rule(call["id"])
        remote = ip_address(call.get("remote") or "127.0.0.1")
        if rule is None or call.get("method", "POST") not in rule.methods or (rule.local_only and not remote.is_private):
            return
        payload = {"json": call["json"]} if "json" in call else {"data": call.get("form") or {}}
        self._webhooks.receive(call["id"], {"query": call.get("query") or {}, **payload})

    # --------------------------------------------------------------------------------------------------------------- actions

    def _recorded_if_any(self, name: str) -> Action | None:
        spec = self._specs.get(name, self._specs.get("*") if "*" in self._specs else None)
        if name not in self._specs and "*" not in self._specs:
            return None
        domain, _, short = name.partition(".")
        answer = Answer.OPTIONAL
        return Action(domain=domain, name=short, handler=lambda call: self._record(call, spec or {}), answer=answer)

    def _record(self, call: ActionCall, spec: Mapping[str, Any]) -> Response | Awaitable[Response]:
        noted = {"t": self._now(), "service": f"{call.domain}.{call.name}", "data": to_plain(call.data)}
        if call.context.user_id is not None:
            noted["user_id"] = call.context.user_id
        if call.wants_answer:
            noted["return_response"] = True
        self.happened.calls.append(noted)
        if spec.get("duration"):
            return self._later(call, spec)
        return self._effect(call, spec)

    async def _later(self, call: ActionCall, spec: Mapping[str, Any]) -> Response:
        await self.clock.sleep(float(spec["duration"]))
        return self._effect(call, spec)

    def _effect(self, call: ActionCall, spec: Mapping[str, Any]) -> Response:
        if "error" in spec:
            raise ActionError(str(spec["error"]))
        if spec.get("value_error"):
            raise ValueError("an ordinary exception")
        for state in _many(spec.get("set_state")):
            self.states.set(EntityId.parse(state["entity_id"]), str(state["state"]), state.get("attributes") or {}, call.context)
        return dict(spec.get("response") or {}) if call.wants_answer else None

    # --------------------------------------------------------------------------------------------------------------- record

    def _now(self) -> float:
        return round(self.clock.time() - self._start, 3)

    def _note_event(self, event: Event) -> None:
        self.happened.events.append({"t": self._now(), "type": event.event_type, "data": to_plain(event.data)})

    def _note_triggered(self, event: Event) -> None:
        noted = {"t": self._now(), "automation": str(event.data["entity_id"]), "source": event.data["source"]}
        self.happened.triggered.append(noted)

    def _note_setup(self) -> None:
        if not self.happened.setup_states:
            self.happened.setup_states = {str(state.entity_id): state.state for state in self.states.all("automation")}

    def _note_end(self) -> None:
        for entity_id in self._scenario.get("final") or ():
            state = self.states.get(entity_id)
            self.happened.final[entity_id] = (
                None if state is None else to_plain({"state": state.state, "attributes": state.attributes})
            )
        for state in self.states.all("automation"):
            if state.state == UNAVAILABLE:
                self.happened.automations[str(state.entity_id)] = {"state": UNAVAILABLE, "current": None, "last_triggered": None}
        for entity_id, automation in self.automations.automations.items():
            last = automation.last_triggered
            noted: dict[str, Any] = {"state": "on" if automation.is_on else "off", "current": automation.runner.current}
            noted["last_triggered"] = None if last is None else round(last.timestamp() - self._start, 3)
            self.happened.automations[str(entity_id)] = noted


def _many(value: Any) -> list[Mapping[str, Any]]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def _blueprints(texts: Mapping[str, Any]) -> Blueprints:
    """Serve blueprints from the scenario instead of from files."""
    documents = {
        path: loads(text if isinstance(text, str) else msgspec.yaml.encode(text).decode(), path) for path, text in texts.items()
    }
    return _InMemory(documents)


class _InMemory(Blueprints):
    """Blueprints that a scenario brings along."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        super().__init__([], lambda path: documents[str(path)])
        self._documents = documents

    def _find(self, domain: str, path: str) -> Path:
        for candidate in (path, f"{domain}/{path}"):
            if candidate in self._documents:
                return Path(candidate)
        return super()._find(domain, path)
