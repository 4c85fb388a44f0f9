"""What is wrong with a configuration, and where."""

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import msgspec
from pydantic import ValidationError

from hub.config.findings import Finding, findings
from hub.config.nodes import Position, position_of
from hub.config.valid_names import valid_names
from hub.errors import ConfigError

__all__ = ["InvalidConfiguration", "Problem", "did_you_mean", "explain", "nearest", "position_of", "problem_at"]

Severity = Literal["error", "warning"]

_FEW = 12  # names that can be listed in one line


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str
    code: str
    """Stable, for programs: `unknown-key`, `duplicate-key`, `not-installed` …"""
    severity: Severity = "error"
    path: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class InvalidConfiguration(ConfigError):
    """The configuration has errors; `problems` are all of them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


def problem_at(
    position: Position,
    message: str,
    code: str,
    *,
    severity: Severity = "error",
    path: Sequence[str | int] = (),
) -> Problem:
    """Make the problem that stands at this position."""
    return Problem(position.file, position.line, position.column, message, code, severity, tuple(path))


def nearest(name: str, choices: Iterable[str]) -> str | None:
    """Return the choice that the name was probably meant to be."""
    by_lower = {choice.lower(): choice for choice in sorted(choices, reverse=True)}
    found = difflib.get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[found[0]] if found else None


def did_you_mean(name: str, choices: Iterable[str]) -> str:
    """Return the end of a message that names the nearest choice, if there is one near."""
    meant = nearest(name, choices)
    return f"; did you mean `{meant}`?" if meant is not None else ""


def explain(error: ValidationError, node: object, model: Any = None, prefix: Sequence[str | int] = ()) -> list[Problem]:
    """Say in plain words, with positions, what pydantic found wrong with the loaded node.

    `model` is what the node was validated against (a model or any type), for suggesting names. `prefix` is the path at which the
    node stands in the whole configuration. The values themselves are never shown: they may be secrets.
    """
    found = findings(error, node)
    meant = [_meant(finding, model) for finding in found]
    replaced = {(*finding.path[:-1], name) for finding, name in zip(found, meant, strict=True) if name is not None}
    return [
        _problem(finding, name, model, prefix)
        for finding, name in zip(found, meant, strict=True)
        if finding.code != "missing-key" or (*finding.path, *finding.location[-1:]) not in replaced  # it is there, misspelt
    ]


def _meant(finding: Finding, model: Any) -> str | None:
    if finding.code == "unknown-key":
        # A validator may have moved the key: then it is not found where it was written, only in the location.
        return nearest(str((finding.path or finding.location)[-1]), _valid(finding, model))
    return None if finding.wrong is None else nearest(finding.wrong, finding.choices)


def _problem(finding: Finding, meant: str | None, model: Any, prefix: Sequence[str | int]) -> Problem:
    message = finding.message
    if meant is not None:
        message += f"; did you mean `{meant}`?"
    elif finding.code == "unknown-key" and 0 < len(names := _valid(finding, model)) <= _FEW:
        message += f"; known here: {', '.join(f'`{name}`' for name in names)}"
    return problem_at(finding.position, message, finding.code, path=(*prefix, *finding.path))


def _valid(finding: Finding, model: Any) -> list[str]:
    return valid_names(model, finding.location[:-1], finding.tags)
