"""Statistics: average, median, mode, smallest and largest."""

import statistics
from collections.abc import Callable, Iterable
from typing import Any, Final

from jinja2 import Environment
from jinja2.filters import do_max, do_min
from jinja2.utils import pass_environment

from hub.errors import TemplateError
from hub.templates.functions.group import REQUIRED, Function, Group, fallback


def average(*values: Any, default: Any = REQUIRED) -> Any:
    """Return the mean of a list (then a second argument is the default) or of several numbers."""
    return _of_many("average", statistics.fmean, values, default)


def median(*values: Any, default: Any = REQUIRED) -> Any:
    """Return the middle of a list (then a second argument is the default) or of several values."""
    return _of_many("median", statistics.median, values, default)


def statistical_mode(*values: Any, default: Any = REQUIRED) -> Any:
    """Return the most frequent of a list (then a second argument is the default) or of several values."""
    if len(values) > 1 and isinstance(values[0], str):
        values = (list(values),)
    return _of_many("statistical_mode", statistics.mode, values, default)


def _of_many(name: str, compute: Callable[[Any], Any], values: tuple[Any, ...], default: Any) -> Any:
    given = _list_of(name, values)
    if given is not values and len(values) > 1 and default is REQUIRED:
        default = values[1]
    try:
        return compute(given)
    except (TypeError, ValueError):  # StatisticsError is a ValueError
        return fallback(name, values, default)


def _list_of(name: str, values: tuple[Any, ...]) -> Any:
    if not values:
        raise TemplateError(f"{name} needs at least one argument")
    if isinstance(values[0], Iterable):
        return values[0]
    if len(values) == 1:
        raise TemplateError(f"{name} needs a list or several values, not {values[0]!r}")
    return values


def _extreme(name: str, choose: Callable[..., Any]) -> Function:
    @pass_environment
    def extreme(environment: Environment, *values: Any, **options: Any) -> Any:
        given = _list_of(name, values) if len(values) < 2 else values
        return choose(environment, given, **options)

    return extreme


_FUNCTIONS: dict[str, Function] = {"average": average, "median": median, "statistical_mode": statistical_mode}

GROUP: Final = Group(
    globals={"max": _extreme("max", do_max), "min": _extreme("min", do_min), **_FUNCTIONS},
    filters=_FUNCTIONS,
)
