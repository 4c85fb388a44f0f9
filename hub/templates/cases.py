"""Conformance cases: recorded templates with the results they gave."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.errors import TemplateError
from hub.states import StateMachine
from hub.templates.case_values import restored, restored_state, same, type_name
from hub.templates.engine import Templates
from hub.templates.facts import Facts

_UNITS: Mapping[str, Literal["metric", "us_customary", "metres"]] = {"us_customary": "us_customary", "custom": "metres"}


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that gave something else."""

    id: str
    template: str
    expected: str
    actual: str

    @property
    def message(self) -> str:
        """What was expected and what came, in words."""
        return f"expected {self.expected}, got {self.actual}"


@dataclass(frozen=True, slots=True)
class Report:
    """What running all cases of a file gave."""

    total: int
    failures: tuple[Failure, ...]

    @property
    def passed(self) -> int:
        """How many gave what was recorded."""
        return self.total - len(self.failures)

    def as_dict(self) -> dict[str, Any]:
        """Return the form in which it ends `--json` output."""
        failures = [{"id": failure.id, "message": failure.message} for failure in self.failures]
        return {"passed": self.passed, "failed": len(self.failures), "total": self.total, "failures": failures}


def run_cases(path: Path) -> Report:
    """Run every case of a JSONL file."""
    results = [run_case(case) for case in read_cases(path)]
    return Report(len(results), tuple(failure for failure in results if failure is not None))


def read_cases(path: Path) -> Iterator[Mapping[str, Any]]:
    """Return the cases of a JSONL file, one a line."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def run_case(case: Mapping[str, Any]) -> Failure | None:
    """Render the case's template; None when the result is the one recorded."""
    expected = case["expected"]
    try:
        actual = _render(case)
    except TemplateError as error:
        if "error" in expected:
            return None
        return _failure(case, _shown(expected), f"the error {error}")
    if "error" in expected:
        return _failure(case, f"an error ({expected.get('message')})", f"{type_name(actual)} {actual!r}")
    if type_name(actual) != expected["type"] or not same(actual, restored(expected["value"])):
        return _failure(case, _shown(expected), f"{type_name(actual)} {actual!r}")
    return None


def templates_of(case: Mapping[str, Any]) -> Templates:
    """Return an engine that sees what the case describes."""
    config = case.get("config") or {}
    clock = SimulatedClock(datetime.fromisoformat(case["now"]))
    states = _recorded_states(case.get("states") or ())
    facts = Facts(
        name=config.get("location_name", "Hub"),
        latitude=config.get("latitude", 0.0),
        longitude=config.get("longitude", 0.0),
        units=_UNITS.get(config.get("units", "metric"), "metric"),
    )
    return Templates(states=states, clock=clock, zone=ZoneInfo(config.get("time_zone", "UTC")), facts=facts)


def variables_of(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of the case."""
    return {name: restored(value) for name, value in (case.get("variables") or {}).items()}


def _render(case: Mapping[str, Any]) -> Any:
    options = case.get("options") or {}
    template = templates_of(case).compile(case["template"], limited=bool(options.get("limited")))
    variables = variables_of(case)
    if options.get("parse_result") is False:
        return template.text(variables)
    return template.render(variables)


class _TimeOfWriting(SimulatedClock):
    """The clock of a state machine whose states were written in the past, in any order."""

    moment = 0.0

    def time(self) -> float:
        return self.moment


def _recorded_states(recorded: Iterable[Mapping[str, Any]]) -> StateMachine:
    clock = _TimeOfWriting()
    states = StateMachine(Bus(clock), clock)
    for state in map(restored_state, recorded):
        if state.updated != state.changed:
            clock.moment = state.changed
            states.set(state.entity_id, state.state, {}, state.context)
        clock.moment = state.updated
        states.set(state.entity_id, state.state, state.attributes, state.context)
    return states


def _failure(case: Mapping[str, Any], expected: str, actual: str) -> Failure:
    return Failure(str(case.get("id", "")), case["template"], expected, actual)


def _shown(expected: Mapping[str, Any]) -> str:
    return f"{expected['type']} {restored(expected['value'])!r}"
