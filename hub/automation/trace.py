"""Traces: what a run did, step by step.

While a run runs, a trace only collects tuples; the readable form is made when somebody asks.
"""

import itertools
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from hub.automation.conditions.checks import Record, Seen
from hub.model.context import Context

_PER_PATH: Final = 20  # entries kept of a step that is repeated (DIALECT 10.5)
_MANY: Final = 400  # entries after which repeated ones are thinned
_BEGINNING: Final = ("turn_on", "turn_off", "toggle", "reload")  # actions on scripts that do not wait for their end
_TARGETS: Final = frozenset({"entity_id", "device_id", "area_id", "floor_id", "label_id"})
_NUMBERS = itertools.count(1)


class Called(msgspec.Struct, frozen=True):
    """What a step called."""

    name: str
    data: Mapping[Any, Any]


class Fired(msgspec.Struct, frozen=True):
    """What a step fired."""

    event_type: str
    data: Mapping[Any, Any]


class Entry(msgspec.Struct):
    """One step that was done."""

    path: str
    time: float
    result: Any = None
    error: str | None = None
    changed: dict[str, Any] | None = None
    child: tuple[str, int] | None = None
    """The script whose run the step started, and the number of that run."""


class Trace:
    """What one run did."""

    __slots__ = (
        "_clock",
        "conditions",
        "context",
        "entries",
        "error",
        "finished",
        "item",
        "outcome",
        "run_id",
        "started",
        "step",
        "trigger",
        "variables",
    )

    def __init__(self, item: str, trigger: dict[str, Any] | None, context: Context, clock: Callable[[], float]) -> None:
        self.item = item
        self.trigger = trigger
        self.context = context
        self._clock = clock
        self.started = clock()
        self.finished: float | None = None
        self.conditions: Record = []
        self.entries: list[Entry] = []
        self.step = Entry("", self.started)
        """The step that `result`, `changed` and `fail` speak of: the one that began last, or goes on after a wait."""
        self.outcome: str | None = None
        self.error: str | None = None
        self.variables: dict[str, Any] | None = None
        self.run_id = next(_NUMBERS)

    def add(self, path: str, result: Any = None) -> None:
        """Say that a step begins."""
        if len(self.entries) >= _MANY:
            self._thin()
        self.step = Entry(path, self._clock(), result)
        self.entries.append(self.step)

    def note(self, path: str, result: Any) -> None:
        """Say what came of a part of the step, such as a condition that it asked."""
        step = self.step
        self.add(path, result)
        self.step = step

    def result(self, result: Any) -> None:
        """Say what came of the step."""
        self.step.result = result

    def changed(self, variables: dict[str, Any]) -> None:
        """Say which variables the step set."""
        self.step.changed = variables

    def child(self, item: str, run_id: int) -> None:
        """Say that the step started a run of a script."""
        self.step.child = item, run_id

    def fail(self, error: BaseException) -> None:
        """Say that the step failed."""
        self.step.error = str(error) or type(error).__name__

    def end(self, outcome: str, error: BaseException | None = None) -> None:
        """Say how the run ended."""
        self.finished = self._clock()
        self.outcome = outcome
        self.error = None if error is None else str(error)

    def _thin(self) -> None:
        counts: dict[str, int] = {}
        kept = []
        for entry in reversed(self.entries):
            counts[entry.path] = counts.get(entry.path, 0) + 1
            if counts[entry.path] <= _PER_PATH:
                kept.append(entry)
        self.entries = kept[::-1]

    @property
    def refusal(self) -> str | None:
        """Why the run did not start, in words; None when it did."""
        if self.outcome == "failed_conditions":
            return _first_refusal(self.conditions)
        if self.outcome in ("failed_single", "failed_max_runs"):
            return "it was already running" if self.outcome == "failed_single" else "too many runs were under way"
        if self.outcome in ("failed_limit", "failed_quiet"):
            return "too many runs started lately" if self.outcome == "failed_limit" else "it was a quiet time"
        return None

    def as_dict(self) -> dict[str, Any]:
        """Return Home Assistant's shape: `trace` maps each path to what happened there."""
        steps: dict[str, list[dict[str, Any]]] = {}
        if self.trigger is not None:
            steps[f"trigger/{self.trigger.get('idx', 0)}"] = [
                {
                    "path": f"trigger/{self.trigger.get('idx', 0)}",
                    "timestamp": _iso(self.started),
                    "changed_variables": {"trigger": self.trigger},
                }
            ]
        for seen in self.conditions:
            steps.setdefault(seen.path, []).append(
                {"path": seen.path, "timestamp": _iso(self.started), "result": _judgement(seen)}
            )
        for entry in self.entries:
            steps.setdefault(entry.path, []).append(_entry(entry))
        return {
            **self.summary(),
            "trace": steps,
            "context": self.context.as_dict(),
        }

    def summary(self) -> dict[str, Any]:
        """Return what a list of traces shows."""
        domain, _, object_id = self.item.partition(".")
        return {
            "domain": domain,
            "item_id": object_id,
            "run_id": str(self.run_id),
            "state": "running" if self.finished is None else "stopped",
            "script_execution": self.outcome,
            "last_step": self.entries[-1].path if self.entries else None,
            "error": self.error,
            "refusal": self.refusal,
            "trigger": None if self.trigger is None else self.trigger.get("description"),
            "timestamp": {"start": _iso(self.started), "finish": None if self.finished is None else _iso(self.finished)},
        }


