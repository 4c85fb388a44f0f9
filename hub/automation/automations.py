"""All automations and scripts: loading, reloading, and the actions on them."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from hub.automation.automation import Automation
from hub.automation.reading import Definition, ScriptDefinition
from hub.automation.run import Executing
from hub.automation.script import Script
from hub.automation.spelling import TemplateCheck
from hub.automation.trace import Traces
from hub.automation.world import World
from hub.config import position_of
from hub.errors import BadActionData, HubError
from hub.model.action import Action, ActionCall, Answer, Effect, Handler, Parameter, Response
from hub.model.names import EntityId, slugify
from hub.model.state import UNAVAILABLE

AUTOMATION_RELOADED: Final = "automation_reloaded"
_STOP_ACTIONS: Final = Parameter(name="stop_actions", description="Whether to end their runs.", default=True, type="boolean")
_SKIP_CONDITION: Final = Parameter(
    name="skip_condition", description="Whether to pass over the conditions.", default=True, type="boolean"
)
_VARIABLES: Final = Parameter(name="variables", description="Variables of the run.", type="mapping")
_log: Final = logging.getLogger(__name__)


class Names(Protocol):
    """Gives entities their lasting ids."""

    def __call__(self, domain: str, unique_id: str | None, suggested: str, name: str) -> EntityId:
        """Return the id of the entity with this unique id, or a free one like the suggested."""


class Remembered(Protocol):
    """What was known of an automation before the restart."""

    def __call__(self, entity_id: EntityId) -> tuple[bool, datetime | None] | None:
        """Return whether it was on and when it last ran."""


class _Source(msgspec.Struct, frozen=True):
    """What an automation or script was made of."""

    name: str
    raw: Mapping[Any, Any]
    is_valid: bool


class Automations:
    """The automations and scripts that are loaded."""

    def __init__(
        self,
        world: World,
        names: Names,
        remembered: Remembered = lambda _: None,
        reload: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._world, self._names, self._remembered = world, names, remembered
        self._reload = reload
        self._executing = Executing()
        self._templates = TemplateCheck(world.templates)
        self.automations: dict[EntityId, Automation] = {}
        self.scripts: dict[EntityId, Script] = {}
        self._sources: dict[EntityId, _Source] = {}
        self._withdraw: dict[EntityId, Callable[[], None]] = {}
        self._left: dict[EntityId, tuple[bool, datetime | None]] = {}  # what automations were when they were unloaded
        self._offers_scripts = False
        self._offer_actions()

    # ---------------------------------------------------------------------------------------------------------------- loading

    def load(self, automations: Iterable[Definition], scripts: Sequence[ScriptDefinition] = ()) -> None:
        """Make these the ones that are loaded; what did not change goes on undisturbed."""
        wanted: set[str] = set()
        if scripts and not self._offers_scripts:
            self._offers_scripts = True
            self.offer_script_actions()
        for script in scripts:
            entity_id = EntityId(f"script.{script.object_id}")
            wanted.add(entity_id)
            self._renew(entity_id, script)
        for automation in automations:
            entity_id = self._automation_id(automation, wanted)
            if entity_id in wanted:
                _log.error("%s is not loaded: its id %r is that of %s already", automation.name, automation.id, entity_id)
                continue
            wanted.add(entity_id)
            self._renew(entity_id, automation)
        for entity_id in [known for known in self._sources if known not in wanted]:
            self._unload(entity_id, gone=True)

    def start(self) -> None:
        """Arm everything that was loaded and is on."""
        for automation in self.automations.values():
            automation.arm()

    async def close(self) -> None:
        """Disarm everything and end all runs."""
        for automation in self.automations.values():
            automation.close()
        for script in self.scripts.values():
            script.runner.stop()
        await self._world.tasks.close()

    def traces(self, entity_id: str) -> Traces | None:
        """Return the traces of an automation or script."""
        known = self.automations.get(EntityId(entity_id)) or self.scripts.get(EntityId(entity_id))
        return None if known is None else known.runner.traces

    def with_id(self, written: str) -> EntityId | None:
        """Return the automation that has this `id:`."""
        return next((entity_id for entity_id, source in self._sources.items() if str(source.raw.get("id")) == written), None)

    def _automation_id(self, definition: Definition, taken: set[str]) -> EntityId:
        suggested = slugify(definition.name)
        if definition.id is not None:
            return self._names(definition.domain, definition.id, suggested, definition.name)
        entity_id, number = self._names(definition.domain, None, suggested, definition.name), 2
        while entity_id in taken:
            entity_id = self._names(definition.domain, None, f"{suggested}_{number}", definition.name)
            number += 1
        return entity_id

    def _renew(self, entity_id: EntityId, definition: Definition | ScriptDefinition) -> None:
        known = self._sources.get(entity_id)
        if known is not None:
            if known.is_valid and definition.model is not None and known.name == definition.name and known.raw == definition.raw:
                return
            self._unload(entity_id, gone=False)
        self._load(entity_id, definition)

    def _load(self, entity_id: EntityId, definition: Definition | ScriptDefinition) -> None:
        self._sources[entity_id] = _Source(definition.name, definition.raw, definition.model is not None)
        try:
            if definition.model is None:
                raise HubError("; ".join(map(str, definition.problems)) or "it is invalid")
            for path, error in self._templates.wrong(definition.raw):
                raise HubError(f"{position_of(definition.raw, path)}: template: {error}")
            if isinstance(definition, Definition):
                self._load_automation(entity_id, definition)
            else:
                self._load_script(entity_id, definition)
        except HubError as error:
            _log.error("%s (%s) is not loaded: %s", entity_id, definition.name, error)
            attributes: dict[str, Any] = {"friendly_name": definition.name}
            if isinstance(definition, Definition) and definition.id is not None:
                attributes["id"] = definition.id
            self._world.states.set(entity_id, UNAVAILABLE, attributes)

    def _load_automation(self, entity_id: EntityId, definition: Definition) -> None:
        if definition.model is None:
            return
        automation = Automation(entity_id, definition.name, definition.model, definition.raw, self._world, self._executing)
        self.automations[entity_id] = automation
        remembered = self._recall(entity_id)
        if remembered is not None:
            automation.last_triggered = remembered[1]
        on = automation.initial_state
        if on is None:
            on = True if remembered is None else remembered[0]
        automation.be(on=on)
        if self._world.lifecycle.started:
            automation.arm()

    def _recall(self, entity_id: EntityId) -> tuple[bool, datetime | None] | None:
        return self._left.get(entity_id) or self._remembered(entity_id)

    def _load_script(self, entity_id: EntityId, definition: ScriptDefinition) -> None:
        if definition.model is None:
            return
        script = Script(entity_id, definition.name, definition.model, self._world, self._executing)
        self.scripts[entity_id] = script
        script.write_state()
        self._withdraw[entity_id] = self._world.actions.offer(
            Action(
                domain="script",
                name=definition.object_id,
                handler=lambda call: script.call(call.data, call.context),
                description=definition.model.description or "",
                answer=Answer.OPTIONAL,
            )
        )

    def _unload(self, entity_id: EntityId, *, gone: bool) -> None:
        del self._sources[entity_id]
        automation = self.automations.pop(entity_id, None)
        if automation is not None:
            self._left[entity_id] = (automation.is_on, automation.last_triggered)
            automation.turn_off()
        script = self.scripts.pop(entity_id, None)
        if script is not None:
            script.runner.stop()
            self._withdraw.pop(entity_id)()
        if gone:
            self._world.states.remove(entity_id)

    # ---------------------------------------------------------------------------------------------------------------- actions

    def _offer_actions(self) -> None:
        self._offer("automation", "turn_on", self._turn_on, "Arm the triggers of automations.")
        self._offer("automation", "turn_off", self._turn_off, "Disarm automations, and end their runs.", _STOP_ACTIONS)
        self._offer("automation", "toggle", self._toggle, "Arm automations that are off, and disarm those that are on.")
        self._offer("automation", "trigger", self._trigger, "Run automations now.", _SKIP_CONDITION, _VARIABLES)
        self._offer("automation", "reload", self._reload_all, "Read the automations again.", targets=False)

    def offer_script_actions(self) -> None:
        """Offer the actions on scripts; `load` does it when there are scripts."""
        self._offer("script", "turn_on", self._script_turn_on, "Run scripts, without waiting for their end.", _VARIABLES)
        self._offer("script", "turn_off", self._script_turn_off, "End the runs of scripts.")
        self._offer("script", "toggle", self._script_toggle, "Run scripts that do not run, and end those that do.")
        self._offer("script", "reload", self._reload_all, "Read the scripts again.", targets=False)

    def _offer(
        self, domain: str, name: str, handler: Handler, description: str, *parameters: Parameter, targets: bool = True
    ) -> None:
        action = Action(
            domain=domain,
            name=name,
            handler=handler,
            description=description,
            parameters=parameters,
            targets=targets,
            effect=Effect.IDEMPOTENT,
            admin=name == "reload",
        )
        self._world.actions.offer(action)

    def _meant(self, call: ActionCall) -> list[Automation]:
        return [self.automations[entity_id] for entity_id in self._targets(call) if entity_id in self.automations]

    def _meant_scripts(self, call: ActionCall) -> list[Script]:
        return [self.scripts[entity_id] for entity_id in self._targets(call) if entity_id in self.scripts]

    def _targets(self, call: ActionCall) -> Sequence[EntityId]:
        if call.data.get("entity_id") == "all":
            return [*self.automations, *self.scripts]
        found = self._world.targets(call.data)
        for entity_id in found:
            if entity_id not in self.automations and entity_id not in self.scripts:
                _log.warning("%s.%s: there is no %s", call.domain, call.name, entity_id)
        return found

    def _turn_on(self, call: ActionCall) -> None:
        for automation in self._meant(call):
            automation.turn_on()

    def _turn_off(self, call: ActionCall) -> None:
        for automation in self._meant(call):
            automation.turn_off(stop_actions=bool(call.data.get("stop_actions", True)))

    def _toggle(self, call: ActionCall) -> None:
        for automation in self._meant(call):
            if automation.is_on:
                automation.turn_off()
            else:
                automation.turn_on()

    def _trigger(self, call: ActionCall) -> None:
        variables = call.data.get("variables") or {}
        if not isinstance(variables, Mapping):
            raise BadActionData("variables must be a mapping of names to values")
        for automation in self._meant(call):
            automation.trigger(variables, call.context, skip_condition=bool(call.data.get("skip_condition", True)))

    def _reload_all(self, call: ActionCall) -> Awaitable[Response] | None:
        del call
        return None if self._reload is None else self._reloaded(self._reload)

    async def _reloaded(self, reload: Callable[[], Awaitable[None]]) -> Response:
        await reload()
        self._world.bus.fire(AUTOMATION_RELOADED)
        return None

    def _script_turn_on(self, call: ActionCall) -> None:
        for script in self._meant_scripts(call):
            script.begin(call.data.get("variables") or {}, call.context)

    def _script_turn_off(self, call: ActionCall) -> None:
        for script in self._meant_scripts(call):
            script.runner.stop()

    def _script_toggle(self, call: ActionCall) -> None:
        for script in self._meant_scripts(call):
            if script.runner.current:
                script.runner.stop()
            else:
                script.begin(call.data.get("variables") or {}, call.context)
