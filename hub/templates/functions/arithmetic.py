"""Arithmetic: rounding, adding, bits, and fitting a number into a range."""

import math
from typing import Any, Final, Literal

from hub.errors import TemplateError
from hub.templates.functions.group import REQUIRED, Group, fallback

_FINEST = 400  # decimals; a float has fewer, and powers of ten beyond that only take time


def add(value: Any, amount: Any, default: Any = REQUIRED) -> Any:
    """Return the value as a float, plus the amount."""
    try:
        return float(value) + amount
    except (ValueError, TypeError):
        return fallback("add", value, default)


def multiply(value: Any, amount: Any, default: Any = REQUIRED) -> Any:
    """Return the value as a float, times the amount."""
    try:
        return float(value) * amount
    except (ValueError, TypeError):
        return fallback("multiply", value, default)


def rounded(value: Any, precision: int = 0, method: str = "common", default: Any = REQUIRED) -> Any:
    """Round to so many decimals; to none gives a whole number. Methods: common (half to even), ceil, floor, half."""
    try:
        number = _round(float(value), precision, method)
        return int(number) if precision == 0 else number
    except (ValueError, TypeError):
        return fallback("round", value, default)


def bitwise_and(first: Any, second: Any) -> Any:
    """`first & second`."""
    return first & second


def bitwise_or(first: Any, second: Any) -> Any:
    """`first | second`."""
    return first | second


def bitwise_xor(first: Any, second: Any) -> Any:
    """`first ^ second`."""
    return first ^ second


def clamp(value: Any, min_value: Any, max_value: Any) -> float:
    """Return the nearest number within both bounds."""
    number, low, high = _numbers("clamp", value, min_value, max_value)
    return max(low, min(high, number))


def wrap(value: Any, min_value: Any, max_value: Any) -> float:
    """Return the number that lies as far into the range when it goes round and round; the upper bound is outside."""
    number, low, high = _numbers("wrap", value, min_value, max_value)
    return low if low == high else (number - low) % (high - low) + low


def remap(
    value: Any,
    in_min: Any,
    in_max: Any,
    out_min: Any,
    out_max: Any,
    *,
    steps: int = 0,
    edges: Literal["none", "clamp", "wrap", "mirror"] = "none",
) -> float:
    """Map one range onto another, in so many steps when `steps` is positive; `edges` says what happens outside."""
    number, low, high, out_low, out_high = _numbers("remap", value, in_min, in_max, out_min, out_max)
    number = _within(number, low, high, edges)
    steps = max(steps, 0)
    if not steps and (low, high) == (out_low, out_high):
        return number
    share = (number - low) / (high - low)
    if steps:
        share = round(share * steps) / steps
    return out_low + share * (out_high - out_low)


def _round(number: float, precision: int, method: str) -> float:
    if abs(precision) > _FINEST:
        raise TemplateError(f"round: {precision} decimals are too many")
    if method == "ceil":
        return math.ceil(number * float(10**precision)) / float(10**precision)
    if method == "floor":
        return math.floor(number * float(10**precision)) / float(10**precision)
    if method == "half":
        return round(number * 2) / 2
    return round(number, precision)


def _within(number: float, low: float, high: float, edges: str) -> float:
    if edges == "clamp":
        return max(low, min(high, number))
    if edges not in ("wrap", "mirror"):
        return number
    if low == high:
        raise TemplateError(f"remap: the range from {low:g} to {high:g} is empty")
    laps, rest = divmod(number - low, high - low)
    if edges == "mirror" and laps % 2:
        return high - rest
    return low + rest


def _numbers(function: str, *values: Any) -> tuple[float, ...]:
    try:
        return tuple(float(value) for value in values)
    except (ValueError, TypeError) as error:
        raise TemplateError(f"{function} needs numbers, not {', '.join(map(repr, values))}") from error


GROUP: Final = Group(
    globals={
        "bitwise_and": bitwise_and,
        "bitwise_or": bitwise_or,
        "bitwise_xor": bitwise_xor,
        "clamp": clamp,
        "remap": remap,
        "wrap": wrap,
    },
    filters={
        "add": add,
        "bitwise_and": bitwise_and,
        "bitwise_or": bitwise_or,
        "bitwise_xor": bitwise_xor,
        "clamp": clamp,
        "multiply": multiply,
        "remap": remap,
        "round": rounded,
        "wrap": wrap,
    },
)
