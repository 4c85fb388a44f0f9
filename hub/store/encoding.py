"""JSON as the database holds it: anything goes in, and what JSON can hold comes out."""

import json
from collections.abc import Mapping, Set
from datetime import date, time
from typing import Any

import msgspec
import orjson
from pydantic import BaseModel

from hub.model.state import State


def encode(value: object) -> str:
    """Write any value as JSON; what JSON has no form for becomes text. Never raises for want of a form."""
    try:
        return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError, RecursionError):
        # Numbers of more than 64 bits, halves of characters, depths beyond 254: slow, but nothing is lost.
        return _encode_slowly(value)


def decode(text: str) -> Any:
    """Read what `encode` wrote."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _encode_slowly(value: object) -> str:
    try:
        text = json.dumps(value, default=_plain, ensure_ascii=False, skipkeys=True)
    except (TypeError, ValueError, RecursionError):  # a value that contains itself
        text = json.dumps({"unreadable": str(type(value))})
    return text.encode("utf-8", "replace").decode()


def _plain(value: object) -> object:
    match value:
        case State():
            return value.as_dict()
        case Mapping():
            return dict(value)
        case Set():
            return sorted(value, key=str)
        case msgspec.Struct():
            return msgspec.structs.asdict(value)
        case BaseModel():
            return value.model_dump(mode="json")
        case date() | time():
            return value.isoformat()
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)
