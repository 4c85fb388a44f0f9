"""Replacing `!secret`, `!env_var` and `!include…` by what they stand for."""

import os
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from hub.config.cache import Cache
from hub.config.files import read_file
from hub.config.includes import RULES, Content, empty_mapping, yaml_files
from hub.config.nodes import BROKEN, Mapping, Position
from hub.config.parsing import MOST_EXPANDED, Parsed
from hub.config.problems import Problem, problem_at
from hub.config.scalars import Tagged
from hub.config.secrets import Secrets, UnknownSecret

TALLEST: Final = 200
"""How many containers may stand in each other, through all includes."""


class _Included(NamedTuple):
    value: Any
    size: int


class _NotFetched(Exception):
    """What a tag names cannot be had."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Tags:
    """One load: fetches what the tags of a file stand for, and those of the files that they name, each file once."""

    def __init__(self, folder: Path | None, cache: Cache | None, environ: AnyMapping[str, str], *, secrets: bool) -> None:
        self.problems: list[Problem] = []
        self.files: list[Path] = []
        self.folders: set[Path] = set()
        self.secrets = Secrets(folder or Path(), self._secrets_in) if secrets else None
        self._has_folder = folder is not None
        self._cache = cache
        self._environ = environ
        self._included: dict[Path, _Included] = {}
        self._open: dict[Path, int] = {}  # the files that include the present one, and how tall each is
        self._secret_files: dict[Path, dict[Any, Any]] = {}
        self._size = 0
        self._used_again = 0

    def file(self, path: Path) -> Any:
        """Return what the file holds. Raises OSError."""
        known = self._included.get(path)
        if known is not None:
            return self._again(known)
        before = self._size
        parsed = read_file(path, self._cache)
        self.files.append(path)
        value = self.replaced(parsed, path)
        self._included[path] = _Included(value, self._size - before)
        return value

    def replaced(self, parsed: Parsed, path: Path) -> Any:
        """Put what it stands for in place of each tag of the file that stands at the path."""
        if sum(self._open.values()) + parsed.height > TALLEST:
            raise _NotFetched(f"more than {TALLEST} levels stand in each other through this", "too-deep")
        self.problems += parsed.problems
        self._size += parsed.size
        self._open[path] = parsed.height + 1
        for container, key in parsed.tagged:
            tagged = container[key]
            if not isinstance(tagged, Tagged):
                continue  # a later value of the same key took its place
            container[key] = self._value(tagged, path)
            if tagged.tag == "!secret":
                container.mark_secret(key)
        value = self._value(parsed.value, path) if isinstance(parsed.value, Tagged) else parsed.value
        del self._open[path]
        return value

    def _again(self, known: _Included) -> Any:
        self._size += known.size
        self._used_again += known.size
        if self._used_again > MOST_EXPANDED:
            raise _NotFetched(f"files that are included again and again give more than {MOST_EXPANDED} nodes", "include-bomb")
        return known.value

    def _value(self, tagged: Tagged, path: Path) -> Any:
        try:
            return self._fetched(tagged, path)
        except _NotFetched as error:
            self.problems.append(problem_at(tagged.position, str(error), error.code))
            return BROKEN

    def _fetched(self, tagged: Tagged, path: Path) -> Any:
        if tagged.tag == "!secret":
            return self._secret(tagged.text, path)
        if tagged.tag == "!env_var":
            return self._from_environment(tagged.text)
        if not self._has_folder:
            raise _NotFetched("nothing can be included here", "bad-tag")
        target = Path(os.path.normpath(path.parent / tagged.text))
        if tagged.tag == "!include":
            value = self._include(target)
            return empty_mapping(target) if value is None else value
        return self._include_folder(tagged, target)

    def _secret(self, name: str, path: Path) -> Any:
        if self.secrets is None:
            raise _NotFetched("`!secret` cannot be used here: give the value as an input", "no-secrets-here")
        try:
            return self.secrets.value(name, path)
        except UnknownSecret as error:
            raise _NotFetched(str(error), "unknown-secret") from None

    def _from_environment(self, text: str) -> str:
        name, *default = text.split()
        value = self._environ.get(name, " ".join(default) if default else None)
        if value is None:
            raise _NotFetched(f"the environment has no variable `{name}`", "unknown-variable")
        return value

    def _include(self, target: Path) -> Any:
        if target in self._open:
            chain = [*list(self._open)[list(self._open).index(target) :], target]
            raise _NotFetched(f"files include each other for ever: {' → '.join(map(str, chain))}", "include-cycle")
        try:
            return self.file(target)
        except FileNotFoundError:
            raise _NotFetched(f"there is no file {target}", "missing-file") from None
        except IsADirectoryError:
            raise _NotFetched(f"{target} is a folder: use `!include_dir_list` or its sisters", "missing-file") from None
        except (OSError, ValueError) as error:
            raise _NotFetched(f"{target} cannot be read: {getattr(error, 'strerror', error)}", "missing-file") from None

    def _include_folder(self, tagged: Tagged, folder: Path) -> Any:
        if not folder.is_dir():
            self._warn(tagged.position, f"there is no folder {folder}", "missing-folder")
            self.folders.add(folder)
        value, remarks = RULES[tagged.tag](tagged.position, list(self._contents(tagged, folder)))
        for position, message in remarks:
            self._warn(position, message, "ignored")
        return value

    def _contents(self, tagged: Tagged, folder: Path) -> Iterator[Content]:
        for path in yaml_files(folder, self.folders):
            try:
                yield Content(path, self._include(path))
            except _NotFetched as error:
                self.problems.append(problem_at(tagged.position, str(error), error.code))

    def _warn(self, position: Position, message: str, code: str) -> None:
        self.problems.append(problem_at(position, message, code, severity="warning"))

    def _secrets_in(self, path: Path) -> dict[Any, Any]:
        if path not in self._secret_files:
            self._secret_files[path] = {}  # so that a secrets file that asks for secrets finds none
            self._secret_files[path] = self._read_secrets(path)
        return self._secret_files[path]

    def _read_secrets(self, path: Path) -> dict[Any, Any]:
        try:
            value = self.file(path)
        except FileNotFoundError:
            return {}
        except (OSError, _NotFetched) as error:
            self.problems.append(problem_at(Position(str(path), 1, 1), f"cannot be read: {error}", "missing-file"))
            return {}
        if value is not None and value is not BROKEN and not isinstance(value, Mapping):
            self.problems.append(problem_at(Position(str(path), 1, 1), "expected a mapping of names to secrets", "wrong-type"))
        return value if isinstance(value, Mapping) else {}
