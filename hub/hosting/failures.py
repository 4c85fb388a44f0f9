"""What goes wrong in a plugin: what is to be expected, what is a bug, and how each is told."""

import asyncio
import logging
import traceback
from collections.abc import Iterable

from pydantic import BaseModel, SecretBytes, SecretStr

from hub.errors import AuthenticationFailed, HubError, PluginError, StoreError

_LONGEST = 500  # characters of a message
EXPECTED = (PluginError, StoreError, OSError)  # TimeoutError and ConnectionError are OSErrors


def cause_of(error: BaseException) -> BaseException:
    """Pick the error that matters out of a group: refused credentials first, then bugs, then losses."""
    leaves = list(_leaves(error))
    refused = [leaf for leaf in leaves if isinstance(leaf, AuthenticationFailed)]
    bugs = [leaf for leaf in leaves if is_bug(leaf)]
    return (refused or bugs or leaves or [error])[0]


def is_bug(error: BaseException) -> bool:
    """Tell whether a plugin should not have let this error out."""
    return not isinstance(error, (*EXPECTED, asyncio.CancelledError))


def in_words(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Say in one line what is wrong, without the secrets."""
    text = " ".join(str(error).split())
    if not isinstance(error, HubError) or not text:
        text = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return scrub(text, secrets)[:_LONGEST]


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Replace each secret by stars."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "**********")
    return text


def secrets_in(value: object) -> frozenset[str]:
    """Collect the texts of all secrets in a configuration."""
    match value:
        case SecretStr():
            return frozenset({value.get_secret_value()} - {""})
        case SecretBytes():
            return frozenset({value.get_secret_value().decode(errors="replace")} - {""})
        case BaseModel():
            return _union(secrets_in(getattr(value, name)) for name in type(value).model_fields)
        case dict():
            return _union(secrets_in(item) for item in value.values())
        case list() | tuple() | set() | frozenset():
            return _union(secrets_in(item) for item in value)
        case _:
            return frozenset()


class Bugs:
    """The bugs of one instance: each is logged once for every place it comes from, and all are counted."""

    def __init__(self, log: logging.Logger, secrets: frozenset[str]) -> None:
        self._log = log
        self._secrets = secrets
        self._seen: set[object] = set()
        self.count = 0

    def report(self, error: BaseException, doing: str) -> None:
        """Count an unexpected exception; log it with its traceback if its place is new."""
        self.count += 1
        place = _place(error)
        if place not in self._seen:
            self._seen.add(place)
            trace = scrub("".join(traceback.format_exception(error)), self._secrets)
            self._log.error("a bug in the plugin, while %s:\n%s", doing, trace)

    def complain(self, about: str, wrong: str) -> None:
        """Count something that the plugin did wrong; log the first thing about each."""
        self.count += 1
        if about not in self._seen:
            self._seen.add(about)
            self._log.error("%s: %s", about, scrub(wrong, self._secrets))


def _leaves(error: BaseException) -> Iterable[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _place(error: BaseException) -> object:
    frames = traceback.extract_tb(error.__traceback__)
    return (type(error), frames[-1].filename, frames[-1].lineno) if frames else (type(error), str(error))


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
