"""A folder with a configuration, and what `hub check` says of it."""

from collections.abc import Iterable
from pathlib import Path
from textwrap import dedent

from hub.check import check
from hub.config import Problem
from tests.hosting.installed import install
from tests.hosting.tcp import hub_tcp


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write the files of a configuration; `hub.yaml` is the first."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"))
    return folder / "hub.yaml"


def told(path: Path) -> list[str]:
    """Return every problem as the command prints it, files without their folder."""
    return [shown(problem, path.parent) for problem in check(path, blueprints=[]).problems]


def shown(problem: Problem, folder: Path) -> str:
    """Return a problem in one line."""
    warning = "warning: " if problem.severity == "warning" else ""
    file = Path(problem.file).relative_to(folder) if Path(problem.file).is_absolute() else problem.file
    return f"{file}:{problem.line}:{problem.column}: {warning}{problem.message}"


def install_tcp(folder: Path) -> None:
    """Make the example plugin look installed in the folder."""
    install(folder, "hub-tcp", {"tcp": hub_tcp.__name__})


def starting_with(lines: Iterable[str], start: str) -> str:
    """Return the line that starts so; there must be exactly one."""
    (line,) = [line for line in lines if line.startswith(start)]
    return line
