"""Versions that can be compared."""

import re
from functools import total_ordering
from typing import Any, Final

from hub.errors import TemplateError
from hub.templates.functions.group import Group

_VERSION = re.compile(
    r"[vV]?(?P<sections>\d+(?:\.\d+)*)(?:[.\-_]?(?P<modifier>dev|alpha|beta|a|b|rc|post|p)[.\-_]?(?P<number>\d*))?(?:\+.*)?"
)
_MODIFIERS = {"dev": 0, "alpha": 1, "a": 1, "beta": 2, "b": 2, "rc": 3, "": 4, "post": 5, "p": 5}
_NAMED = {"latest": (4, 9), "stable": (3, 9), "beta": (2, 9), "dev": (5, 9)}


@total_ordering
class Version:
    """A version such as `2024.3.1b2`; compares with others and with text."""

    __slots__ = ("_rank", "string")

    def __init__(self, value: object) -> None:
        self.string = str(value)
        self._rank = _rank(self.string)

    @property
    def valid(self) -> bool:
        """Whether it is spelt like a version."""
        return self._rank is not None

    @property
    def major(self) -> int | None:
        """The first number."""
        return self._section(0)

    @property
    def minor(self) -> int | None:
        """The second number."""
        return self._section(1)

    @property
    def patch(self) -> int | None:
        """The third number."""
        return self._section(2)

    @property
    def alpha(self) -> bool:
        """Whether it is an alpha release."""
        return self._modifier() == _MODIFIERS["alpha"]

    @property
    def beta(self) -> bool:
        """Whether it is a beta release."""
        return self._modifier() == _MODIFIERS["beta"]

    @property
    def dev(self) -> bool:
        """Whether it is a development release."""
        return self._modifier() == _MODIFIERS["dev"]

    @property
    def release_candidate(self) -> bool:
        """Whether it is a release candidate."""
        return self._modifier() == _MODIFIERS["rc"]

    @property
    def stable(self) -> bool:
        """Whether it is a finished release."""
        return self._modifier() >= _MODIFIERS[""]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version | str | int | float):
            return NotImplemented
        other = other if isinstance(other, Version) else Version(other)
        return self.string == other.string or (self._rank is not None and self._rank == other._rank)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Version | str | int | float):
            return NotImplemented
        other = other if isinstance(other, Version) else Version(other)
        if self._rank is None or other._rank is None:
            raise TemplateError(f"versions {self.string!r} and {other.string!r} cannot be compared")
        return self._rank < other._rank

    def __hash__(self) -> int:
        return hash(self._rank or self.string)

    def __str__(self) -> str:
        return self.string

    def __repr__(self) -> str:
        return f"<Version {self.string}>"

    def _section(self, index: int) -> int | None:
        match = _VERSION.fullmatch(self.string)
        if match is None:
            return None
        sections = match["sections"].split(".")
        return int(sections[index]) if index < len(sections) else 0

    def _modifier(self) -> int:
        return -1 if self._rank is None else self._rank[1]


Rank = tuple[tuple[int, ...], int, int]


def _rank(text: str) -> Rank | None:
    if text in _NAMED:
        return ((10**9,), *_NAMED[text])
    match = _VERSION.fullmatch(text)
    if match is None:
        return None
    sections = [int(section) for section in match["sections"].split(".")]
    while len(sections) > 1 and sections[-1] == 0:
        sections.pop()
    return (tuple(sections), _MODIFIERS[match["modifier"] or ""], int(match["number"] or 0))


def version(value: Any) -> Version:
    """Return the value as a version."""
    return Version(value)


GROUP: Final = Group(globals={"version": version}, filters={"version": version})
