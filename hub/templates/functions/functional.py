"""Functions about functions and choices: `iif`, `apply`, `typeof`, `merge_response` and their like."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from jinja2 import Undefined
from jinja2.runtime import Macro

from hub.errors import TemplateError
from hub.templates.functions.group import REQUIRED, Function, Group
from hub.templates.literals import AsWritten
from hub.templates.views import StateView


def iif(value: Any, if_true: Any = True, if_false: Any = False, if_none: Any = REQUIRED) -> Any:
    """Choose by the truth of the value; `if_none` is for a value of none, where it is given."""
    if value is None and if_none is not REQUIRED:
        return if_none
    return if_true if value else if_false


def apply(value: Any, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the function with the value as its first argument."""
    return function(value, *args, **kwargs)


def as_function(macro: Macro) -> Callable[..., Any]:
    """Turn a macro that has a parameter `returns` into a function: what it calls `returns` with is the result."""

    def function(*args: Any, **kwargs: Any) -> Any:
        results: list[Any] = [None]

        def returns(value: Any) -> Any:
            results.append(value)
            return value

        macro(*args, **kwargs, returns=returns)
        return results[-1]

    return function


def typeof(value: Any) -> str:
    """Return the name of the value's type."""
    if isinstance(value, StateView):
        return "TemplateState"
    kind = type(value)
    return kind.__mro__[1].__name__ if isinstance(value, AsWritten) else kind.__name__


def is_defined(value: Any) -> Any:
    """Return the value. Raises UndefinedError when nobody defined it."""
    if isinstance(value, Undefined):
        value()
    return value


def choose(values: Any) -> Any:
    """Return one of the values, another one each time."""
    return random.choice(values)  # noqa: S311 - nothing secret


def merge_response(response: Any) -> list[Any]:
    """Turn `{entity_id: {key: …}}`, what an action returned for several entities, into one list.

    Where an entity's response is a single list, its members are taken and told their `value_key`; everything is told its
    `entity_id`. Raises TemplateError when that would overwrite something.
    """
    if not isinstance(response, dict):
        raise TemplateError(f"merge_response needs a mapping of entity ids, not {response!r}")
    merged: list[Any] = []
    single_lists = False
    for entity_id, answer in deepcopy(response).items():
        if not isinstance(answer, dict):
            raise TemplateError(f"merge_response: the response of {entity_id} is not a mapping")
        items = _single_list(answer)
        if items is not None:
            single_lists = True
            merged.extend(_marked(item, entity_id, next(iter(answer))) for item in items)
        elif not single_lists:
            merged.append(_marked(answer, entity_id))
    return merged


def _single_list(answer: dict[str, Any]) -> list[Any] | None:
    if len(answer) == 1:
        (only,) = answer.values()
        return only if isinstance(only, list) else None
    return None


def _marked(item: Any, entity_id: str, value_key: str | None = None) -> Any:
    if not isinstance(item, dict):
        return item
    if "entity_id" in item:
        raise TemplateError("merge_response: a response has a key 'entity_id' of its own")
    return {**item, "entity_id": entity_id} | ({} if value_key is None else {"value_key": value_key})


_FUNCTIONS: dict[str, Function] = {"apply": apply, "as_function": as_function, "iif": iif, "typeof": typeof}

GROUP: Final = Group(
    globals={"merge_response": merge_response, **_FUNCTIONS},
    filters={"is_defined": is_defined, **_FUNCTIONS},
    tests={"apply": apply},
)
CHANCE: Final = Group(filters={"random": choose}, looks=True)
