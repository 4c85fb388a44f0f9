"""The roster: every plugin section of the configuration, read; what runs and what is wrong."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from hub import config
from hub.config import Position, Problem, position_of, problem_at
from hub.hosting.discovery import Broken, EntryPoints, Loaded, installed, load
from hub.hosting.instances import Instance, Unreadable, read_instances


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """What the configuration asks for."""

    plugins: tuple[Loaded, ...] = ()
    """Every plugin that the configuration names and that can be loaded."""
    instances: tuple[Instance, ...] = ()
    broken: tuple[Broken, ...] = ()
    """Plugins that cannot be loaded, and instances whose configuration is wrong."""
    problems: tuple[Problem, ...] = ()


def read_roster(sections: Mapping[str, object], points: EntryPoints = installed, core: Collection[str] = ()) -> Roster:
    """Load the plugins that are named and read their sections; one that is wrong does not stop the others.

    `core` are the sections of the core, one of which may have been meant.
    """
    plugins: list[Loaded] = []
    instances: list[Instance] = []
    broken: list[Broken] = []
    problems: list[Problem] = []
    taken: set[str] = set()
    for name, section in sections.items():
        loaded = load(name, points, core)
        if isinstance(loaded, Broken):
            broken.append(loaded)
            problems.append(_problem(sections, loaded))
            continue
        plugins.append(loaded)
        for read in read_instances(loaded.plugin, section, loaded.version, taken):
            if isinstance(read, Unreadable):
                reason = "; ".join(map(str, read.problems)) or "its configuration could not be read"
                broken.append(Broken(name=read.name, plugin=name, reason=reason))
                problems.extend(read.problems)
            else:
                instances.append(read)
    return Roster(plugins=tuple(plugins), instances=tuple(instances), broken=tuple(broken), problems=tuple(problems))


def _problem(sections: Mapping[str, object], broken: Broken) -> Problem:
    if broken.installed:
        text, code = f"plugin {broken.name!r} is broken: {broken.reason}", "broken-plugin"
    else:
        text, code = broken.reason, "not-installed"
    return problem_at(_key_position(sections, broken.name), text, code, path=(broken.name,))


def _key_position(sections: Mapping[str, object], name: str) -> Position:
    return sections.key_position(name) if isinstance(sections, config.Mapping) else position_of(sections, ())
