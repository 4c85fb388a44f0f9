"""What may stand under `actions:` and `sequence:` (DIALECT 4)."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, PlainValidator, Tag, model_validator

from hub.automation.schema.conditions import Condition, Conditions, condition_spelling
from hub.automation.schema.extras import RetryOrCount
from hub.automation.schema.primitives import (
    Boolean,
    PositivePeriod,
    Switch,
    Template,
    TemplateText,
    Text,
    Variables,
    one_or_many,
    read_entity_id,
    refuse,
)
from hub.automation.schema.triggers import Triggers
from hub.config import Input
from hub.model.names import EntityId
from hub.templates import is_template

_ACTION_NAME = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
_OF_EVERY_STEP: Final = ("enabled", "continue_on_error", "x_retry", "x_on_error")
_CALL_KEYS: Final = ("action", "service", "service_template")
_TARGET_KEYS: Final = ("entity_id", "device_id", "area_id", "floor_id", "label_id", "exclude")
# The first of these keys that is present decides what kind of step it is.
_DECISIVE: Final = (
    ("delay", "delay"),
    ("wait_template", "wait_template"),
    ("condition", "condition"),
    ("and", "condition"),
    ("or", "condition"),
    ("not", "condition"),
    ("event", "event"),
    ("device_id", "device"),
    ("scene", "scene"),
    ("repeat", "repeat"),
    ("choose", "choose"),
    ("wait_for_trigger", "wait_for_trigger"),
    ("variables", "variables"),
    ("if", "if"),
    ("action", "call"),
    ("service", "call"),
    ("service_template", "call"),
    ("stop", "stop"),
    ("parallel", "parallel"),
    ("sequence", "sequence"),
    ("set_conversation_response", "conversation"),
)


class StepModel(BaseModel):
    """What every step has."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    alias: Text | None = None
    enabled: Switch = True
    continue_on_error: Boolean = False
    x_retry: RetryOrCount | None = None
    x_on_error: "Steps | None" = None


def _action_name(value: Any) -> str | Template:
    if isinstance(value, str) and is_template(value):
        return Template(value)
    if not isinstance(value, str) or not _ACTION_NAME.fullmatch(value.strip().lower()):
        raise refuse("action-name", f"{value!r} is not the name of an action: expected domain.name, such as notify.board")
    return value.strip().lower()


def _templated_mapping(value: Any) -> dict[Any, Any] | Template:
    if value is None:
        return {}
    if isinstance(value, str) and is_template(value):
        return Template(value)
    if not isinstance(value, Mapping):
        raise refuse("mapping", "expected a mapping of names to values, or a template that gives one")
    return dict(value)


def _target(value: Any) -> dict[Any, Any] | Template:
    target = _templated_mapping(value)
    if isinstance(target, dict):
        for key in target:
            if key not in _TARGET_KEYS:
                close = get_close_matches(str(key), _TARGET_KEYS, 1)
                raise refuse(
                    "unknown-key", f"{key!r} is not a kind of target" + (f"; did you mean {close[0]!r}?" if close else "")
                )
        for key, item in target.items():
            target[key] = _target_ids(key, item)
    return target


def _target_ids(key: str, value: Any) -> Any:
    if key == "exclude" or (isinstance(value, str) and (is_template(value) or value in ("all", "none"))):
        return value
    items = value
    if isinstance(value, str) and key == "entity_id":
        items = [part.strip() for part in value.split(",")]
    found = []
    for item in one_or_many(items):
        if not isinstance(item, str):
            raise refuse("text", f"{key}: {item!r} is not an id")
        found.append(item if key != "entity_id" or is_template(item) else str(read_entity_id(item)))
    return found


def _loose_entity_ids(value: Any) -> Any:
    if isinstance(value, str) and (is_template(value) or value in ("all", "none")):
        return value
    return _target_ids("entity_id", value)


