"""What a group of template functions is."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from hub.errors import TemplateError

Function = Callable[..., Any]
_LONGEST_QUOTE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Functions, filters and tests of one subject."""

    globals: Mapping[str, object] = field(default_factory=dict)
    filters: Mapping[str, Function] = field(default_factory=dict)
    tests: Mapping[str, Function] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    """Names that limited templates do not have."""
    looks: bool = False
    """Whether results depend on more than the arguments: states, time, registries, chance."""


class BadInput(TemplateError):
    """A function got something that it cannot use, and no default was given."""

    def __init__(self, function: str, value: object) -> None:
        super().__init__(f"{function} got invalid input {_quoted(value)} and no default was given")


def _quoted(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"


class _Required:
    """Stands for a default that was not given."""


REQUIRED: Final = _Required()


def fallback(function: str, value: object, default: Any) -> Any:
    """Return the default. Raises BadInput when none was given."""
    if default is REQUIRED:
        raise BadInput(function, value)
    return default


class Refused:
    """What stands in a limited template for a name that it does not have: using it in any way is an error."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Raise TemplateError."""
        raise TemplateError(f"{self._name!r} is not supported in limited templates")

    def __getitem__(self, _key: object) -> NoReturn:
        self()

    def __iter__(self) -> Iterator[NoReturn]:
        self()

    def __len__(self) -> int:
        return self()

    def __str__(self) -> str:
        return self()
