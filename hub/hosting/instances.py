"""The instances of a plugin: its section of the configuration, read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import ValidationError

from hub.config import Problem, explain, position_of, problem_at
from hub.model.names import slugify
from hub.plugin import Config, Plugin


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One plugin with one configuration."""

    plugin: Plugin[Any, Any]
    name: str
    config: Config
    version: str = ""
    """Version of the distribution that the plugin comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An instance whose configuration is wrong."""

    plugin: str
    name: str
    problems: tuple[Problem, ...]


def read_instances(
    plugin: Plugin[Any, Any], section: object, version: str = "", taken: set[str] | None = None
) -> list[Instance | Unreadable]:
    """Read a section: a mapping, a list of them for several instances, or None for the defaults.

    A name that is `taken` is refused; the names of these instances are added to it.
    """
    names = set() if taken is None else taken
    return [_read(plugin, part, version, names) for part in _parts(plugin, section)]


class _Part(NamedTuple):
    """What one instance is made from."""

    name: str
    node: object
    path: tuple[str | int, ...]

    def wrong(self, plugin: str, *problems: Problem) -> Unreadable:
        return Unreadable(plugin=plugin, name=self.name, problems=problems)

    def problem(self, text: str, code: str, *place: str) -> Problem:
        return problem_at(position_of(self.node, place), text, code, path=self.path)


def _parts(plugin: Plugin[Any, Any], section: object) -> list[_Part]:
    if isinstance(section, Sequence) and not isinstance(section, str):
        return [
            _Part(_name(plugin, node, number), node, (plugin.name, number - 1)) for number, node in enumerate(section, start=1)
        ]
    return [_Part(plugin.name, {} if section is None else section, (plugin.name,))]


def _read(plugin: Plugin[Any, Any], part: _Part, version: str, taken: set[str]) -> Instance | Unreadable:
    if part.name in taken:
        text = f"there is already an instance called {part.name!r}; give each a `name` of its own"
        return part.wrong(plugin.name, part.problem(text, "duplicate-name", "name"))
    taken.add(part.name)
    try:
        config = plugin.config.model_validate(part.node)
    except ValidationError as error:
        return part.wrong(plugin.name, *explain(error, part.node, plugin.config, part.path))
    except Exception as error:  # a validator of the plugin's own has a bug
        return part.wrong(plugin.name, part.problem(f"the plugin failed to read this ({type(error).__name__})", "plugin-failed"))
    return Instance(plugin=plugin, name=part.name, config=config, version=version)


def _name(plugin: Plugin[Any, Any], part: object, number: int) -> str:
    name = part.get("name") if isinstance(part, Mapping) else None
    return f"{plugin.name}_{slugify(str(name)) if name else number}"
