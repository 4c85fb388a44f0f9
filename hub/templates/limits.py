"""What a template may not do because it would take all memory; time is watched by `Rendering`."""

import re
import struct
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, Final

from hub.errors import TemplateError

LONGEST_RESULT: Final = 262_144
"""Characters that a template may print."""
LONGEST_VALUE: Final = 1_000_000
"""Characters of a text, or items of a list, that a template may hold in one piece."""
HEAVIEST_VALUE: Final = 10_000_000
"""Characters and items in all, counting a list as often as it is contained."""
_WIDEST: Final = 10_000  # characters to which anything is padded
_MOST_BITS: Final = 1 << 16  # of a whole number
_CONTAINERS = (list, tuple, dict, set, frozenset)
_FORMAT_NUMBER = re.compile(r"\d+")
_FORMAT_STAR = re.compile(r"%[^%a-zA-Z]*\*")


class TooLarge(TemplateError):
    """A template makes something that is too large to hold."""

    def __init__(self, what: str, size: int | None = None, most: int = LONGEST_VALUE) -> None:
        super().__init__(f"{what} would be too large" + ("" if size is None else f": {size} where {most} is the most"))


def check_size(size: int, what: str) -> None:
    """Raise TooLarge when a text or list would have so many members."""
    if size > LONGEST_VALUE:
        raise TooLarge(what, size)


def check_width(width: object, what: str) -> None:
    """Raise TooLarge when something would be padded to so many characters."""
    if isinstance(width, int) and abs(width) > _WIDEST:
        raise TooLarge(what, abs(width), _WIDEST)


def check_weight(value: object) -> None:
    """Raise TooLarge when printing or comparing the value would take for ever: lists in lists grow quickly."""
    if isinstance(value, _CONTAINERS) and _weight(value, {}) > HEAVIEST_VALUE:
        raise TooLarge("a list of lists")


def join(parts: Iterable[str], separator: str = "") -> str:
    """Return the joined texts. Raises TooLarge."""
    texts = list(parts)
    check_size(sum(map(len, texts)) + len(separator) * len(texts), "a joined text")
    return separator.join(texts)


def add(left: Any, right: Any) -> Any:
    """`left + right`. Raises TooLarge."""
    if isinstance(left, str | bytes | list | tuple) and isinstance(right, str | bytes | list | tuple):
        check_size(len(left) + len(right), "a sum")
    return left + right


def multiply(left: Any, right: Any) -> Any:
    """`left * right`. Raises TooLarge."""
    if isinstance(right, int):
        _check_times(left, right)
    if isinstance(left, int):
        _check_times(right, left)
    return left * right


def power(left: Any, right: Any) -> Any:
    """`left ** right`. Raises TooLarge."""
    if isinstance(left, int) and isinstance(right, int) and abs(left) > 1 and left.bit_length() * right > _MOST_BITS:
        raise TooLarge("a power")
    return left**right


def modulo(left: Any, right: Any) -> Any:
    """`left % right`, also as the formatting of text. Raises TooLarge."""
    if isinstance(left, str | bytes):
        check_format(left, right)
    return left % right


def check_format(text: str | bytes, values: object) -> None:
    """Raise TooLarge when `text % values` would pad something beyond measure."""
    template = text.decode("latin-1") if isinstance(text, bytes) else text
    _check_numbers(template)
    if _FORMAT_STAR.search(template):
        for value in values if isinstance(values, tuple) else (values,):
            check_width(value, "a formatted text")


def check_format_spec(spec: str) -> None:
    """Raise TooLarge when a field of `str.format` would be padded beyond measure."""
    _check_numbers(spec)


def check_pack(format_string: str) -> None:
    """Raise TooLarge when a packed value would have too many bytes; a wrong format is not judged here."""
    try:
        size = struct.calcsize(format_string)
    except struct.error:
        return
    check_size(size, "a packed value")


def check_method(subject: Any, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the arguments with which a method of a text or number may be called. Raises TooLarge."""
    check = _METHODS.get(name)
    if check is None:
        return args
    if name == "join" and len(args) == 1 and not hasattr(args[0], "__len__"):
        args = (list(args[0]),)
    check(subject, *args, **kwargs)
    return args


def check_replacement(text: str, old: str, new: str, count: int | None = None) -> None:
    """Raise TooLarge when `text.replace(old, new)` would be too long."""
    times = text.count(old)
    if count is not None and count >= 0:
        times = min(times, count)
    check_size(len(text) + times * (len(new) - len(old)), "a text after replacing")


def _weight(value: Any, known: dict[int, int]) -> int:
    weight = len(value)
    for item in _members(value):
        if isinstance(item, str | bytes):
            weight += len(item)
        elif isinstance(item, _CONTAINERS):
            found = known.get(id(item))
            if found is None:
                found = known[id(item)] = _weight(item, known)
            weight += found
    return weight


def _members(value: Any) -> Iterable[Any]:
    return chain(value, value.values()) if isinstance(value, dict) else value


def _check_times(value: Any, times: int) -> None:
    if isinstance(value, str | bytes):
        check_size(len(value) * times, "a repetition")
    elif isinstance(value, list | tuple):
        check_size(len(value) * times, "a repetition")
        if _weight(value, {}) * times > HEAVIEST_VALUE:
            raise TooLarge("a repetition")
    elif isinstance(value, int) and value.bit_length() + times.bit_length() > _MOST_BITS:
        raise TooLarge("a product")


def _check_numbers(text: str) -> None:
    for number in _FORMAT_NUMBER.findall(text):
        if len(number) > 5 or int(number) > _WIDEST:
            raise TooLarge("a formatted text")


def _padded(_text: Any, width: Any = 0, *_rest: Any, **_more: Any) -> None:
    check_width(width, "a padded text")


def _tabs(text: Any, tabsize: Any = 8) -> None:
    check_width(tabsize, "a text with tabs")
    check_size(text.count("\t" if isinstance(text, str) else b"\t") * tabsize, "a text with tabs")


def _replaced(text: Any, old: Any, new: Any, count: Any = None) -> None:
    check_replacement(text, old, new, count)


def _joined(text: Any, parts: Any) -> None:
    check_size(sum(len(part) for part in parts if isinstance(part, str | bytes)) + len(text) * len(parts), "a joined text")


def _translated(text: Any, table: Any) -> None:
    if isinstance(table, Mapping):
        longest = max((len(value) for value in table.values() if isinstance(value, str)), default=1)
        check_size(len(text) * longest, "a translated text")


def _to_bytes(_number: Any, length: Any = 1, *_rest: Any, **_more: Any) -> None:
    check_width(length, "a number as bytes")


_METHODS: dict[str, Callable[..., None]] = {
    "center": _padded,
    "ljust": _padded,
    "rjust": _padded,
    "zfill": _padded,
    "expandtabs": _tabs,
    "replace": _replaced,
    "join": _joined,
    "translate": _translated,
    "to_bytes": _to_bytes,
}
