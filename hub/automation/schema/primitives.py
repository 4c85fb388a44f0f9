"""The small values of the automation language: ids, periods, templates, one-or-many lists."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
from pydantic import BeforeValidator, PlainValidator
from pydantic_core import PydanticCustomError

from hub.config import Input
from hub.errors import BadName
from hub.model.names import EntityId, is_slug
from hub.templates import is_template

_REGISTRY_ID = re.compile(r"[0-9a-f]{32}")
_CLOCK_PERIOD = re.compile(r"\s*([+-]?)(\d+):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?\s*")
_PERIOD_UNITS: Final = ("days", "hours", "minutes", "seconds", "milliseconds")
_TRUE_WORDS: Final = frozenset({"1", "true", "yes", "on", "enable"})
_FALSE_WORDS: Final = frozenset({"0", "false", "no", "off", "disable"})


class Template(msgspec.Struct, frozen=True):
    """The source of a template, as it stands in the file."""

    source: str


Period = timedelta | Template | dict[str, Any]
"""A duration: known, given by a template, or a mapping of units some of which are templates."""


def one_or_many(value: Any) -> Any:
    """A single item means a list of one; nothing means none."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def refuse(code: str, message: str) -> PydanticCustomError:
    """Make the error that validation collects; braces in the message are kept as they are."""
    return PydanticCustomError(code, "{message}", {"message": message})


def read_entity_id(value: Any) -> EntityId:
    """Read an entity id in any case, or the registry's id of an entity (32 hexadecimal digits)."""
    if not isinstance(value, str):
        raise refuse("entity-id", f"{value!r} is not an entity id: expected domain.object_id, such as sensor.roof_power")
    if _REGISTRY_ID.fullmatch(value):
        return EntityId(value)
    try:
        return EntityId.parse(value)
    except BadName as error:
        raise refuse(
            "entity-id", f"{value!r} is not an entity id: expected domain.object_id, such as sensor.roof_power"
        ) from error


def _entity_ids(value: Any) -> tuple[EntityId, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")] if value.strip() else []
    return tuple(read_entity_id(item) for item in one_or_many(value))


def _some_entity_ids(value: Any) -> tuple[EntityId, ...]:
    if value is None:
        raise refuse("entity-id", "an entity id is missing")
    if value == {}:
        return ()  # Home Assistant takes the empty default of many a blueprint for an empty list
    return _entity_ids(value)


def read_period(value: Any) -> Period:
    """Read seconds, "HH:MM[:SS[.f]]", a mapping of units, or a template of one of these."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, bool) or value is None:
        raise refuse("period", f"{value!r} is not a duration: expected seconds, HH:MM:SS or a mapping such as minutes: 5")
    if isinstance(value, str) and is_template(value):
        return Template(value)
    if isinstance(value, Mapping):
        return _period_of_units(value)
    return timedelta(seconds=_seconds(value))


def _positive(value: Any) -> Period:
    period = read_period(value)
    if isinstance(period, timedelta) and period < timedelta(0):
        raise refuse("period", f"{value!r} is negative: a duration here must be 0 or more")
    return period


def _static(value: Any) -> timedelta:
    period = read_period(value)
    if not isinstance(period, timedelta):
        raise refuse("period", "a template cannot stand here: expected seconds, HH:MM:SS or a mapping such as minutes: 5")
    return period


def _period_of_units(value: Mapping[Any, Any]) -> Period:
    if not value:
        raise refuse("period", "an empty mapping is not a duration: expected at least one of " + ", ".join(_PERIOD_UNITS))
    for unit in value:
        if unit not in _PERIOD_UNITS:
            raise refuse("unknown-key", f"{unit!r} is not a unit of time: expected one of {', '.join(_PERIOD_UNITS)}")
    if any(isinstance(amount, str) and is_template(amount) for amount in value.values()):
        return dict(value)
    try:
        return timedelta(**{unit: float(amount) for unit, amount in value.items()})
    except (TypeError, ValueError, OverflowError) as error:
        raise refuse("period", f"{dict(value)!r} is not a duration: every unit needs a number") from error


def _seconds(value: Any) -> float:
    if isinstance(value, str) and (match := _CLOCK_PERIOD.fullmatch(value)):
        sign, hours, minutes, seconds = match.groups()
        total = int(hours) * 3600 + int(minutes) * 60 + float(seconds or 0)
        return -total if sign == "-" else total
    try:
        seconds_value = float(value)
        timedelta(seconds=seconds_value)
    except (TypeError, ValueError, OverflowError) as error:
        raise refuse(
            "period", f"{value!r} is not a duration: expected seconds, HH:MM:SS or a mapping such as minutes: 5"
        ) from error
    return seconds_value


def period_from_rendered(value: Any) -> timedelta:
    """Read a duration that a template gave. Raises ValueError when it is none."""
    try:
        return _static(value)
    except PydanticCustomError as error:
        raise ValueError(error.message()) from error


def _template(value: Any) -> Template:
    if isinstance(value, Input):
        raise refuse("input", f"!input {value.name} can only stand in a blueprint")
    if value is None or isinstance(value, list | dict):
        raise refuse("template", "expected a template (a text), not a list, a mapping or nothing")
    return Template(str(value))


def _switch(value: Any) -> bool | Template:
    if isinstance(value, str) and is_template(value):
        return Template(value)
    return _boolean(value)


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    if isinstance(value, str) and value.strip().lower() in _TRUE_WORDS:
        return True
    if isinstance(value, str) and value.strip().lower() in _FALSE_WORDS:
        return False
    raise refuse("boolean", f"{value!r} is neither true nor false")


def _text(value: Any) -> str:
    if value is None or isinstance(value, list | dict):
        raise refuse("text", "expected a text")
    return str(value)


def _exact_text(value: Any) -> str:
    if not isinstance(value, str):
        raise refuse("text", f"expected a text; put quotes round {value!r}")
    return value


def _keyed(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise refuse("mapping", "expected a mapping of names to values")
    for key in value:
        if not isinstance(key, str):
            raise refuse("text", f"the name {key!r} must be a text; put quotes round it")
    return dict(value)


def _number(value: Any) -> float:
    try:
        if isinstance(value, bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError) as error:
        raise refuse("number", f"{value!r} is not a number") from error


def _slug(value: Any) -> str:
    if not isinstance(value, str) or not is_slug(value):
        raise refuse("slug", f"{value!r} is not a name such as roof_power: lower case, digits and single _ between them")
    return value


EntityIds = Annotated[tuple[EntityId, ...], PlainValidator(_some_entity_ids)]
AnyPeriod = Annotated[Period, PlainValidator(read_period)]
PositivePeriod = Annotated[Period, PlainValidator(_positive)]
StaticPeriod = Annotated[timedelta, PlainValidator(_static)]
TemplateText = Annotated[Template, PlainValidator(_template)]
Switch = Annotated[bool | Template, PlainValidator(_switch)]
Boolean = Annotated[bool, PlainValidator(_boolean)]
Text = Annotated[str, PlainValidator(_text)]
ExactText = Annotated[str, PlainValidator(_exact_text)]
Variables = Annotated[dict[str, Any], PlainValidator(_keyed)]
Number = Annotated[float, PlainValidator(_number)]
Slug = Annotated[str, PlainValidator(_slug)]
Texts = Annotated[list[ExactText], BeforeValidator(one_or_many)]