class CallStep(StepModel):
    """Call an action."""

    action: Annotated[str | Template, PlainValidator(_action_name)]
    data: Annotated[dict[Any, Any] | Template, PlainValidator(_templated_mapping)] = Field(default_factory=dict)
    data_template: Annotated[dict[Any, Any] | Template, PlainValidator(_templated_mapping)] = Field(default_factory=dict)
    target: Annotated[dict[Any, Any] | Template, PlainValidator(_target)] = Field(default_factory=dict)
    entity_id: Annotated[Any, PlainValidator(_loose_entity_ids)] = None
    response_variable: Text | None = None
    metadata: dict[Any, Any] | None = None


class DelayStep(StepModel):
    """Wait for some time."""

    delay: PositivePeriod


class WaitTemplateStep(StepModel):
    """Wait until a template is true."""

    wait_template: TemplateText
    timeout: PositivePeriod | None = None
    continue_on_timeout: Boolean = True


class WaitForTriggerStep(StepModel):
    """Wait until a trigger fires."""

    wait_for_trigger: Triggers
    timeout: PositivePeriod | None = None
    continue_on_timeout: Boolean = True


class ConditionStep(StepModel):
    """Go on only if a condition holds; `condition` is the condition itself, in its newest spelling."""

    condition: Condition


class EventStep(StepModel):
    """Fire an event."""

    event: Text
    event_data: Annotated[dict[Any, Any] | Template, PlainValidator(_templated_mapping)] = Field(default_factory=dict)
    event_data_template: Annotated[dict[Any, Any] | Template, PlainValidator(_templated_mapping)] = Field(default_factory=dict)


class SceneStep(StepModel):
    """Activate a scene."""

    scene: Annotated[EntityId, PlainValidator(read_entity_id)]
    metadata: dict[Any, Any] | None = None


class Option(BaseModel):
    """One of the ways to choose from."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    conditions: Conditions
    sequence: "Steps"
    alias: Text | None = None
    note: Text | None = None


class ChooseStep(StepModel):
    """Take the first way whose conditions hold."""

    choose: Annotated[list[Option], BeforeValidator(one_or_many)]
    default: "Steps" = Field(default_factory=list)


class IfStep(StepModel):
    """Take one of two ways."""

    if_: Conditions = Field(alias="if")
    then: "Steps"
    else_: "Steps" = Field(default_factory=list, alias="else")


def _count(value: Any) -> int | Template:
    if isinstance(value, str) and is_template(value):
        return Template(value)
    try:
        if isinstance(value, bool):
            raise TypeError
        return int(float(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise refuse("number", f"{value!r} is not a number") from error


class Repeat(BaseModel):
    """How often, and what."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    count: Annotated[int | Template, PlainValidator(_count)] | None = None
    while_: Conditions | None = Field(None, alias="while")
    until: Conditions | None = None
    for_each: Annotated[Any, PlainValidator(lambda value: value)] = None
    sequence: "Steps"

    @model_validator(mode="after")
    def _check(self) -> Self:
        given = {"count", "while_", "until", "for_each"} & self.model_fields_set
        if len(given) != 1:
            raise refuse("exclusive", "exactly one of count, while, until and for_each is needed")
        return self


class RepeatStep(StepModel):
    """Do steps several times."""

    repeat: Repeat


def _branch(value: Any) -> Any:
    """A branch is a list of steps, `sequence:` with a list, or one step."""
    if isinstance(value, list):
        return {"sequence": value}
    if isinstance(value, Mapping) and set(value) <= {"sequence", "alias", "note", "metadata"} and "sequence" in value:
        return {key: item for key, item in value.items() if key != "note"}
    return {"sequence": [value]}


