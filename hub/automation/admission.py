"""Whether a run may start, beyond what Home Assistant asks: quiet times, rate limits, and one run per key."""

from collections import deque
from collections.abc import Mapping
from typing import Any

from hub.automation.conditions.checks import ConditionError, any_holds
from hub.automation.conditions.compiling import compile_conditions
from hub.automation.schema.entries import AutomationModel
from hub.automation.trace import Trace
from hub.automation.world import World
from hub.errors import TemplateError

_MOST_KEYS = 10_000  # keys whose starts are remembered; beyond that, those are forgotten that started nothing lately


class Admission:
    """The gate of one automation that has one."""

    def __init__(self, model: AutomationModel, world: World) -> None:
        self._clock = world.clock
        self._quiet = compile_conditions(model.x_quiet, "x_quiet", world)
        self._limit = model.x_limit
        self._key = None if model.x_per is None else world.templates.compile(model.x_per.source)
        self._starts: dict[str | None, deque[float]] = {}

    @classmethod
    def of(cls, model: AutomationModel, world: World) -> "Admission | None":
        """Return the gate that a model asks for, if any."""
        asked = model.x_quiet or model.x_limit is not None or model.x_per is not None
        return cls(model, world) if asked else None

    def key(self, variables: Mapping[str, Any]) -> str | None:
        """Return what the run is for: runs with different keys do not know of each other. Raises TemplateError."""
        return None if self._key is None else self._key.text(variables)

    def admits(self, variables: Mapping[str, Any], key: str | None, trace: Trace) -> bool:
        """Tell whether a run may start now; why not stands in the trace."""
        if self._quiet and self._is_quiet(variables, trace):
            trace.end("failed_quiet")
            return False
        if self._limit is not None and not self._within_limit(key):
            trace.end("failed_limit")
            return False
        return True

    def _is_quiet(self, variables: Mapping[str, Any], trace: Trace) -> bool:
        try:
            return any_holds(self._quiet, variables, trace.conditions)
        except (ConditionError, TemplateError):
            return False  # what cannot be judged keeps nobody quiet

    def _within_limit(self, key: str | None) -> bool:
        if self._limit is None:
            return True
        now = self._clock.monotonic()
        since = now - self._limit.per.total_seconds()
        if len(self._starts) >= _MOST_KEYS:
            self._starts = {one: starts for one, starts in self._starts.items() if starts and starts[-1] > since}
        starts = self._starts.setdefault(key, deque())
        while starts and starts[0] <= since:
            starts.popleft()
        if len(starts) >= self._limit.most:
            return False
        starts.append(now)
        return True
