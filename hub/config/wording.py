"""Pydantic's errors in plain words. No value is ever shown: it may be a secret."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, get_args
from zoneinfo import available_timezones

from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ErrorType

from hub.config.nodes import Input

_EXPECTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "dict": "a mapping",
    "mapping": "a mapping",
    "model": "a mapping",
    "dataclass": "a mapping",
    "date": "a date, such as 2026-01-31",
    "date_from_datetime": "a date, such as 2026-01-31",
    "time": "a time, such as 18:30:00",
    "datetime": "a date and time, such as 2026-01-31 18:30:00",
    "time_delta": "a duration, such as 30 (seconds) or '00:05:00'",
    "url": "an address, such as https://example.org",
    "path": "a path",
    "uuid": "a UUID",
    "none_required": "nothing",
}
_MISMATCH = re.compile(r"(.+?)_(?:type|sub_type|attributes_type|parsing|from_float|from_datetime_parsing|from_datetime_inexact)")
_BOUNDS = {
    "greater_than": ("gt", "must be more than"),
    "greater_than_equal": ("ge", "must be at least"),
    "less_than": ("lt", "must be less than"),
    "less_than_equal": ("le", "must be at most"),
    "multiple_of": ("multiple_of", "must be a multiple of"),
}
_CODES = {
    "missing": "missing-key",
    "extra_forbidden": "unknown-key",
    "literal_error": "unknown-choice",
    "enum": "unknown-choice",
    "union_tag_invalid": "unknown-choice",
    "zoneinfo_str": "unknown-choice",
    "union_tag_not_found": "missing-key",
}
_PYDANTIC = frozenset(get_args(ErrorType))
_CHOICE = re.compile(r"'([^']*)'|(?<![\w'])(-?\w+)(?![\w'])")


def code_of(error: ErrorDetails) -> str:
    """Return our stable name for this kind of error."""
    if expectation(error) is not None and error["type"] not in _CODES:
        return "wrong-type"
    kind = error["type"]
    # What a validator of ours raises has a code of its own.
    return _CODES.get(kind, "invalid-value") if kind in _PYDANTIC or kind in _CODES else kind


def expectation(error: ErrorDetails) -> str | None:
    """Say what should stand there, if something of another kind does."""
    kind = error["type"]
    if kind in {"literal_error", "enum"}:
        return _one_of(choices(error))
    if kind == "none_required":
        return _EXPECTED[kind]
    matched = _MISMATCH.fullmatch(kind)
    return _EXPECTED.get(matched[1]) if matched else None


def choices(error: ErrorDetails) -> tuple[str, ...]:
    """Return the words that are allowed there, if it is a matter of words."""
    if error["type"] == "zoneinfo_str":
        return tuple(available_timezones())
    if error["type"] not in {"literal_error", "enum", "union_tag_invalid"}:
        return ()
    context = _context(error)
    listed = str(context.get("expected") or context.get("expected_tags") or "")
    return tuple(quoted or bare for quoted, bare in _CHOICE.findall(listed) if (quoted or bare) not in {"or", ""})


def message_of(error: ErrorDetails, found: str) -> str:
    """Say what is wrong; `found` is the kind of value that stands there."""
    kind, context, name = error["type"], _context(error), error["loc"][-1] if error["loc"] else ""
    if kind == "missing":
        return f"the key `{name}` is missing"
    if kind == "extra_forbidden":
        return f"unknown key `{name}`"
    if kind == "union_tag_not_found":
        return f"the key {discriminator(error)} is missing"
    if kind == "union_tag_invalid":
        return f"{discriminator(error)} must be {_one_of(choices(error))}"
    if kind == "zoneinfo_str":
        return "unknown time zone: expected a name such as Europe/Berlin"
    if kind in _BOUNDS:
        key, words = _BOUNDS[kind]
        bound = context[key]
        return f"{words} {bound:g}" if isinstance(bound, float) else f"{words} {bound}"
    if expected := expectation(error):
        return mismatch([expected], found)
    return _length(kind, context) or _in_our_words(error["msg"])


def mismatch(expected: list[str], found: str) -> str:
    """Say what should stand there, and what does."""
    hint = "; put quotes round it" if expected[0] == "text" and found in {"a number", "a date", "true or false"} else ""
    same = found in expected or (found == "text" and "one of" in "".join(expected))
    return f"expected {' or '.join(dict.fromkeys(expected))}" + ("" if same else f", found {found}") + hint


def kind_of(value: object) -> str:
    """Say what kind of value this is."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "text"),
        (list, "a list"),
        (dict, "a mapping"),
        ((date, datetime), "a date"),
        (Input, "a blueprint input"),
        (type(None), "nothing"),
    )
    return next((words for types, words in kinds if isinstance(value, types)), "something else")


def discriminator(error: ErrorDetails) -> str:
    """Return the name of the key that decides which kind of mapping it is, in backticks."""
    name = str(_context(error).get("discriminator", "")).strip("'")
    return f"`{name}`"


def _context(error: ErrorDetails) -> Mapping[str, Any]:
    return error.get("ctx", {})


def _one_of(words: tuple[str, ...]) -> str:
    shown = [f"`{word}`" for word in words[:20]] + (["…"] if len(words) > 20 else [])
    return shown[0] if len(shown) == 1 else "one of " + ", ".join(shown)


def _length(kind: str, context: Mapping[str, Any]) -> str | None:
    unit = "characters" if kind.startswith(("string", "bytes")) else "items"
    if kind.endswith("too_short"):
        least = context.get("min_length")
        return "must not be empty" if least == 1 else f"must have at least {least} {unit}"
    if kind.endswith("too_long"):
        return f"must have at most {context.get('max_length')} {unit}"
    if kind == "string_pattern_mismatch":
        return f"is not spelt as it must be: {context.get('pattern')}"
    return None


def _in_our_words(message: str) -> str:
    for start in ("Value error, ", "Assertion failed, "):
        message = message.removeprefix(start)
    return re.sub(r"^Input should ", "should ", message)
