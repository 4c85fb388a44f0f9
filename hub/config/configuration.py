"""The whole configuration: one file with all that it includes, its packages merged, the core's settings read."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from hub.config.core_section import core_settings
from hub.config.nodes import BROKEN, Mapping, Position, entries_of, join_mapping
from hub.config.packages import CORE, LISTS, join, join_core
from hub.config.problems import InvalidConfiguration, Problem, problem_at
from hub.config.settings import Settings
from hub.config.yaml import Document, load


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a configuration file says. Wrong settings have their defaults, and broken sections are missing."""

    folder: Path
    """Where the file stands."""
    settings: Settings
    sections: Mapping = field(default_factory=Mapping)
    """Each domain but the core's own: what all its blocks say together, with positions."""
    problems: list[Problem] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    """Every file that was read; when one changes, the configuration may have changed."""
    folders: list[Path] = field(default_factory=list)
    """Every folder whose files were included; a new file in one changes the configuration."""
    secrets: frozenset[str] = frozenset()
    """The values that `!secret` gave: they must not be shown."""

    @property
    def errors(self) -> list[Problem]:
        """The problems that are more than warnings."""
        return [problem for problem in self.problems if problem.severity == "error"]

    def require_valid(self) -> None:
        """Raise InvalidConfiguration if there are errors."""
        if self.errors:
            raise InvalidConfiguration(self.errors)


def read(path: Path, *, cache: Path | None = None, lists: Collection[str] = LISTS) -> Configuration:
    """Read a configuration; what is wrong becomes problems. Nothing is connected or imported.

    `cache` is a folder in which parsed files are kept; `lists` are the domains whose blocks are lists.
    """
    try:
        document = load(path, cache=cache)
    except OSError as error:
        problem = problem_at(Position(str(path), 1, 1), _unreadable(error), "missing-file")
        return Configuration(folder=path.parent, settings=Settings.model_construct().placed(path.parent), problems=[problem])
    start = Position(str(path), 1, 1)
    config, problems = _top(document, path)
    section, clashes = join_core(config)
    core = core_settings(section, path.parent)
    joined = join(config, section, lists=lists)
    return Configuration(
        folder=path.parent,
        settings=core.settings,
        sections=join_mapping(start, [entry for entry in entries_of(joined.sections) if entry.key not in CORE]),
        problems=[*document.problems, *problems, *clashes, *core.problems, *joined.problems],
        files=document.files,
        folders=document.folders,
        secrets=document.secrets,
    )


def _top(document: Document, path: Path) -> tuple[Mapping, list[Problem]]:
    start = Position(str(path), 1, 1)
    if isinstance(document.value, Mapping):
        return document.value, []
    if document.value is None or document.value is BROKEN:
        return join_mapping(start, []), []
    return join_mapping(start, []), [problem_at(start, "the file must be a mapping of sections, such as `hub:`", "wrong-type")]


def _unreadable(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such configuration file: create it, or name another one"
    return f"the configuration file cannot be read: {error.strerror}"