class Traces:
    """The last runs of one automation or script, and apart from them the last that did not start."""

    __slots__ = ("_most", "_refused", "_runs")

    def __init__(self, most: int) -> None:
        self._most = most
        # An empty deque takes most of a kilobyte, and most automations never refuse.
        self._runs: deque[Trace] | None = None
        self._refused: deque[Trace] | None = None

    @property
    def runs(self) -> Sequence[Trace]:
        """Those that ran or are running, the newest last."""
        return self._runs or ()

    @property
    def refused(self) -> Sequence[Trace]:
        """Those that did not start, the newest last."""
        return self._refused or ()

    def keep(self, trace: Trace) -> None:
        """Keep the trace of a run that starts."""
        if self._runs is None:
            self._runs = deque(maxlen=self._most)
        self._runs.append(trace)

    def refuse(self, trace: Trace) -> None:
        """Keep the trace of a run that does not start."""
        if self._refused is None:
            self._refused = deque(maxlen=self._most)
        self._refused.append(trace)


def _first_refusal(record: Record) -> str:
    """Say which condition of the list was the first that did not hold, and why."""
    for seen in record:
        _, _, number = seen.path.partition("/")
        if number.isdigit() and seen.error is not None:
            return f"condition {int(number) + 1} could not be judged: {seen.error}"
        if number.isdigit() and seen.result is False:
            return f"condition {int(number) + 1} was false{_why(seen, record)}"
    return "a condition did not hold"


def _why(top: Seen, record: Record) -> str:
    parts = (seen for seen in record if seen.path.startswith(f"{top.path}/") and seen.result is False and seen.observed)
    seen = top if top.observed else next(parts, top)
    if not seen.observed:
        return ""
    what, value = seen.observed
    return f": {what} was {value}, needs {seen.wanted}"


def _judgement(seen: Seen) -> dict[str, Any]:
    found: dict[str, Any] = {"result": seen.result}
    if seen.observed:
        found.update(observed=seen.observed[1], of=seen.observed[0], wanted=seen.wanted)
    if seen.error:
        found["error"] = seen.error
    return found


def _entry(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"path": entry.path, "timestamp": _iso(entry.time)}
    if entry.result is not None:
        found["result"] = _readable(entry.result)
    if entry.changed:
        found["changed_variables"] = entry.changed
    if entry.error is not None:
        found["error"] = entry.error
    if entry.child is not None:
        domain, _, object_id = entry.child[0].partition(".")
        found["child_id"] = {"domain": domain, "item_id": object_id, "run_id": str(entry.child[1])}
    return found


def _readable(result: Any) -> Any:
    match result:
        case Called(name, data):
            domain, _, action = name.partition(".")
            target = {key: value for key, value in data.items() if key in _TARGETS}
            rest = {key: value for key, value in data.items() if key not in _TARGETS}
            params = {"domain": domain, "service": action, "service_data": rest, "target": target}
            return {"params": params, "running_script": domain == "script" and action not in _BEGINNING}
        case Fired(event_type, data):
            return {"event": event_type, "event_data": data}
        case [*_, Seen() as last]:
            return _judgement(last)
        case _:
            return result


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
