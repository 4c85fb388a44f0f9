"""`hub check`."""

from collections.abc import Sequence
from pathlib import Path

import typer

from hub.cli.options import CONFIG, AsJson, ConfigFile
from hub.cli.root import Problem, Root
from hub.cli.telling import tell_json


def check(context: typer.Context, config: ConfigFile = CONFIG, as_json: AsJson = False) -> None:
    """Check the configuration without connecting to anything; every mistake is told at once."""
    root: Root = context.obj
    problems = root.check(config)
    errors = sum(problem.severity == "error" for problem in problems)
    if as_json:
        tell_json({"problems": [_row(problem) for problem in problems]})
    else:
        for problem in problems:
            colour = "red" if problem.severity == "error" else "yellow"
            where = f"{problem.file}:{problem.line}:{problem.column}:"
            typer.echo(f"{where} {typer.style(_text(problem), fg=colour)}")
        typer.echo(_summary(config, problems, errors))
    raise typer.Exit(1 if errors else 0)


def _text(problem: Problem) -> str:
    return problem.message if problem.severity == "error" else f"warning: {problem.message}"


def _row(problem: Problem) -> dict[str, object]:
    return {name: getattr(problem, name) for name in ("file", "line", "column", "message", "code", "severity")}


def _summary(config: Path, problems: Sequence[Problem], errors: int) -> str:
    if not problems:
        return f"{config}: all is well"
    return f"{config}: {_count(errors, 'error')}, {_count(len(problems) - errors, 'warning')}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
