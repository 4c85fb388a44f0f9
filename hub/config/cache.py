"""Parsed files in a compact form, so that a file that did not change need not be parsed again.

A cached file is: a digest of the loader's version and the file's content, a checksum of the rest, and the marshalled rest.
Whatever does not fit, or cannot be read or written, is as if it were not there.
"""

import marshal
import os
import sys
import tempfile
from array import array
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from hub.config.nodes import Input, Mapping, Places, Position, Sequence
from hub.config.parsing import Parsed
from hub.config.scalars import Tagged

_FORM: Final = 2  # to be counted up when the parser or the form of the cached files changes
_VERSION: Final = f"{_FORM} {sys.implementation.cache_tag} {sys.byteorder} {marshal.version} {yaml.__version__}".encode()
_DIGEST: Final = 32  # bytes, of each of the two
_UNREADABLE = (OSError, ValueError, EOFError, TypeError, KeyError, IndexError)

_Path = tuple[Any, ...]


class Cache:
    """A folder of parsed files. Only its owner can read it: configurations hold passwords now and then."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, path: Path, content: bytes) -> Parsed | None:
        """Return what this content of the file was parsed to, if it is there and sound."""
        try:
            kept = self._place(path).read_bytes()
            head, payload = kept[: 2 * _DIGEST], kept[2 * _DIGEST :]
            return _unpacked(payload, str(path)) if head == _digest(_VERSION, content) + _digest(payload) else None
        except _UNREADABLE:
            return None

    def keep(self, path: Path, content: bytes, parsed: Parsed) -> None:
        """Remember what this content of the file was parsed to, if that can be done."""
        with suppress(*_UNREADABLE):
            payload = _packed(parsed)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(self._place(path), _digest(_VERSION, content) + _digest(payload) + payload)

    def _place(self, path: Path) -> Path:
        return self._folder / (_digest(os.fsencode(path.absolute())).hex() + ".parsed")


def _digest(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=_DIGEST)
    for part in parts:
        digest.update(part)
    return digest.digest()


def _write(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(content)
            file.close()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise


class _Special(NamedTuple):
    """A value that marshal does not know, or that stands in two places."""

    path: _Path
    kind: str
    content: tuple[Any, ...]


def _packed(parsed: Parsed) -> bytes:
    """Raise ValueError if the value holds what no cached file can."""
    packing = _Packing()
    tree = packing.plain(parsed.value)
    specials = [tuple(special) for special in packing.specials]
    return marshal.dumps((parsed.places.packed.tobytes(), packing.firsts.tobytes(), parsed.size, parsed.height, tree, specials))


class _Packing:
    """Takes a value apart into plain dicts and lists, the numbers of their places, and the specials."""

    def __init__(self) -> None:
        self.firsts = array("L")
        self.specials: list[_Special] = []
        self._path: list[Any] = []
        self._seen: dict[int, _Path] = {}

    def plain(self, value: Any) -> Any:
        """Return the value as marshal takes it; what it does not take becomes None here and a special."""
        kind = type(value)
        if kind is Mapping or kind is Sequence:
            return self._container(value)
        if kind is Tagged:
            return self._special("tagged", value.tag, value.text, *value.position)
        if kind is Input:
            return self._special("input", value.name)
        if kind is datetime or kind is date:
            return self._special(kind.__name__, value.isoformat())
        return value

    def _container(self, value: Mapping | Sequence) -> Any:
        seen = self._seen.get(id(value))
        if seen is not None:
            return self._special("alias", seen)
        self._seen[id(value)] = tuple(self._path)
        self.firsts.append(value.first)
        if isinstance(value, Mapping):
            return {key: self._inner(key, each) for key, each in value.items()}
        return [self._inner(number, each) for number, each in enumerate(value)]

    def _inner(self, key: Any, value: Any) -> Any:
        if type(value) in _SIMPLE:
            return value
        self._path.append(key)
        plain = self.plain(value)
        self._path.pop()
        return plain

    def _special(self, kind: str, *content: Any) -> None:
        self.specials.append(_Special(tuple(self._path), kind, content))


_SIMPLE: Final = frozenset({str, int, float, bool, type(None), bytes})


def _unpacked(payload: bytes, file: str) -> Parsed:
    packed, firsts, size, height, tree, specials = marshal.loads(payload)  # noqa: S302  # its checksum was right
    places = Places(file, array("Q", packed))
    value = _rebuilt(tree, places, array("L", firsts))
    parsed = Parsed(value, places, [], [], size, height)
    for special in specials:
        _restore(parsed, _Special(*special))
    return parsed


def _rebuilt(tree: Any, places: Places, firsts: "array[int]") -> Any:
    """Make mappings and lists with positions of plain ones. Everything in here runs some hundred thousand times."""
    next_first = iter(firsts).__next__
    shapes: dict[tuple[Any, ...], tuple[Any, ...]] = {}

    def mapping(plain: dict[Any, Any]) -> Mapping:
        node = Mapping(plain)
        names = tuple(plain)
        node.places, node.first, node.names = places, next_first(), shapes.setdefault(names, names)
        for key, value in plain.items():
            if type(value) is dict:
                node[key] = mapping(value)
            elif type(value) is list:
                node[key] = sequence(value)
        return node

    def sequence(plain: list[Any]) -> Sequence:
        node = Sequence(plain)
        node.places, node.first, node.size = places, next_first(), len(plain)
        for number, value in enumerate(plain):
            if type(value) is dict:
                node[number] = mapping(value)
            elif type(value) is list:
                node[number] = sequence(value)
        return node

    if isinstance(tree, dict):
        return mapping(tree)
    return sequence(tree) if isinstance(tree, list) else tree


def _restore(parsed: Parsed, special: _Special) -> None:
    value = _MAKERS[special.kind](parsed, *special.content)
    if not special.path:
        parsed.value = value
        return
    container, key = _at(parsed.value, special.path[:-1]), special.path[-1]
    container[key] = value
    if isinstance(value, Tagged):
        parsed.tagged.append((container, key))


def _at(node: Any, path: _Path) -> Any:
    for part in path:
        node = node[part]
    return node


def _tagged(parsed: Parsed, tag: str, text: str, _: str, line: int, column: int) -> Tagged:
    return Tagged(tag, text, Position(parsed.places.file, line, column))


_MAKERS: Final[dict[str, Callable[..., Any]]] = {
    "tagged": _tagged,
    "input": lambda _, name: Input(name),
    "datetime": lambda _, text: datetime.fromisoformat(text),
    "date": lambda _, text: date.fromisoformat(text),
    "alias": lambda parsed, path: _at(parsed.value, path),
}
