"""Where the values of `!secret` come from."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hub.config.includes import SECRETS_FILE
from hub.config.problems import did_you_mean


class UnknownSecret(Exception):
    """No secrets file that may be asked has this name."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(f"no {SECRETS_FILE} has the secret `{name}`" + did_you_mean(name, known))


class Secrets:
    """The secrets files of a configuration folder; each is read when it is first asked."""

    def __init__(self, root: Path, read: Callable[[Path], dict[Any, Any]]) -> None:
        self.used: set[str] = set()
        """The values that were given out, so that nobody prints them."""
        self._root = root
        self._read = read

    def value(self, name: str, asked_by: Path) -> Any:
        """Return the value from the secrets beside the asking file, or in the nearest folder above it, up to the root.

        Raises UnknownSecret.
        """
        known: list[str] = []
        for folder in self._folders(asked_by):
            secrets = self._read(folder / SECRETS_FILE)
            if name in secrets:
                self.used.update(_texts(secrets[name]))
                return secrets[name]
            known += map(str, secrets)
        raise UnknownSecret(name, known)

    def _folders(self, asked_by: Path) -> Iterator[Path]:
        yield asked_by.parent
        if asked_by.is_relative_to(self._root):
            yield from (folder for folder in asked_by.parent.parents if folder.is_relative_to(self._root))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, bool) and value != "":
        yield str(value)
