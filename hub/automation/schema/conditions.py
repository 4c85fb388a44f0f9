"""What may stand under `conditions:` (DIALECT 3)."""

from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    model_validator,
)

from hub.automation.schema.primitives import (
    EntityIds,
    PositivePeriod,
    StaticPeriod,
    Switch,
    TemplateText,
    Text,
    one_or_many,
    read_entity_id,
    refuse,
)
from hub.automation.schema.triggers import Threshold, TimeOfDay, Weekday, need_bound, read_time
from hub.config import Input
from hub.model.names import EntityId
from hub.templates import is_template

NOT_SUPPORTED: Final = ("device", "zone")
_KINDS: Final = ("and", "or", "not", "state", "numeric_state", "template", "time", "trigger", "sun")
_SHORTHAND: Final = ("and", "or", "not")


class ConditionModel(BaseModel):
    """What every condition has."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    condition: Text
    alias: Text | None = None
    enabled: Switch = True


class LogicCondition(ConditionModel):
    """All, any or none of several conditions hold."""

    condition: Literal["and", "or", "not"]
    # The shorthand keeps its own word, so that a mistake below it is told where it stands.
    conditions: "Conditions" = Field(validation_alias=AliasChoices("conditions", *_SHORTHAND))


def _wanted(value: Any) -> tuple[Any, ...]:
    return tuple(one_or_many(value))


class StateCondition(ConditionModel):
    """Entities are in one of some states."""

    condition: Literal["state"]
    entity_id: EntityIds
    state: Annotated[tuple[Any, ...], PlainValidator(_wanted)]
    match: Literal["all", "any"] = "all"
    attribute: Text | None = None
    for_: PositivePeriod | None = Field(None, alias="for")

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.attribute is None:
            for value in self.state:
                if not isinstance(value, str):
                    word = {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value
                    raise refuse("state-text", f"state: a state is a text; put quotes round it: '{word}'")
        elif self.for_ is not None:
            raise refuse("exclusive", "for cannot stand beside attribute: the time since an attribute changed is not known")
        return self


class NumericStateCondition(ConditionModel):
    """Numbers are in a range."""

    condition: Literal["numeric_state"]
    entity_id: EntityIds
    above: Threshold | None = None
    below: Threshold | None = None
    attribute: Text | None = None
    value_template: TemplateText | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        need_bound(self.above, self.below)
        return self


class TemplateCondition(ConditionModel):
    """A template says true."""

    condition: Literal["template"]
    value_template: TemplateText


def _limit(value: Any) -> TimeOfDay | EntityId:
    if isinstance(value, str) and "." in value:
        entity_id = read_entity_id(value)
        if entity_id.domain not in ("input_datetime", "time", "sensor"):
            raise refuse("time", f"{value!r} tells no time: expected an input_datetime, time or sensor entity")
        return entity_id
    return read_time(value)


Limit = Annotated[TimeOfDay | EntityId, PlainValidator(_limit)]


class TimeCondition(ConditionModel):
    """The time of day or the weekday is in a range."""

    condition: Literal["time"]
    after: Limit | None = None
    before: Limit | None = None
    weekday: Annotated[list[Weekday], BeforeValidator(one_or_many)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.after is None and self.before is None and self.weekday is None:
            raise refuse("missing-key", "at least one of before, after and weekday is needed")
        return self


def _ids(value: Any) -> tuple[str, ...]:
    items = one_or_many(value)
    if not items:
        raise refuse("missing-key", "the id of a trigger is missing")
    return tuple(str(item) for item in items)


class TriggerCondition(ConditionModel):
    """The run was begun by one of some triggers."""

    condition: Literal["trigger"]
    id: Annotated[tuple[str, ...], PlainValidator(_ids)]


class SunCondition(ConditionModel):
    """The sun is up or down."""

    condition: Literal["sun"]
    before: Literal["sunrise", "sunset"] | None = None
    after: Literal["sunrise", "sunset"] | None = None
    before_offset: StaticPeriod = timedelta(0)
    after_offset: StaticPeriod = timedelta(0)

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.before is None and self.after is None:
            raise refuse("missing-key", "at least one of before and after is needed")
        return self


class OfferedCondition(ConditionModel):
    """A condition that a plugin or a domain offers, such as `update.is_available`."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="allow")

    target: dict[str, Any] | None = None
    options: dict[str, Any] | None = None


def condition_spelling(value: Any) -> Any:
    """Bring every way of writing a condition to `condition: <kind>`; a `note` is dropped."""
    if isinstance(value, str):
        if not is_template(value):
            raise refuse("template", f"{value!r} is not a condition: expected a mapping, or a template in {{{{ … }}}}")
        return {"condition": "template", "value_template": value}
    if isinstance(value, Input):
        raise refuse("input", f"!input {value.name} can only stand in a blueprint")
    if not isinstance(value, Mapping):
        raise refuse("mapping", "a condition is a mapping, such as condition: state, or a template in {{ … }}")
    found = {key: item for key, item in value.items() if key != "note"}
    if "condition" not in found:
        return _shorthand(found)
    if isinstance(found["condition"], list):
        found["conditions"] = found["condition"]
        found["condition"] = "and"
    _check_kind(found["condition"])
    return found


def _shorthand(found: dict[str, Any]) -> dict[str, Any]:
    for word in _SHORTHAND:
        if word in found:
            found["condition"] = word
            return found
    raise refuse("missing-key", "the key condition is missing: it says what kind of condition this is")


def _check_kind(kind: Any) -> None:
    if not isinstance(kind, str):
        raise refuse("unknown-condition", f"{kind!r} is not a kind of condition")
    if kind in NOT_SUPPORTED:
        raise refuse("not-supported", f"condition {kind} is not supported here")
    if kind not in _KINDS and "." not in kind:
        close = get_close_matches(kind, _KINDS, 1)
        raise refuse(
            "unknown-condition", f"{kind!r} is not a kind of condition" + (f"; did you mean {close[0]!r}?" if close else "")
        )


def _kind(value: Any) -> str:
    kind = value["condition"] if isinstance(value, dict) else value.condition
    if kind in _SHORTHAND:
        return "logic"
    return str(kind) if kind in _KINDS else "offered"


Condition = Annotated[
    Annotated[
        Annotated[LogicCondition, Tag("logic")]
        | Annotated[StateCondition, Tag("state")]
        | Annotated[NumericStateCondition, Tag("numeric_state")]
        | Annotated[TemplateCondition, Tag("template")]
        | Annotated[TimeCondition, Tag("time")]
        | Annotated[TriggerCondition, Tag("trigger")]
        | Annotated[SunCondition, Tag("sun")]
        | Annotated[OfferedCondition, Tag("offered")],
        Discriminator(_kind),
    ],
    BeforeValidator(condition_spelling),
]
Conditions = Annotated[list[Condition], BeforeValidator(one_or_many)]
