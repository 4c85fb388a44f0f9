"""Templates that cannot be compiled."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from hub.bus import Bus
from hub.clock import SystemClock
from hub.config import Position, Problem, position_of, problem_at
from hub.errors import TemplateError
from hub.states import StateMachine
from hub.templates import Templates, is_template

Path = tuple[str | int, ...]


def template_problems(node: Any) -> Iterator[Problem]:
    """Find every template of the node that is none, names an unknown filter, or the like."""
    templates = _nowhere()
    for path, source in _templates_in(node, ()):
        try:
            templates.compile(source).check()
        except TemplateError as error:
            position = position_of(node, path)
            # A template that begins behind `|` or in quotes begins in the line of its key; its own lines count from there.
            line = position.line + max(0, getattr(error, "line", 1) - 1)
            yield problem_at(Position(position.file, line, position.column), f"template: {error}", "template", path=path)


def _templates_in(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, str):
        if is_template(node):
            yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from _templates_in(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _templates_in(value, (*path, index))


@cache
def _nowhere() -> Templates:
    """Return what compiles templates that are never rendered."""
    clock = SystemClock()
    return Templates(states=StateMachine(Bus(clock), clock), clock=clock, zone=ZoneInfo("UTC"))
