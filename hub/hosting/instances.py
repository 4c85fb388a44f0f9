"""The instances of a plugin: its section of the configuration, read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

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


Explain = Callable[[ValidationError, object], Sequence[str]]
"""Turns what pydantic says about a section into problems with file, line and column."""


def read_instances(plugin: Plugin[Any, Any], section: object, version: str = "") -> list[Instance]:
    """Read a section (a mapping, a list of them, or None for the defaults)."""
    if isinstance(section, Sequence) and not isinstance(section, str):
        return [
            Instance(plugin=plugin, name=_name(plugin, part, number), config=_config(plugin, part), version=version)
            for number, part in enumerate(section, start=1)
        ]
    return [Instance(plugin=plugin, name=plugin.name, config=_config(plugin, section), version=version)]


def _config(plugin: Plugin[Any, Any], section: object) -> Config:
    config: Config = plugin.config.model_validate({} if section is None else section)
    return config


def _name(plugin: Plugin[Any, Any], part: object, number: int) -> str:
    name = part.get("name") if isinstance(part, Mapping) else None
    return f"{plugin.name}_{slugify(str(name)) if name else number}"
