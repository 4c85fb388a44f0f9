"""The steps that neither wait nor branch: event, variables, condition, stop."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from hub.automation.conditions.checks import ConditionError, Record
from hub.automation.conditions.compiling import compile_condition
from hub.automation.run import Abort, ConditionFailed, Stopped, Strand
from hub.automation.schema.steps import ConditionStep, EventStep, StopStep, VariablesStep
from hub.automation.steps.step import CompiledStep
from hub.automation.trace import Fired
from hub.automation.values import compile_value
from hub.automation.world import World
from hub.errors import TemplateError

_log: Final = logging.getLogger(__name__)


class Fire(CompiledStep):
    """Fires an event."""

    __slots__ = ("_bus", "_event_type", "_parts")

    def __init__(self, model: EventStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._bus = world.bus
        self._event_type = model.event
        self._parts = [
            (part, compile_value(part, world.templates)) for part in (model.event_data, model.event_data_template) if part
        ]

    def execute(self, strand: Strand) -> object:
        """Fire; data that cannot be rendered is left out."""
        data: dict[str, Any] = {}
        for part, render in self._parts:
            try:
                found = part if render is None else render(strand.variables)
            except TemplateError as error:
                _log.error(
                    "%s: event %s is fired without data that cannot be rendered: %s", strand.run.owner, self._event_type, error
                )
                continue
            if isinstance(found, Mapping):
                data.update(found)
        strand.run.trace.result(Fired(self._event_type, data))
        self._bus.fire(self._event_type, data, strand.run.context)
        return None


class Assign(CompiledStep):
    """Gives names to values, one after the other."""

    __slots__ = ("_entries",)

    def __init__(self, model: VariablesStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._entries = [(name, value, compile_value(value, world.templates)) for name, value in model.variables.items()]

    def execute(self, strand: Strand) -> object:
        """Render each value; later ones see earlier ones."""
        changed = {}
        for name, value, render in self._entries:
            changed[name] = found = value if render is None else render(strand.variables)
            strand.assign(name, found)
        strand.run.trace.changed(changed)
        return None


class Require(CompiledStep):
    """Goes on only if a condition holds."""

    __slots__ = ("_check",)

    def __init__(self, model: ConditionStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._check = compile_condition(model.condition, path, world)

    def execute(self, strand: Strand) -> object:
        """Judge; an error counts as no."""
        record: Record = []
        try:
            holds = self._check(strand.variables, record)
        except (ConditionError, TemplateError) as error:
            _log.warning("%s: %s: the condition cannot be judged: %s", strand.run.owner, self.path, error)
            strand.run.trace.fail(error)
            raise ConditionFailed from error
        strand.run.trace.result(record)
        if holds is False:
            raise ConditionFailed
        return None


class Stop(CompiledStep):
    """Ends the run."""

    __slots__ = ("_error", "_reason", "_response_variable")

    def __init__(self, model: StopStep, path: str, world: World) -> None:
        super().__init__(model, path, world)
        self._reason = model.stop or ""
        self._error = model.error
        self._response_variable = model.response_variable

    def execute(self, strand: Strand) -> object:
        """Say how the run ends."""
        response = None
        if self._response_variable is not None:
            if self._response_variable not in strand.variables:
                raise Abort(f"the response variable {self._response_variable} is not defined")
            response = strand.variables[self._response_variable]
        strand.run.trace.result({"stop": self._reason, "error": self._error})
        raise Stopped(self._reason, response, self._error)


class Nothing(CompiledStep):
    """Does nothing: what the step stands for does not exist here."""

    __slots__ = ()

    def execute(self, strand: Strand) -> object:
        """Go on."""
        del strand
        return None
