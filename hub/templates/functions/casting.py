"""Type casting: `float`, `int`, `bool`, `is_number`."""

import math
from typing import Any, Final

from jinja2.filters import do_int

from hub.templates.functions.group import REQUIRED, Group, fallback

_YES = frozenset({"1", "true", "yes", "on", "enable"})
_NO = frozenset({"0", "false", "no", "off", "disable"})


def as_float(value: Any, default: Any = REQUIRED) -> Any:
    """Return the value as a float."""
    try:
        return float(value)
    except (ValueError, TypeError):
        return fallback("float", value, default)


def as_int(value: Any, default: Any = REQUIRED, base: int = 10) -> Any:
    """Return the value as a whole number, cut towards zero; `base` is for text."""
    result = do_int(value, default=default, base=base)
    return fallback("int", value, default) if result is default else result


def as_bool(value: Any, default: Any = REQUIRED) -> Any:
    """Return the truth of true/yes/on/enable/1 and their opposites in any case, of truth values and of numbers."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        word = value.strip().lower()
        if word in _YES:
            return True
        if word in _NO:
            return False
    elif isinstance(value, int | float):
        return value != 0
    return fallback("bool", value, default)


def is_number(value: Any) -> bool:
    """Tell whether the value is a finite number, or text that is one."""
    try:
        return math.isfinite(float(value))
    except (ValueError, TypeError, OverflowError):
        return False


def is_string_like(value: Any) -> bool:
    """Tell whether the value is text or bytes."""
    return isinstance(value, str | bytes | bytearray)


GROUP: Final = Group(
    globals={"bool": as_bool, "float": as_float, "int": as_int, "is_number": is_number},
    filters={"bool": as_bool, "float": as_float, "int": as_int, "is_number": is_number},
    tests={"is_number": is_number, "string_like": is_string_like},
)