class Branch(BaseModel):
    """One of several sequences that run at the same time."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    sequence: "Steps"
    alias: Text | None = None
    metadata: dict[Any, Any] | None = None


class ParallelStep(StepModel):
    """Do several sequences at the same time."""

    parallel: Annotated[list[Annotated[Branch, BeforeValidator(_branch)]], BeforeValidator(one_or_many)]


class SequenceStep(StepModel):
    """A group of steps."""

    sequence: "Steps"
    metadata: dict[Any, Any] | None = None


class VariablesStep(StepModel):
    """Give names to values."""

    variables: Variables


class StopStep(StepModel):
    """End the whole run."""

    stop: Annotated[str | None, PlainValidator(lambda value: None if value is None else str(value))]
    error: Boolean = False
    response_variable: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.error and self.response_variable is not None:
            raise refuse("exclusive", "error and response_variable cannot stand together")
        return self


class ConversationStep(StepModel):
    """Accepted for the sake of files that have it; there is no conversation here."""

    set_conversation_response: Any = None


def _step_spelling(value: Any) -> Any:
    if isinstance(value, StepModel):
        return value
    if isinstance(value, Input):
        raise refuse("input", f"!input {value.name} can only stand in a blueprint")
    if not isinstance(value, Mapping):
        raise refuse("mapping", "a step is a mapping, such as action: notify.board")
    found = {key: item for key, item in value.items() if key != "note"}
    kind = _kind(found)
    if kind == "call":
        return _call_spelling(found)
    if kind == "condition":
        return _condition_step(found)
    return found


def _call_spelling(found: dict[Any, Any]) -> dict[Any, Any]:
    spellings = [key for key in _CALL_KEYS if key in found]
    if len(spellings) > 1:
        raise refuse("exclusive", f"{' and '.join(spellings)} mean the same: write action only")
    found["action"] = found.pop(spellings[0])
    return found


def _condition_step(found: dict[Any, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {key: found.pop(key) for key in _OF_EVERY_STEP if key in found}
    if isinstance(found.get("condition"), str) and is_template(found["condition"]):
        if set(found) - {"condition", "alias"}:
            raise refuse("unknown-key", "a template condition takes no further keys")
        found = {
            "condition": "template",
            "value_template": found["condition"],
            **({"alias": found["alias"]} if "alias" in found else {}),
        }
    if "alias" in found:
        own["alias"] = found["alias"]
    return {**own, "condition": condition_spelling(found)}


def _kind(value: Any) -> str:
    if not isinstance(value, dict):
        return _KIND_OF_MODEL[type(value)]
    for key, kind in _DECISIVE:
        if key in value:
            if kind == "device":
                raise refuse("not-supported", "steps of the kind device are not supported here: call an action instead")
            return kind
    raise refuse(
        "unknown-step", "this is no step: none of action, delay, event, condition, if, choose, repeat, … is there" + _hint(value)
    )


def _hint(value: Mapping[Any, Any]) -> str:
    words = [key for key, _ in _DECISIVE]
    for key in value:
        close = get_close_matches(str(key), words, 1, 0.7)
        if close:
            return f"; {key!r}: did you mean {close[0]!r}?"
    return ""


Step = Annotated[
    Annotated[
        Annotated[CallStep, Tag("call")]
        | Annotated[DelayStep, Tag("delay")]
        | Annotated[WaitTemplateStep, Tag("wait_template")]
        | Annotated[WaitForTriggerStep, Tag("wait_for_trigger")]
        | Annotated[ConditionStep, Tag("condition")]
        | Annotated[EventStep, Tag("event")]
        | Annotated[SceneStep, Tag("scene")]
        | Annotated[ChooseStep, Tag("choose")]
        | Annotated[IfStep, Tag("if")]
        | Annotated[RepeatStep, Tag("repeat")]
        | Annotated[ParallelStep, Tag("parallel")]
        | Annotated[SequenceStep, Tag("sequence")]
        | Annotated[VariablesStep, Tag("variables")]
        | Annotated[StopStep, Tag("stop")]
        | Annotated[ConversationStep, Tag("conversation")],
        Discriminator(_kind),
    ],
    BeforeValidator(_step_spelling),
]
Steps = Annotated[list[Step], BeforeValidator(one_or_many)]

_KIND_OF_MODEL: Final[dict[type[StepModel], str]] = {
    CallStep: "call",
    DelayStep: "delay",
    WaitTemplateStep: "wait_template",
    WaitForTriggerStep: "wait_for_trigger",
    ConditionStep: "condition",
    EventStep: "event",
    SceneStep: "scene",
    ChooseStep: "choose",
    IfStep: "if",
    RepeatStep: "repeat",
    ParallelStep: "parallel",
    SequenceStep: "sequence",
    VariablesStep: "variables",
    StopStep: "stop",
    ConversationStep: "conversation",
}
