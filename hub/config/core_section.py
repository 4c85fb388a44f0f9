"""From the core's section of the file, and the environment, to settings."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from hub.config.nodes import Entry, Mapping, Position, entries_of, join_mapping
from hub.config.problems import Problem, did_you_mean, explain, problem_at
from hub.config.settings import Settings

PREFIX: Final = "HUB__"

_MEANT_FOR_A_HOME: Final = frozenset(
    {
        "allowlist_external_dirs",
        "allowlist_external_urls",
        "auth_mfa_modules",
        "auth_providers",
        "customize",
        "customize_domain",
        "customize_glob",
        "debug",
        "external_url",
        "internal_url",
        "legacy_templates",
        "media_dirs",
        "radius",
        "temperature_unit",
        "whitelist_external_dirs",
    }
)


class Overridable(Settings, BaseSettings):
    """The settings that environment variables can override: all, such as `HUB__STORE__KEEP_DAYS`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__")


class Core(NamedTuple):
    """The settings, and what was wrong with them; wrong ones have their defaults."""

    settings: Settings
    problems: list[Problem]


def core_settings(section: Mapping, folder: Path) -> Core:
    """Read the settings from the core's section; the configuration stands in the folder."""
    problems = [*_ignored(section), *_unknown_variables()]
    own = [entry for entry in entries_of(section) if entry.key not in _MEANT_FOR_A_HOME]
    try:
        overrides = _overrides(EnvSettingsSource(Overridable)(), PREFIX.rstrip("_"))
    except SettingsError as error:
        overrides = join_mapping(Position(PREFIX, 1, 1), [])
        problems.append(problem_at(overrides.position, f"a variable is not JSON where it must be: {error}", "bad-variable"))
    node = _overridden(join_mapping(section.position, map(_named, own)), overrides)
    try:
        return Core(Settings.model_validate(node).placed(folder), problems)
    except ValidationError as error:
        return Core(Settings.model_construct().placed(folder), problems + explain(error, node, Settings, ("hub",)))


def _ignored(section: Mapping) -> Iterator[Problem]:
    for key in section:
        if key in _MEANT_FOR_A_HOME:
            words = "stands under `http:` here" if key == "external_url" else "means nothing here and is ignored"
            yield problem_at(section.key_position(key), f"`{key}` {words}", "ignored", severity="warning", path=("hub", key))


def _unknown_variables() -> Iterator[Problem]:
    known = set(Settings.model_fields)
    for variable in os.environ:
        name = variable.upper().removeprefix(PREFIX).partition("__")[0].lower()
        if variable.upper().startswith(PREFIX) and name not in known:
            message = f"the variable sets nothing: there is no `{name}`{did_you_mean(name, known)}"
            yield problem_at(Position(variable, 1, 1), message, "unknown-variable", severity="warning")


def _named(entry: Entry) -> Entry:
    """Packages were merged before, and only their names remain."""
    if entry.key != "packages":
        return entry
    names = [str(name) for name in entry.value] if isinstance(entry.value, Mapping) else []
    return entry._replace(value=names)


def _overrides(values: dict[str, Any], name: str) -> Mapping:
    """Give positions to what the environment sets: the names of the variables."""
    entries = []
    for key, value in values.items():
        variable = f"{name}__{key.upper()}"
        position = Position(variable, 1, 1)
        inner = _overrides(value, variable) if isinstance(value, dict) else value
        entries.append(Entry(key, inner, position, position, secret=True))
    return join_mapping(Position(name, 1, 1), entries)


def _overridden(node: Mapping, overrides: Mapping) -> Mapping:
    entries = {entry.key: entry for entry in entries_of(node)}
    for entry in entries_of(overrides):
        known = entries[entry.key].value if entry.key in entries else None
        if isinstance(known, Mapping) and isinstance(entry.value, Mapping):
            entries[entry.key] = entry._replace(value=_overridden(known, entry.value))
        else:
            entries[entry.key] = entry
    return join_mapping(node.position, entries.values())
