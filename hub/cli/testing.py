"""`hub test` and `hub template`: automations and templates held against what is expected of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from hub.cli.options import AsJson
from hub.cli.telling import tell_json, without_log


class Outcome(Protocol):
    """How one scenario or case went."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def message(self) -> str:
        """What differs; empty when nothing does."""


def test(
    paths: Annotated[list[Path], typer.Argument(help="Scenario files (YAML or JSONL), or folders of them.")],
    as_json: AsJson = False,
    junit: Annotated[Path | None, typer.Option(help="Write the results in JUnit's form.")] = None,
    known: Annotated[Path | None, typer.Option(help="A YAML mapping of scenario ids to the reasons why they may differ.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Write what happens into `expect:` of the files, for review.")] = False,
) -> None:
    """Play scenarios under simulated time: no plugin is connected, no real time passes."""
    from hub.automation.scenarios.files import play_files, record_file
    from hub.virtual.virtual import furnish

    files = [file for path in paths for file in _files(path)]
    if record:
        for file in files:
            with without_log():
                number = record_file(file, furnish)
            typer.echo(f"{file}: {number} recorded")
        return
    reasons = _reasons(known)
    outcomes = []
    with without_log():
        for result in play_files(files, furnish):
            outcomes.append(result)
            if not as_json:
                typer.echo("." if result.passed else "k" if result.id in reasons else "F", nl=False)
    if junit is not None:
        _write_junit(junit, outcomes)
    _finish(outcomes, as_json, reasons)


def template(
    cases: Annotated[Path, typer.Option("--cases", help="Cases in a JSONL file: template, variables, states, expected.")],
    as_json: AsJson = False,
) -> None:
    """Render templates and compare value and type with what was recorded."""
    from hub.templates.cases import run_cases

    with without_log():
        report = run_cases(cases)
    if as_json:
        tell_json(report.as_dict())
    else:
        for failure in report.failures:
            typer.echo(f"{failure.id}: {failure.template!r}: {failure.message}")
        typer.echo(f"{report.passed} passed, {len(report.failures)} failed, {report.total} in all")
    raise typer.Exit(1 if report.failures else 0)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix in (".yaml", ".jsonl"))


def _reasons(known: Path | None) -> Mapping[str, str]:
    if known is None:
        return {}
    from hub.config import load

    return dict(load(known).value or {})


def _finish(outcomes: Sequence[Outcome], as_json: bool, reasons: Mapping[str, str]) -> None:
    failed = [outcome for outcome in outcomes if outcome.message and outcome.id not in reasons]
    listed = [outcome for outcome in outcomes if outcome.message and outcome.id in reasons]
    if as_json:
        failures: list[dict[str, Any]] = [{"id": outcome.id, "message": outcome.message} for outcome in failed]
        tell_json({"passed": len(outcomes) - len(failed), "failed": len(failed), "total": len(outcomes), "failures": failures})
    else:
        typer.echo("")
        for outcome in failed:
            typer.echo(f"\n{typer.style(outcome.id, fg='red', bold=True)}\n{outcome.message}")
        for outcome in listed:
            typer.echo(f"\n{outcome.id} differs, as listed: {reasons[outcome.id]}")
        typer.echo(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    raise typer.Exit(1 if failed else 0)


def _write_junit(path: Path, outcomes: Sequence[Outcome]) -> None:
    from xml.etree import ElementTree

    failed = sum(bool(outcome.message) for outcome in outcomes)
    suite = ElementTree.Element("testsuite", name="hub test", tests=str(len(outcomes)), failures=str(failed))
    for outcome in outcomes:
        case = ElementTree.SubElement(suite, "testcase", name=outcome.id)
        if outcome.message:
            ElementTree.SubElement(case, "failure", message="not as expected").text = outcome.message
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
