"""What a parameter takes, in the words that documentation and `hub check` use."""

import types
from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

_WORDS: dict[type, str] = {
    str: "text",
    SecretStr: "text",
    bool: "boolean",
    int: "integer",
    float: "number",
    timedelta: "duration",
    datetime: "text",
}


def type_in_words(annotation: Any) -> str:
    """Return `text`, `number`, `integer`, `boolean`, `duration`, `list`, `mapping`, `any`, or the choices joined by ` | `."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_in_words(arguments[0])
    if origin is Literal:
        return " | ".join(str(choice) for choice in arguments)
    if origin in (Union, types.UnionType):
        words = {type_in_words(argument): None for argument in arguments if argument is not types.NoneType}
        return next(iter(words)) if len(words) == 1 else "any"
    return _plain_type(origin or annotation)


def _plain_type(kind: Any) -> str:
    if not isinstance(kind, type):
        return "any"
    if issubclass(kind, Enum):
        return " | ".join(str(member.value) for member in kind)
    if kind in _WORDS:
        return _WORDS[kind]
    if issubclass(kind, PurePath):
        return "text"
    if issubclass(kind, BaseModel | Mapping):
        return "mapping"
    return "list" if issubclass(kind, Sequence | Set) else "any"
