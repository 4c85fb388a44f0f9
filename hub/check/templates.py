"""Templates that cannot be compiled, with their place."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hub.automation.spelling import TemplateCheck
from hub.bus import Bus
from hub.clock import SystemClock
from hub.config import Position, Problem, position_of, problem_at
from hub.states import StateMachine
from hub.templates import Templates


def template_problems(node: Any) -> Iterator[Problem]:
    """Find every template of the node that is none, names an unknown filter, or the like."""
    for path, error in _check().wrong(node):
        position = position_of(node, path)
        # A template that begins behind `|` or in quotes begins in the line of its key; its own lines count from there.
        line = position.line + max(0, getattr(error, "line", 1) - 1)
        yield problem_at(Position(position.file, line, position.column), f"template: {error}", "template", path=path)


@cache
def _check() -> TemplateCheck:
    """Return what checks templates that are never rendered."""
    clock = SystemClock()
    return TemplateCheck(Templates(states=StateMachine(Bus(clock), clock), clock=clock, zone=ZoneInfo("UTC")))
