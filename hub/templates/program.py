"""What a template is compiled to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.templates.reads import Reads


@dataclass(frozen=True, slots=True)
class Program:
    """A template that is ready to render."""

    value: Callable[[Mapping[str, Any]], Any]
    """Returns the typed result."""
    text: Callable[[Mapping[str, Any]], str]
    """Returns the stripped text."""
    reads: Reads | None = None
    """What it can read at most, where that is known beforehand."""
    quick: bool = False
    """Whether it renders without the sandbox."""
