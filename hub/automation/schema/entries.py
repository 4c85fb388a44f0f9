"""What may stand under `automation:` and `script:` (DIALECT 1)."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator

from hub.automation.schema.conditions import Conditions
from hub.automation.schema.extras import RateLimit, RetryOrCount
from hub.automation.schema.primitives import Boolean, ExactText, TemplateText, Text, Variables, refuse
from hub.automation.schema.steps import Steps
from hub.automation.schema.triggers import Triggers
from hub.config import Mapping as Node
from hub.config.nodes import renamed

PLURALS: Final = {"trigger": "triggers", "condition": "conditions", "action": "actions"}
_LEVELS: Final = ("silent", "critical", "fatal", "error", "warning", "warn", "info", "debug", "notset")
RunMode = Literal["single", "restart", "queued", "parallel"]


def _level(value: Any) -> str:
    text = str(value).lower()
    if text not in _LEVELS:
        raise refuse("choice", f"{value!r} is not a log level: expected one of {', '.join(_LEVELS)}")
    return text


def _max(value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise refuse("number", f"{value!r} is not a whole number") from error
    if number < 2:
        raise refuse("number", f"max must be at least 2, not {number}")
    return number


class TraceOptions(BaseModel):
    """How many runs to keep for looking at."""

    # The validators of a whole automation are built once, when the first is read, and not piece by piece at every start.
    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid")

    stored_traces: int = Field(5, ge=0)


class _Entry(BaseModel):
    """What automations and scripts have in common."""

    model_config = ConfigDict(defer_build=True, frozen=True, extra="forbid", populate_by_name=True)

    alias: Text | None = None
    description: Annotated[str | None, PlainValidator(lambda value: None if value is None else str(value))] = None
    mode: RunMode = "single"
    max: Annotated[int, PlainValidator(_max)] = 10
    max_exceeded: Annotated[str, PlainValidator(_level)] = "warning"
    variables: Variables = Field(default_factory=dict)
    trace: TraceOptions = TraceOptions(stored_traces=5)
    x_retry: RetryOrCount | None = None
    x_on_error: Steps | None = None


class AutomationModel(_Entry):
    """One automation."""

    id: ExactText | None = None
    triggers: Triggers
    conditions: Conditions = Field(default_factory=list)
    actions: Steps
    trigger_variables: Variables = Field(default_factory=dict)
    initial_state: Boolean | None = None
    hide_entity: Boolean | None = None
    x_quiet: Conditions = Field(default_factory=list)
    """While any of these holds, no run starts: quiet hours, maintenance windows."""
    x_limit: RateLimit | None = None
    x_per: TemplateText | None = None
    """Runs are kept apart by what this gives, such as a host: the mode and the limit count for each alone."""


class ScriptModel(_Entry):
    """One script; its key is its name."""

    sequence: Steps
    icon: Text | None = None
    fields: dict[str, Annotated[dict[str, Any] | None, BeforeValidator(lambda value: value)]] = Field(default_factory=dict)


def newest_spelling(raw: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Write the top-level keys of an automation as they are written today. Raises ValueError when both spellings stand."""
    if not any(key in raw for key in PLURALS):
        return raw
    found: dict[Any, Any] = {}
    for key, value in raw.items():
        plural = PLURALS.get(key)
        if plural is not None and plural in raw:
            raise ValueError(f"{key} and {plural} mean the same: write {plural} only")
        found[plural or key] = value
    return renamed(raw, found, PLURALS) if isinstance(raw, Node) else found
