"""Configuration: YAML with positions, secrets, packages, and the core's own settings."""

from hub.config.nodes import BROKEN, Input, Mapping, Position, Sequence
from hub.config.problems import InvalidConfiguration, Problem, explain, nearest, position_of, problem_at
from hub.config.yaml import Document, load, loads

__all__ = [
    "BROKEN",
    "Document",
    "Input",
    "InvalidConfiguration",
    "Mapping",
    "Position",
    "Problem",
    "Sequence",
    "explain",
    "load",
    "loads",
    "nearest",
    "position_of",
    "problem_at",
]
