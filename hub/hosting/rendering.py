"""What a plugin says, in the form that a state has: text and attributes, as Home Assistant shows them."""

import math
from collections.abc import Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

from hub.errors import HubError
from hub.model.entity import EntityDescription
from hub.model.state import LONGEST_STATE, UNKNOWN


class NotAValue(HubError):
    """A plugin told a value that its entity cannot have."""


def as_text(value: object, description: EntityDescription) -> str:
    """Return the state's text; None is `unknown`. Raises NotAValue."""
    if value is None:
        return UNKNOWN
    if description.domain == "binary_sensor" and not isinstance(value, bool):
        raise NotAValue(f"{value!r:.80} is neither True, False nor None")
    text = _text(value)
    if len(text) > LONGEST_STATE:
        raise NotAValue(f"a text of {len(text)} characters; a state has at most {LONGEST_STATE}")
    if description.options is not None and text not in description.options:
        raise NotAValue(f"{text!r} is not one of its options: {', '.join(description.options)}")
    return text


def fixed_attributes(description: EntityDescription, friendly_name: str) -> dict[str, Any]:
    """Return the attributes that do not change with the value."""
    options = None if description.options is None else list(description.options)
    attributes = {
        "state_class": description.state_class,
        "options": options,
        "unit_of_measurement": description.unit,
        "device_class": description.device_class,
        "icon": description.icon,
        "friendly_name": friendly_name,
    }
    return {name: value for name, value in attributes.items() if value is not None}


def plain(value: object) -> Any:
    """Copy a value so that the plugin cannot change it later; what JSON has no form for becomes its text."""
    match value:
        case Enum():
            return plain(value.value)
        case None | bool() | int() | float() | str() | date():
            return value
        case timedelta():
            return value.total_seconds()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case bytes() | bytearray():
            return bytes(value).decode(errors="replace")
        case Sequence() | Set():
            return [plain(item) for item in value]
        case _:
            return str(value)


def _text(value: object) -> str:
    match value:
        case Enum():
            return _text(value.value)
        case str():
            return value
        case bool():
            return "on" if value else "off"
        case int():
            return str(value)
        case float():
            return _number(value)
        case datetime():
            return _moment(value)
        case timedelta():
            return _number(value.total_seconds(), whole=True)
        case _:
            raise NotAValue(f"{value!r:.80} is a {type(value).__name__}; a state is text, a number, a time or a duration")


def _number(value: float, whole: bool = False) -> str:
    if not math.isfinite(value):
        return UNKNOWN
    if whole and value.is_integer():
        return str(int(value))
    return f"{value:.15}"  # one digit less than a float has, so that 0.1 + 0.2 reads 0.3


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise NotAValue(f"{value!r} has no time zone")
    return value.isoformat()
