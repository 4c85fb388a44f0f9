"""What a folder of YAML files becomes, one rule for each `!include_dir_…`."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from hub.config.nodes import Entry, Item, Mapping, Position, Sequence, entries_of, items_of, join_mapping, join_sequence

SECRETS_FILE: Final = "secrets.yaml"


class Content(NamedTuple):
    """What a file of the folder holds; None if it is empty."""

    path: Path
    value: Any


class Joined(NamedTuple):
    """What the folder becomes, and what a reader should know of it."""

    value: Mapping | Sequence
    remarks: list[tuple[Position, str]]


Rule = Callable[[Position, list[Content]], Joined]


def yaml_files(folder: Path, folders: set[Path]) -> Iterator[Path]:
    """Find the `*.yaml` files of the folder and those below it, in order of name; hidden ones and secrets are passed over.

    Every folder that was looked into is added to `folders`.
    """
    for place, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        folders.add(Path(place))
        for name in sorted(names):
            if name.endswith(".yaml") and not name.startswith(".") and name != SECRETS_FILE:
                yield Path(place, name)


def list_of_files(position: Position, contents: list[Content]) -> Joined:
    """`!include_dir_list`: a list of what the files hold; empty files are passed over."""
    items = [Item(content.value, _start(content)) for content in contents if content.value is not None]
    return Joined(join_sequence(position, items), [])


def merged_list(position: Position, contents: list[Content]) -> Joined:
    """`!include_dir_merge_list`: all lists one after the other; a file that is not a list is ignored."""
    lists = [content for content in contents if isinstance(content.value, Sequence)]
    items = [item for content in lists for item in items_of(content.value)]
    return Joined(join_sequence(position, items), _ignored(contents, Sequence, "a list"))


def mapping_of_files(position: Position, contents: list[Content]) -> Joined:
    """`!include_dir_named`: the name of each file without `.yaml` and what it holds; an empty file is an empty mapping."""
    entries = [
        Entry(content.path.stem, empty_mapping(content.path) if content.value is None else content.value, start, start)
        for content in contents
        for start in [_start(content)]
    ]
    return Joined(join_mapping(position, entries), _replaced(entries))


def merged_mapping(position: Position, contents: list[Content]) -> Joined:
    """`!include_dir_merge_named`: all mappings in one; a later file wins, a file that is not a mapping is ignored."""
    entries = [entry for content in contents if isinstance(content.value, Mapping) for entry in entries_of(content.value)]
    return Joined(join_mapping(position, entries), _ignored(contents, Mapping, "a mapping") + _replaced(entries))


RULES: Final[dict[str, Rule]] = {
    "!include_dir_list": list_of_files,
    "!include_dir_merge_list": merged_list,
    "!include_dir_named": mapping_of_files,
    "!include_dir_merge_named": merged_mapping,
}


def empty_mapping(path: Path) -> Mapping:
    """What an empty file becomes where it is included."""
    return join_mapping(Position(str(path), 1, 1), [])


def _start(content: Content) -> Position:
    return content.value.position if isinstance(content.value, Mapping | Sequence) else Position(str(content.path), 1, 1)


def _ignored(contents: list[Content], kind: type, words: str) -> list[tuple[Position, str]]:
    others = [content for content in contents if content.value is not None and not isinstance(content.value, kind)]
    return [(_start(content), f"this file is ignored: it should hold {words}") for content in others]


def _replaced(entries: list[Entry]) -> list[tuple[Position, str]]:
    remarks = []
    seen: dict[Any, Position] = {}
    for entry in entries:
        if entry.key in seen:
            remarks.append((entry.key_position, f"this `{entry.key}` replaces the one at {seen[entry.key]}"))
        seen[entry.key] = entry.key_position
    return remarks
