"""What an action is, and one call of it."""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from hub.model.context import Context


class Effect(StrEnum):
    """What a call does to the world; decides what may be repeated after a crash."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    EXTERNAL = "external"


class Answer(StrEnum):
    """Whether an action returns data."""

    NONE = "none"
    OPTIONAL = "optional"
    ONLY = "only"


class ActionCall(msgspec.Struct, frozen=True):
    """One call of an action."""

    domain: str
    name: str
    data: Mapping[str, Any]
    context: Context
    wants_answer: bool = False
    key: str | None = None
    """Idempotency key: the same key is the same call, made once more after a crash."""


Response = Mapping[str, Any] | None
Handler = Callable[[ActionCall], Response | Awaitable[Response]]


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of an action, for documentation and checking."""

    name: str
    description: str = ""
    required: bool = False
    default: Any = None
    type: str = "any"
    """In words: `text`, `number`, `integer`, `boolean`, `duration`, `list`, `mapping`, `any`, or the choices joined by ` | `."""


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something that can be asked for: `<domain>.<name>`."""

    domain: str
    name: str
    handler: Handler
    """A plain function is called at once; a coroutine function is awaited by the caller. It raises ActionError when it fails."""
    description: str = ""
    parameters: tuple[Parameter, ...] | None = None
    """None: any data is taken."""
    check: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    """Returns the data in the form that the handler takes, or raises BadActionData."""
    targets: bool = False
    """Whether it takes `entity_id`, `device_id`, `area_id`, `floor_id` and `label_id` as well."""
    effect: Effect = Effect.EXTERNAL
    answer: Answer = Answer.NONE
    admin: bool = False
    """Whether, of those who call from outside, only an admin may."""

    @property
    def full_name(self) -> str:
        """`domain.name`."""
        return f"{self.domain}.{self.name}"
