"""Trigger-based template entities: rendered when a trigger fires, after the actions of the block."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from hub.automation.conditions.checks import passes
from hub.automation.conditions.compiling import compile_conditions
from hub.automation.run import Executing, Run
from hub.automation.steps.compiling import compile_block
from hub.automation.trace import Trace
from hub.automation.triggers.attaching import attach_all
from hub.automation.values import Render, render_of
from hub.automation.world import World
from hub.bus import Cancel
from hub.errors import HubError
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import UNAVAILABLE, UNKNOWN, State
from hub.virtual.template.faces import Face, face_of
from hub.virtual.template.parts import Parts
from hub.virtual.template.schema import BinarySensorModel, BlockFields, SensorModel

_log: Final = logging.getLogger(__name__)
_NONE: Final[Mapping[str, Any]] = {}


class TriggeredEntity:
    """A sensor or binary sensor that is what it was when a trigger last fired."""

    def __init__(self, entity_id: EntityId, model: SensorModel | BinarySensorModel, world: World) -> None:
        self.entity_id = entity_id
        self._world = world
        self._parts = Parts(model, world.templates, self._this)
        self._face: Face = face_of(entity_id, model, world, each_time=True)

    def begin(self, last: State | None) -> None:
        """Be what it was before the restart, or unknown."""
        if last is not None and last.state not in (UNKNOWN, UNAVAILABLE):
            self._face.restore(last)
        self._face.write(None)

    def take(self, variables: Mapping[str, Any], context: Context | None) -> None:
        """Render with what the trigger and the actions gave; when a template fails, the entity is unavailable."""
        rendered, _ = self._parts.render_tracked(variables)
        rendered.available = rendered.available and not rendered.failed
        self._face.show(rendered, context)

    def end(self) -> None:
        """Change no more."""
        self._face.close()

    def _this(self) -> Mapping[str, Any] | None:
        state = self._world.states.get(self.entity_id)
        return None if state is None else state.as_dict()


class TriggeredBlock:
    """The triggers, conditions and actions that several entities share."""

    def __init__(self, place: str, model: BlockFields, entities: Sequence[TriggeredEntity], world: World) -> None:
        self._place, self._model, self._world = place, model, world
        self.entities = entities
        self._checks = compile_conditions(model.conditions, "condition", world)
        self._steps = compile_block(model.actions, "action", world) if model.actions else None
        self._variables: dict[str, Render] = {name: render_of(value, world.templates) for name, value in model.variables.items()}
        self._executing = Executing()
        self._runs: dict[Run, None] = {}
        self._attached: list[Cancel] = []

    def start(self) -> None:
        """Arm the triggers."""
        self._attached = attach_all(self._model.triggers or (), _NONE, self._world, self._on_trigger, self._place)

    def end(self) -> None:
        """Disarm the triggers and end what runs."""
        for cancel in self._attached:
            cancel()
        self._attached = []
        for run in list(self._runs):
            run.cancel()

    def _on_trigger(self, trigger: dict[str, Any], context: Context | None, own: Mapping[str, Any] = _NONE, /) -> None:
        variables: dict[str, Any] = {**own, "trigger": trigger}
        try:
            for name, render in self._variables.items():
                variables.setdefault(name, render(variables))
        except HubError as error:
            _log.error("%s: variables: %s", self._place, error)
            return
        trace = Trace(self._place, trigger, Context.new(context), self._world.clock.time)
        if self._checks and not passes(self._checks, variables, trace.conditions, self._place):
            return
        if self._steps is None:
            self._update(variables, context)
            return
        run = Run(
            self._place, self._steps, variables, trace.context, trace, self._executing, self._world.tasks, (),
            partial(self._ended, context),
        )  # fmt: skip
        self._runs[run] = None
        run.begin()

    def _ended(self, context: Context | None, run: Run) -> None:
        self._runs.pop(run, None)
        if run.error is not None:
            _log.error("%s: %s", self._place, run.error)
        elif run.outcome != "cancelled":
            self._update(run.variables, context)

    def _update(self, variables: Mapping[str, Any], context: Context | None) -> None:
        for entity in self.entities:
            entity.take(variables, context)
