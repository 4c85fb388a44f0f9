"""Configuration: YAML with positions, secrets, packages, and the core's own settings."""

from hub.config.configuration import Configuration, read
from hub.config.nodes import BROKEN, Input, Mapping, Position, Sequence
from hub.config.problems import InvalidConfiguration, Problem, did_you_mean, explain, nearest, position_of, problem_at
from hub.config.settings import (
    DefaultSettings,
    HttpSettings,
    LoggingSettings,
    LogLevel,
    Selection,
    Settings,
    StoreSettings,
    UnitSystem,
)
from hub.config.yaml import Document, load, loads

__all__ = [
    "BROKEN",
    "Configuration",
    "DefaultSettings",
    "Document",
    "HttpSettings",
    "Input",
    "InvalidConfiguration",
    "LogLevel",
    "LoggingSettings",
    "Mapping",
    "Position",
    "Problem",
    "Selection",
    "Sequence",
    "Settings",
    "StoreSettings",
    "UnitSystem",
    "did_you_mean",
    "explain",
    "load",
    "loads",
    "nearest",
    "position_of",
    "problem_at",
    "read",
]
