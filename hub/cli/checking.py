"""`hub check`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import CONFIG, AsJson, ConfigFile
from hub.cli.root import Problem, Root
from hub.cli.telling import tell_json


def check(
    context: typer.Context,
    config: ConfigFile = CONFIG,
    as_json: AsJson = False,
    corpus: Annotated[
        Path | None, typer.Option(help="Judge other people's files instead (JSONL), and compare the verdicts.")
    ] = None,
    least: Annotated[float, typer.Option(help="Percent of the verdicts that must agree.", min=0, max=100)] = 100,
) -> None:
    """Check the configuration without connecting to anything; every mistake is told at once."""
    if corpus is not None:
        _judge(corpus, as_json, least)
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


def _judge(corpus: Path, as_json: bool, least: float) -> None:
    from hub.check.corpus import judge_corpus

    verdicts = list(judge_corpus(corpus))
    wrong = [verdict for verdict in verdicts if not verdict.right]
    said = {verdict.id: "; ".join(map(str, verdict.problems)) or "it was accepted" for verdict in wrong}
    if as_json:
        failures = [{"id": item, "message": message} for item, message in said.items()]
        tell_json({"passed": len(verdicts) - len(wrong), "failed": len(wrong), "total": len(verdicts), "failures": failures})
    else:
        for item, message in said.items():
            typer.echo(f"{item}: {message}")
        accepted = sum(verdict.accepted for verdict in verdicts)
        typer.echo(f"{accepted} accepted, {len(verdicts) - accepted} refused, {len(wrong)} wrong, {len(verdicts)} in all")
    raise typer.Exit(1 if len(wrong) * 100 > len(verdicts) * (100 - least) else 0)


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
