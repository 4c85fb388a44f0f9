"""One automation: triggers, conditions, and the runs that they begin (DIALECT 1)."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from hub.automation.admission import Admission
from hub.automation.conditions.checks import passes
from hub.automation.conditions.compiling import compile_conditions
from hub.automation.run import Executing
from hub.automation.runner import Runner
from hub.automation.schema.entries import AutomationModel
from hub.automation.steps.compiling import compile_entry
from hub.automation.trace import Trace
from hub.automation.triggers.attaching import attach_all
from hub.automation.values import compile_value
from hub.automation.world import World
from hub.bus import Cancel
from hub.errors import HubError, TemplateError
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import State

AUTOMATION_TRIGGERED: Final = "automation_triggered"
_log: Final = logging.getLogger(__name__)
_NO_VARIABLES: Final[Mapping[str, Any]] = {}
_MAY_USE_THIS: Final = ("this", "import", "include")  # words in whose absence no template can ask for `this`


class Automation:
    """An automation that loaded."""

    __slots__ = (
        "_admission",
        "_attached",
        "_checks",
        "_id",
        "_trigger_values",
        "_triggers",
        "_variables",
        "_wants_this",
        "_world",
        "entity_id",
        "initial_state",
        "is_on",
        "last_triggered",
        "name",
        "runner",
    )

    def __init__(
        self,
        entity_id: EntityId,
        name: str,
        model: AutomationModel,
        raw: Mapping[Any, Any],
        world: World,
        executing: Executing,
    ) -> None:
        self.entity_id = entity_id
        self.name = name
        # Only what is needed again is kept of the model: what it says of conditions and actions weighs more than all the rest.
        self._id = model.id
        self._triggers = model.triggers
        self._trigger_values = model.trigger_variables
        self.initial_state = model.initial_state
        self.is_on = False
        self.last_triggered: datetime | None = None
        self._world = world
        self._attached: list[Cancel] = []
        self._checks = compile_conditions(model.conditions, "condition", world)
        self._variables = _entries({**model.trigger_variables, **model.variables}, world)
        self._admission = Admission.of(model, world)
        text = repr(raw)
        self._wants_this = any(word in text for word in _MAY_USE_THIS)
        self.runner = Runner(
            entity_id,
            compile_entry(model, model.actions, "action", world),
            world,
            executing,
            mode=model.mode,
            most=model.max,
            max_exceeded=model.max_exceeded,
            keep_traces=model.trace.stored_traces,
            on_change=self.write_state,
        )

    def turn_on(self) -> None:
        """Arm the triggers."""
        if self.is_on:
            return
        self.be(on=True)
        self.arm()

    def be(self, *, on: bool) -> None:
        """Say whether it is on; its triggers are armed by `arm`, when the hub has started."""
        self.is_on = on
        self.write_state()

    def arm(self) -> None:
        """Arm the triggers, if it is on and they are not armed."""
        variables = self._trigger_variables() if self.is_on and not self._attached else None
        if variables is not None:
            self._attached = attach_all(self._triggers, variables, self._world, self._on_trigger, self.entity_id)

    def turn_off(self, *, stop_actions: bool = True) -> None:
        """Disarm the triggers, and end the runs unless they are to go on."""
        self.is_on = False
        self._disarm()
        if stop_actions:
            self.runner.stop()
        self.write_state()

    def close(self) -> None:
        """Disarm the triggers and end the runs, but do not say that it is off: the hub stops, and goes on after its restart."""
        self._disarm()
        self.runner.stop()

    def trigger(self, variables: Mapping[str, Any], context: Context | None, *, skip_condition: bool = True) -> None:
        """Run by hand."""
        trigger: dict[str, Any] = {"platform": None}
        self._begin({**variables, "trigger": trigger}, trigger, context, skip_condition=skip_condition)

    def write_state(self) -> None:
        """Tell what the automation is now."""
        runner = self.runner
        attributes: dict[str, Any] = {}
        if self._id is not None:
            attributes["id"] = self._id
        attributes["last_triggered"] = self.last_triggered
        attributes["mode"] = runner.mode
        attributes["current"] = len(runner.runs)
        if runner.mode in ("queued", "parallel"):
            attributes["max"] = runner.most
        attributes["friendly_name"] = self.name
        self._world.states.set(self.entity_id, "on" if self.is_on else "off", attributes)

    def _disarm(self) -> None:
        for cancel in self._attached:
            cancel()
        self._attached = []

    def _trigger_variables(self) -> dict[str, Any] | None:
        variables: dict[str, Any] = {"this": self._this()} if self._wants_this else {}
        try:
            for name, value in self._trigger_values.items():
                render = compile_value(value, self._world.templates, limited=True)
                variables[name] = value if render is None else render(variables)
        except HubError as error:
            _log.error("%s: trigger_variables: %s: no trigger is armed", self.entity_id, error)
            return None
        return variables

    def _this(self) -> dict[str, Any] | None:
        state: State | None = self._world.states.get(self.entity_id)
        return None if state is None else state.as_dict()

    def _on_trigger(self, trigger: dict[str, Any], context: Context | None, own: Mapping[str, Any] = _NO_VARIABLES, /) -> None:
        if not self.is_on:
            return
        try:
            self._begin({**own, "trigger": trigger}, trigger, context, skip_condition=False)
        except Exception:
            _log.exception("%s: the run is abandoned", self.entity_id)

    def _begin(self, variables: dict[str, Any], trigger: dict[str, Any], parent: Context | None, *, skip_condition: bool) -> None:
        context = Context.new(parent)
        if self._wants_this:
            variables["this"] = self._this()
        trace = Trace(self.entity_id, trigger, context, self._world.clock.time)
        try:
            for name, value, render in self._variables:
                if name not in variables:
                    variables[name] = value if render is None else render(variables)
        except HubError as error:
            _log.error("%s: variables: %s", self.entity_id, error)
            trace.end("error", error)
            self.runner.traces.refuse(trace)
            return
        if self._checks and not skip_condition and not passes(self._checks, variables, trace.conditions, self.entity_id):
            trace.end("failed_conditions")
            self.runner.traces.refuse(trace)
            return
        key = None
        if self._admission is not None:
            try:
                key = self._admission.key(variables)
            except TemplateError as error:
                _log.error("%s: x_per: %s", self.entity_id, error)
            if not skip_condition and not self._admission.admits(variables, key, trace):
                self.runner.traces.refuse(trace)
                return
        if self.runner.accepts(trace, key):
            self._run(variables, trigger, context, trace, key)

    def _run(self, variables: dict[str, Any], trigger: dict[str, Any], context: Context, trace: Trace, key: str | None) -> None:
        world = self._world
        self.last_triggered = world.clock.now()
        if world.bus.hears(AUTOMATION_TRIGGERED):
            data = {"name": self.name, "entity_id": self.entity_id, "source": trigger.get("description")}
            world.bus.fire(AUTOMATION_TRIGGERED, data, context)
        variables["context"] = context
        run = self.runner.start(variables, context, trace, key=key)
        if not run.ended:
            self.write_state()


def _entries(variables: Mapping[str, Any], world: World) -> list[tuple[str, Any, Callable[[Mapping[str, Any]], Any] | None]]:
    return [(name, value, compile_value(value, world.templates)) for name, value in variables.items()]
