"""The type of a result: rendered text is read again as a Python literal (DIALECT 7.2)."""

import ast
import re
import warnings
from collections.abc import Callable
from math import isfinite
from typing import Any

_WORDS: dict[str, bool | None] = {"True": True, "False": False, "None": None}
_NUMBER = re.compile(r"[+-]?(?:(0|[1-9][0-9]*)|(?!0[0-9])(?=\.?[0-9])[0-9]*\.[0-9]*)")
# What may begin a literal that is not a plain number; texts with another beginning are never parsed.
_OTHER = re.compile(
    r"""[\[({#\\] | (?:True|False|None)\b | [bB]?[rR]?[bB]?['"] | [uU]['"] | set\s*\( | [-+.0-9][^,]*,""",
    re.VERBOSE,
)
_MAY_BEGIN = frozenset("0123456789+-.[({#\\TFNbBrRuU'\"s")
_DEEPEST = 20


class ListAsWritten(list[Any]):
    """A list that prints as the text it was read from."""

    text: str

    def __str__(self) -> str:
        return self.text


class DictAsWritten(dict[Any, Any]):
    """A mapping that prints as the text it was read from."""

    text: str

    def __str__(self) -> str:
        return self.text


class SetAsWritten(set[Any]):
    """A set that prints as the text it was read from."""

    text: str

    def __str__(self) -> str:
        return self.text


class TupleAsWritten(tuple[Any, ...]):  # noqa: SLOT001 - Python allows no slots in a tuple
    """A tuple that prints as the text it was read from."""

    text: str

    def __str__(self) -> str:
        return self.text


AsWritten = ListAsWritten | DictAsWritten | SetAsWritten | TupleAsWritten
_AS_WRITTEN: dict[type, Callable[[Any], AsWritten]] = {
    list: ListAsWritten,
    dict: DictAsWritten,
    set: SetAsWritten,
    tuple: TupleAsWritten,
}


def typed(text: str) -> Any:
    """Read stripped text as what it says; what is no literal stays text."""
    if not text or text[0] not in _MAY_BEGIN:
        return text
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if number is not None:
        return _number(text, whole=number[1] is not None)
    if _OTHER.match(text) is None:
        return text
    return _literal(text)


def typed_value(value: Any) -> Any:
    """Return what printing the value and reading that again gives, or NotImplemented where that must be tried."""
    kind = type(value)
    if kind is bool or value is None:
        return value
    if kind is int:
        return value if -(10**18) < value < 10**18 else NotImplemented
    if kind is float:
        return value if 1e-4 <= abs(value) < 1e16 or value == 0.0 else NotImplemented
    if kind is list or kind is dict or kind is tuple:
        return _copy(value, _DEEPEST)
    return NotImplemented


def _number(text: str, *, whole: bool) -> Any:
    try:
        return int(text) if whole else float(text)
    except ValueError:  # more digits than Python converts
        return text


def _literal(text: str) -> Any:
    try:
        with warnings.catch_warnings():  # Python warns of odd escapes; to us they are just text
            warnings.simplefilter("ignore")
            value = ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return text
    if isinstance(value, str | complex) or value is Ellipsis:
        return text
    if isinstance(value, int | float) and not isinstance(value, bool):
        return text  # `(1)`, `1_000`, `0x10`: only plainly written numbers are numbers
    kind = _AS_WRITTEN.get(type(value))
    if kind is None or str(value) == text:
        return value
    written = kind(value)
    written.text = text
    return written


def _copy(value: Any, depth: int) -> Any:
    """Return a deep copy of plain data, or NotImplemented when reading its printed form would give something else."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        return value if -(10**18) < value < 10**18 else NotImplemented
    if kind is float:
        return value if isfinite(value) else NotImplemented
    if depth == 0:
        return NotImplemented
    if kind is list or kind is tuple:
        items = [_copy(item, depth - 1) for item in value]
        return NotImplemented if NotImplemented in items else kind(items)
    if kind is dict:
        pairs = {_copy(key, depth - 1): _copy(item, depth - 1) for key, item in value.items()}
        return NotImplemented if NotImplemented in pairs or NotImplemented in pairs.values() else pairs
    return NotImplemented
