r"""gNMI paths: what an admin writes, such as `/interfaces/interface[name=*]/state/oper-status`, as a value.

Rules of spelling: gNMI Path Conventions (openconfig/reference, `gnmi-path-conventions.md`). An origin stands before the path, as
in `openconfig:/interfaces`. In a key's value `\` and `]` are escaped by `\`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.api import BadActionData

ANY = "*"
"""Any one element, or any value of a key."""
ANY_DEPTH = "..."
_ORIGIN = re.compile(r"([A-Za-z0-9_.-]+):(?=/|$)")
_MOST_ELEMENTS = 64
_LONGEST = 1024  # characters


class BadPath(BadActionData, ValueError):
    """A path is not spelt as gNMI's paths are."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"{text[:200]!r} is not a path: {why}; a path is spelt like /interfaces/interface[name=eth0]/state")


@dataclass(frozen=True, slots=True)
class Element:
    """One step of a path: a name, and the keys that choose among the entries of a list."""

    name: str
    keys: tuple[tuple[str, str], ...] = ()
    """Sorted by the key's name."""

    @property
    def bare_name(self) -> str:
        """The name without the YANG module before it: `openconfig-interfaces:interfaces` is `interfaces`."""
        return self.name.rpartition(":")[2]

    def __str__(self) -> str:
        return self.name + "".join(f"[{key}={_escaped(value)}]" for key, value in self.keys)


@dataclass(frozen=True, slots=True)
class Path:
    """A place in a target's tree; without elements it is the root."""

    elements: tuple[Element, ...] = ()
    origin: str = ""

    @classmethod
    def parse(cls, text: str) -> "Path":
        """Read a path. Raises BadPath."""
        if len(text) > _LONGEST:
            raise BadPath(text, f"it has more than {_LONGEST} characters")
        origin, rest = "", text
        if found := _ORIGIN.match(text):
            origin, rest = found[1], text[found.end() :]
        elements = tuple(_element(part, text) for part in _parts(rest, text) if part)
        if len(elements) > _MOST_ELEMENTS:
            raise BadPath(text, f"it has more than {_MOST_ELEMENTS} elements")
        return cls(elements, origin)

    def __str__(self) -> str:
        return (f"{self.origin}:" if self.origin else "") + "/" + "/".join(map(str, self.elements))

    @property
    def keys(self) -> tuple[tuple[str, str, str], ...]:
        """Every key on the way: the element's bare name, the key's name, its value."""
        return tuple((each.bare_name, key, value) for each in self.elements for key, value in each.keys)

    def covers(self, other: "Path") -> bool:
        """Whether the other path is this one or below it; `*` and keys that are left out stand for all."""
        if len(self.elements) > len(other.elements):
            return False
        return all(fits(mine, theirs) for mine, theirs in zip(self.elements, other.elements, strict=False))


def element(name: str, keys: Mapping[str, str]) -> Element:
    """Make an element."""
    return Element(name, tuple(sorted(keys.items())) if keys else ())


def fits(pattern: Element, given: Element) -> bool:
    """Whether an element is one that the pattern means; a key that either of them leaves out fits."""
    if pattern.name != ANY and pattern.bare_name != given.bare_name:
        return False
    if not pattern.keys or not given.keys:
        return True
    values = dict(given.keys)
    return all(value == ANY or values.get(key, value) in (value, ANY) for key, value in pattern.keys)


def _parts(rest: str, text: str) -> Iterator[str]:
    """Split at the slashes that are outside brackets."""
    part, inside, escaped = "", False, False
    for letter in rest:
        if escaped:
            escaped = False
        elif letter == "\\":
            escaped = True
        elif letter == "[" and not inside:
            inside = True
        elif letter == "]" and inside:
            inside = False
        elif letter == "/" and not inside:
            yield part
            part = ""
            continue
        part += letter
    if inside or escaped:
        raise BadPath(text, "a bracket or an escape is not closed")
    yield part


def _element(part: str, text: str) -> Element:
    name, bracket, rest = part.partition("[")
    if not name or "]" in name:
        raise BadPath(text, f"{part!r} has no name")
    keys: dict[str, str] = {}
    for key, value in _keys(bracket + rest, text):
        if key in keys:
            raise BadPath(text, f"the key {key!r} is there twice")
        keys[key] = value
    return element(name, keys)


def _keys(brackets: str, text: str) -> Iterator[tuple[str, str]]:
    while brackets:
        key, equals, rest = brackets[1:].partition("=")
        if brackets[0] != "[" or not equals or not key or "]" in key:
            raise BadPath(text, f"{brackets!r} should be [key=value]")
        value, end = _value(rest, text)
        yield key.strip(), value
        brackets = rest[end + 1 :]


def _value(rest: str, text: str) -> tuple[str, int]:
    """Return the value up to its closing bracket, and where that is."""
    value, escaped = "", False
    for place, letter in enumerate(rest):
        if escaped:
            value, escaped = value + letter, False
        elif letter == "\\":
            escaped = True
        elif letter == "]":
            return value, place
        else:
            value += letter
    raise BadPath(text, "a bracket is not closed")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("]", "\\]")
