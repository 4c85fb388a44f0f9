"""One script: a sequence that is called by name (DIALECT 1.5)."""

import logging
from collections.abc import Awaitable, Mapping
from datetime import datetime
from typing import Any, Final

from hub.automation.completion import Completion
from hub.automation.run import Executing, Run
from hub.automation.runner import Runner
from hub.automation.schema.entries import ScriptModel
from hub.automation.steps.compiling import compile_entry
from hub.automation.trace import Trace
from hub.automation.values import compile_value
from hub.automation.world import World
from hub.model.action import Response
from hub.model.context import Context
from hub.model.names import EntityId

SCRIPT_STARTED: Final = "script_started"
_log: Final = logging.getLogger(__name__)


class Script:
    """A script that loaded."""

    def __init__(self, entity_id: EntityId, name: str, model: ScriptModel, world: World, executing: Executing) -> None:
        self.entity_id = entity_id
        self.name = name
        self.model = model
        self.last_triggered: datetime | None = None
        self._world, self._executing = world, executing
        self._variables = [(key, value, compile_value(value, world.templates)) for key, value in model.variables.items()]
        self.runner = Runner(
            entity_id,
            compile_entry(model, model.sequence, "sequence", world),
            world,
            executing,
            mode=model.mode,
            most=model.max,
            max_exceeded=model.max_exceeded,
            keep_traces=model.trace.stored_traces,
            on_change=self.write_state,
        )

    def call(self, data: Mapping[str, Any], context: Context) -> Response | Awaitable[Response]:
        """Run it, and give its end to the caller (action `script.<name>`)."""
        caller = self._executing.run
        stack = caller.stack if caller is not None else ()
        run = self._start(data, context, (*stack, self.entity_id) if caller is not None else (self.entity_id,))
        if run is None:
            return {}
        if caller is not None:
            caller.trace.child(self.entity_id, run.trace.run_id)
        completion: Completion = self.runner.completion(run)
        return completion.take() if completion.done else completion

    def begin(self, data: Mapping[str, Any], context: Context) -> None:
        """Run it without waiting for the end (action `script.turn_on`)."""
        self._start(data, context, (self.entity_id,))

    def write_state(self) -> None:
        """Tell what the script is now."""
        runner = self.runner
        attributes: dict[str, Any] = {"last_triggered": self.last_triggered, "mode": runner.mode, "current": runner.current}
        if runner.mode in ("queued", "parallel"):
            attributes["max"] = runner.most
        if self.model.icon is not None:
            attributes["icon"] = self.model.icon
        attributes["friendly_name"] = self.name
        self._world.states.set(self.entity_id, "on" if runner.current else "off", attributes)

    def _start(self, data: Mapping[str, Any], context: Context, stack: tuple[str, ...]) -> Run | None:
        if self._world.bus.hears(SCRIPT_STARTED):
            self._world.bus.fire(SCRIPT_STARTED, {"name": self.name, "entity_id": self.entity_id}, context)
        variables: dict[str, Any] = dict(data)
        this = self._world.states.get(self.entity_id)
        variables["this"] = None if this is None else this.as_dict()
        trace = Trace(self.entity_id, None, context, self._world.clock.time)
        for name, value, render in self._variables:
            if name not in variables:
                variables[name] = value if render is None else render(variables)
        if self.runner.mode in ("queued", "restart") and stack.count(self.entity_id) > 1:
            _log.warning("%s: disallowed recursion: the script calls itself", self.entity_id)
            trace.end("disallowed_recursion_detected")
            self.runner.traces.refuse(trace)
            return None
        if not self.runner.accepts(trace):
            return None
        variables["context"] = context
        self.last_triggered = self._world.clock.now()
        run = self.runner.start(variables, context, trace, stack)
        if not run.ended:
            self.write_state()
        return run
