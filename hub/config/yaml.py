"""YAML files as Home Assistant reads them, with the position of everything, and all problems at once."""

import gc
import os
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from hub.config.cache import Cache
from hub.config.nodes import BROKEN, Input, Mapping, Sequence
from hub.config.parsing import parse
from hub.config.problems import Problem
from hub.config.tags import Tags

__all__ = ["BROKEN", "Document", "Input", "Mapping", "Sequence", "load", "loads"]


class Document(msgspec.Struct, frozen=True):
    """What a file and all that it includes hold."""

    value: Any
    """Mappings and lists that know where they stand (`Mapping`, `Sequence`), and plain values; None if the file is empty.

    What could not be read is BROKEN, and a problem says why.
    """
    problems: list[Problem]
    """In the order of the files and their lines."""
    files: list[Path]
    """Every file that was read."""
    folders: list[Path]
    """Every folder that was searched for files."""
    secrets: frozenset[str]
    """The values that `!secret` gave: they must not be shown."""


def load(path: Path, *, cache: Path | None = None, secrets: bool = True, environ: AnyMapping[str, str] = os.environ) -> Document:
    """Read the file; what is wrong in it becomes problems. Raises OSError if it cannot be read at all.

    `cache` is a folder in which parsed files are kept. Without `secrets`, `!secret` is refused.
    """
    path = Path(os.path.normpath(path))
    tags = Tags(path.parent, Cache(cache) if cache else None, environ, secrets=secrets)
    with _collector_at_rest():
        return _document(tags.file(path), tags)


def loads(
    text: str,
    name: str = "<text>",
    *,
    folder: Path | None = None,
    secrets: bool = False,
    environ: AnyMapping[str, str] = os.environ,
) -> Document:
    """Read a text; positions call it `name`.

    Without a folder it can include nothing; `!secret` is refused if `secrets` does not allow it.
    """
    tags = Tags(folder, None, environ, secrets=secrets)
    with _collector_at_rest():
        return _document(tags.replaced(parse(text.removeprefix("\ufeff"), name), (folder or Path()) / name), tags)


def _document(value: Any, tags: Tags) -> Document:
    order = {str(path): number for number, path in enumerate(tags.files)}
    problems = sorted(dict.fromkeys(tags.problems), key=lambda each: (order.get(each.file, -1), each.line, each.column))
    secrets = frozenset(tags.secrets.used) if tags.secrets else frozenset()
    return Document(value, problems, tags.files, sorted(tags.folders), secrets)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Stop the garbage collector, which would look at half a million new containers again and again."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
