"""What purpose-specific triggers and conditions have in common: which entities, and what is looked for (DIALECT 2.10)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, model_validator

from hub.automation.schema.primitives import ExactText, Number, StaticPeriod, Text, one_or_many, read_entity_id, refuse
from hub.model.names import EntityId
from hub.model.state import UNAVAILABLE, UNKNOWN, State
from hub.states import StateMachine

Kinds = Mapping[str, str | None]
"""Which entities are meant: domains, and the device class that they must have there (None: any)."""
NOT_KNOWN: Final = frozenset({UNAVAILABLE, UNKNOWN})


def is_kind(state: State, kinds: Kinds) -> bool:
    """Tell whether the entity is one of those meant."""
    domain = state.domain
    return domain in kinds and kinds[domain] in (None, state.attributes.get("device_class"))


class Options(BaseModel):
    """What may stand under `options:`."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)


OptionsT = TypeVar("OptionsT", bound=Options)
Holds = Callable[[State, OptionsT, StateMachine], bool]
"""Tells whether a state is what is looked for; a limit may be the state of another entity."""


@dataclass(frozen=True, slots=True)
class Match(Generic[OptionsT]):
    """What is looked for in which entities."""

    kinds: Kinds
    options: type[OptionsT]
    holds: Holds[OptionsT]


def value_is(kinds: Kinds, options: type[OptionsT], *values: str, attribute: str | None = None) -> Match[OptionsT]:
    """Look for certain states, or values of an attribute."""
    wanted = frozenset(values)
    if attribute is None:
        return Match(kinds, options, lambda state, _options, _states: state.state in wanted)
    return Match(kinds, options, lambda state, _options, _states: str(state.attributes.get(attribute)) in wanted)


_OLD_WORDS: Final[Mapping[object, str]] = {"any": "each", "last": "all"}


def _behavior(value: object) -> object:
    return _OLD_WORDS.get(value, value) if isinstance(value, str) else value


class BehaviorOptions(Options):
    """How several entities count, and for how long."""

    behavior: Annotated[Literal["each", "first", "all"], BeforeValidator(_behavior)] = "each"
    for_: StaticPeriod | None = Field(None, validation_alias="for", ge=timedelta(0))


class JudgedOptions(Options):
    """How several entities count in a condition, and for how long."""

    behavior: Literal["any", "all"] = "any"
    for_: StaticPeriod | None = Field(None, validation_alias="for", ge=timedelta(0))


# --------------------------------------------------------------------------------------------------------------------- limits


class Limit(BaseModel):
    """A number, or the entity that tells it."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    number: Number | None = None
    entity: Annotated[EntityId, PlainValidator(read_entity_id)] | None = None
    unit_of_measurement: Text | None = None
    active_choice: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"number": value}
        return {"entity": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.number is None) == (self.entity is None):
            raise refuse("missing-key", "exactly one of number and entity is needed")
        return self

    def told(self, states: StateMachine) -> float | None:
        """Return the number; None while the entity tells none."""
        if self.entity is None:
            return self.number
        return number_of(states.get(self.entity))


class Threshold(BaseModel):
    """A range of numbers."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    type: Literal["any", "above", "below", "between", "outside"]
    value: Limit | None = None
    value_min: Limit | None = None
    value_max: Limit | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.type in ("above", "below") and self.value is None:
            raise refuse("missing-key", f"{self.type} needs value")
        if self.type in ("between", "outside") and (self.value_min is None or self.value_max is None):
            raise refuse("missing-key", f"{self.type} needs value_min and value_max")
        return self

    def holds(self, state: State, states: StateMachine) -> bool:
        """Tell whether the state's number is in the range; false while a limit is not known, or in another unit."""
        number = number_of(state)
        if number is None or not self._has_unit(state):
            return False
        if self.type == "any":
            return True
        limits = [limit.told(states) for limit in (self.value, self.value_min, self.value_max) if limit is not None]
        known = [limit for limit in limits if limit is not None]
        if len(known) < len(limits):
            return False
        if self.type in ("above", "below"):
            return number > known[0] if self.type == "above" else number < known[0]
        return (known[-2] <= number <= known[-1]) is (self.type == "between")

    def _has_unit(self, state: State) -> bool:
        wanted = {limit.unit_of_measurement for limit in (self.value, self.value_min, self.value_max) if limit is not None} - {
            None
        }
        return not wanted or wanted == {state.attributes.get("unit_of_measurement")}


class ThresholdOptions(BehaviorOptions):
    """When a number is in a range."""

    threshold: Threshold


class ChangeOptions(Options):
    """Which changes of a number count."""

    threshold: Threshold = Threshold(type="any")


class JudgedThresholdOptions(JudgedOptions):
    """Whether a number is in a range."""

    threshold: Threshold


class EventOptions(Options):
    """Which events of an event entity count."""

    event_type: Annotated[list[ExactText], BeforeValidator(one_or_many)] = Field(default_factory=list)


class OptionOptions(JudgedOptions):
    """Which options count as selected."""

    option: Annotated[list[Text], BeforeValidator(one_or_many)]


class TextOptions(JudgedOptions):
    """Which text it must be."""

    value: Text


class RemainingOptions(Options):
    """How much time must be left."""

    remaining: StaticPeriod = Field(ge=timedelta(0))


def in_range(state: State, options: ThresholdOptions | ChangeOptions | JudgedThresholdOptions, states: StateMachine) -> bool:
    """Tell whether the state's number is in the range of the options."""
    return options.threshold.holds(state, states)


def number_of(state: State | None) -> float | None:
    """Return the state as a number, if it is one."""
    try:
        return None if state is None else float(state.state)
    except ValueError:
        return None
