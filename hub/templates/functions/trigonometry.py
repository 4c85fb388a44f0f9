"""Logarithms, roots and angles (radians)."""

import math
from collections.abc import Callable
from typing import Any, Final

from hub.templates.functions.group import REQUIRED, Function, Group, fallback


def log(value: Any, base: Any = math.e, default: Any = REQUIRED) -> Any:
    """Return the logarithm of the value."""
    try:
        base_number = float(base)
    except (ValueError, TypeError):
        return fallback("log", base, default)
    try:
        return math.log(float(value), base_number)
    except (ValueError, TypeError, ZeroDivisionError):
        return fallback("log", value, default)


def atan2(*values: Any, default: Any = REQUIRED) -> Any:
    """Return the angle of (y, x), given as two numbers or as one pair; a further argument is the default."""
    expected = 2
    if values and isinstance(values[0], list | tuple):
        values, expected = (*values[0], *values[1:]), len(values[0])
    if len(values) == expected + 1 and default is REQUIRED:
        default = values[expected]
        values = values[:expected]
    try:
        return math.atan2(float(values[0]), float(values[1]))
    except (ValueError, TypeError, IndexError):
        return fallback("atan2", values, default)


def _of_one(name: str, compute: Callable[[float], float]) -> Function:
    def function(value: Any, default: Any = REQUIRED) -> Any:
        try:
            return compute(float(value))
        except (ValueError, TypeError):
            return fallback(name, value, default)

    return function


_FUNCTIONS: dict[str, Function] = {
    "acos": _of_one("acos", math.acos),
    "asin": _of_one("asin", math.asin),
    "atan": _of_one("atan", math.atan),
    "atan2": atan2,
    "cos": _of_one("cos", math.cos),
    "log": log,
    "sin": _of_one("sin", math.sin),
    "sqrt": _of_one("sqrt", math.sqrt),
    "tan": _of_one("tan", math.tan),
}

GROUP: Final = Group(globals={"e": math.e, "pi": math.pi, "tau": math.tau, **_FUNCTIONS}, filters=_FUNCTIONS)
