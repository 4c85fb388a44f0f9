"""The cache of parsed files: the same result, sooner; never a wrong one."""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.config import Document, Input, Mapping, Sequence, load, position_of
from hub.config.cache import Cache
from hub.config.nodes import entries_of, items_of
from hub.config.parsing import parse

TEXT = """\
a: &a {x: 1, y: [on, 2.5, null, "text"]}
b: *a
c: {<<: *a, z: !input lamp}
d: [2026-01-31, 2026-01-31 18:30:00, 2026-01-31T18:30:00+02:00]
e: !include e.yaml
f: [[], {}, [[!env_var NAME default words]]]
1: {true: !!binary aGk=}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "hub.yaml").write_text(TEXT)
    (tmp_path / "e.yaml").write_text("- e: 1\n")
    return tmp_path / "hub.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "cache"


def places(value: Any, path: tuple[Any, ...] = ()) -> list[Any]:
    inner: list[tuple[Any, Any]] = []
    own: list[Any] = []
    if isinstance(value, Mapping):
        own, inner = [entry[2:] for entry in entries_of(value)], list(value.items())
    elif isinstance(value, Sequence):
        own, inner = [item[1:] for item in items_of(value)], list(enumerate(value))
    return [(path, own), *(place for key, each in inner for place in places(each, (*path, key)))]


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parsed"))


def test_a_cached_file_has_the_same_value_and_positions(path: Path, folder: Path) -> None:
    """Aliases are still one object; tags are fetched anew."""
    fresh = load(path, environ={})
    load(path, cache=folder, environ={})

    cached = load(path, cache=folder, environ={"NAME": "new"})

    assert cached.value.pop("f") == [[], {}, [["new"]]]
    assert fresh.value.pop("f") == [[], {}, [["default words"]]]
    assert repr(cached.value) == repr(fresh.value)
    assert places(cached.value) == places(fresh.value)
    assert cached.value["a"] is cached.value["b"]
    assert cached.value["c"]["z"] == Input("lamp")
    assert cached.value["d"][:2] == [date(2026, 1, 31), datetime.fromisoformat("2026-01-31 18:30:00")]
    assert position_of(cached.value, ["e", 0, "e"]).file.endswith("e.yaml")
    assert len(kept(folder)) == 2


def test_a_changed_file_is_parsed_again(path: Path, folder: Path) -> None:
    """Even if its time and size are the same; the old result is replaced."""
    load(path, cache=folder)
    before = path.stat()
    path.write_text(TEXT.replace("x: 1", "x: 7"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    document = load(path, cache=folder)

    assert document.value["a"]["x"] == 7
    assert len(kept(folder)) == 2


def test_a_cached_file_is_used(path: Path, folder: Path) -> None:
    """Seen by what happens when somebody exchanges two of them."""
    other = path.with_name("other.yaml")
    other.write_text(TEXT)
    cache = Cache(folder)
    cache.keep(path, b"content", parse("from: cache", "x"))

    found = cache.find(path, b"content")

    assert found is not None
    assert found.value == {"from": "cache"}
    assert cache.find(path, b"other content") is None
    assert cache.find(other, b"content") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-1],
        lambda content: content[:40],
        lambda content: content + b"x",
        lambda content: content[:100] + bytes([content[100] ^ 1]) + content[101:],
        lambda content: bytes(len(content)),
    ],
)
def test_a_damaged_cache_is_as_good_as_none(path: Path, folder: Path, damage: Callable[[bytes], bytes]) -> None:
    """Cut, grown, changed by one bit: the file is parsed again, and the cache is repaired."""
    fresh = load(path, cache=folder)
    for file in kept(folder):
        file.write_bytes(damage(file.read_bytes()))

    document = load(path, cache=folder)

    assert document.value == fresh.value
    assert load(path, cache=folder).value == fresh.value


def test_a_cache_that_cannot_be_written_does_not_matter(path: Path, tmp_path: Path) -> None:
    """Its folder is a file."""
    (tmp_path / "file").write_text("")

    document = load(path, cache=tmp_path / "file")

    assert document.problems == []
    assert load(path, cache=tmp_path / "file" / "below").value == document.value


def test_files_with_problems_are_not_kept(tmp_path: Path, folder: Path) -> None:
    """They are told every time."""
    path = tmp_path / "hub.yaml"
    path.write_text("a: 1\na: 2\n")

    documents: list[Document] = [load(path, cache=folder) for _ in range(2)]

    assert [len(document.problems) for document in documents] == [1, 1]
    assert kept(folder) == []


def test_secrets_are_not_kept(tmp_path: Path, folder: Path) -> None:
    """Nor can others read what is."""
    (tmp_path / "hub.yaml").write_text("a: !secret a\n")
    (tmp_path / "secrets.yaml").write_text("a: hunter2\n")

    for _ in range(2):
        assert load(tmp_path / "hub.yaml", cache=folder).value == {"a": "hunter2"}

    (file,) = kept(folder)
    assert b"hunter2" not in file.read_bytes()
    assert (file.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    "text", ["!!set {a, b}", "2026-01-31: 1", "!include e.yaml", "!env_var X y", "2026-01-31", "text", "", "[]"]
)
def test_odd_files_are_read_twice_alike(tmp_path: Path, folder: Path, text: str) -> None:
    """Whether or not they can be kept."""
    (tmp_path / "e.yaml").write_text("x: 1")
    path = tmp_path / "hub.yaml"
    path.write_text(text)

    first, second = (load(path, cache=folder, environ={}) for _ in range(2))

    assert repr(first.value) == repr(second.value)
    assert first.problems == second.problems == []


def test_nothing_is_left_beside_the_cached_files(path: Path, folder: Path) -> None:
    """They are written under another name first."""
    for _ in range(3):
        load(path, cache=folder)

    assert sorted(folder.iterdir()) == kept(folder)
