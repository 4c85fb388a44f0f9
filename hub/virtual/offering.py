"""Offering the actions of domains: what they take is checked, and each entity meant does its part."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from hub.config import explain
from hub.errors import BadActionData
from hub.model.action import Action, ActionCall, Effect, Handler, Parameter, Response
from hub.model.names import EntityId
from hub.virtual.domain import ActionData, EntityAction
from hub.virtual.section import Section
from hub.virtual.targets import TARGETS

_log: Final = logging.getLogger(__name__)
_WORDS: Final[Mapping[object, str]] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "text",
    timedelta: "duration",
    date: "date",
    time: "time",
    datetime: "date and time",
}


def entity_action(section: Section, action: EntityAction[Any, Any], meant: Callable[[ActionCall], list[EntityId]]) -> Action:
    """Make the action `<domain>.<name>`; entities of other domains are passed over, as in Home Assistant."""
    domain = section.domain.name

    def handle(call: ActionCall) -> Awaitable[Response] | None:
        data = action.data.model_construct(**{name: call.data[name] for name in action.data.model_fields if name in call.data})
        waits = []
        for entity_id in meant(call):
            entity = section.entities.get(entity_id)
            if entity is not None:
                waits.append(action.perform(entity, data, call.context))
            elif entity_id.domain == domain:
                _log.warning("%s.%s: there is no %s", domain, action.name, entity_id)
        return together(waits)

    return plain_action(domain, action.name, action.description, handle, action.data, targets=True, effect=action.effect)


def together(waits: Iterable[Awaitable[object] | None]) -> Awaitable[Response] | None:
    """Wait for all of them; None when there is nothing to wait for."""
    pending = [wait for wait in waits if wait is not None]
    return _all(pending) if pending else None


async def _all(pending: Iterable[Awaitable[object]]) -> None:
    await asyncio.gather(*pending)


def plain_action(
    domain: str,
    name: str,
    description: str,
    handler: Handler,
    data: type[ActionData] = ActionData,
    *,
    targets: bool = False,
    effect: Effect = Effect.IDEMPOTENT,
    admin: bool = False,
) -> Action:
    """Make an action whose data is checked against a model before the handler sees it."""
    return Action(
        domain=domain,
        name=name,
        handler=handler,
        description=description,
        parameters=tuple(_parameter(key, field) for key, field in data.model_fields.items()),
        check=_check(f"{domain}.{name}", data, targets),
        targets=targets,
        effect=effect,
        admin=admin,
    )


def _check(name: str, model: type[ActionData], targets: bool) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    own = TARGETS if targets else frozenset()

    def check(data: Mapping[str, Any]) -> Mapping[str, Any]:
        given = {key: value for key, value in data.items() if key not in own}
        try:
            checked = model.model_validate(given)
        except ValidationError as error:
            found = "; ".join(_words(problem.path, problem.message) for problem in explain(error, given, model))
            raise BadActionData(f"action {name}: {found}") from None
        named = {key: value for key, value in data.items() if key in own}
        return {**named, **{key: getattr(checked, key) for key in checked.model_fields_set}}

    return check


def _words(path: tuple[str | int, ...], message: str) -> str:
    return f"`{'.'.join(map(str, path))}`: {message}" if path else message


def _parameter(name: str, field: FieldInfo) -> Parameter:
    return Parameter(
        name=name,
        description=field.description or "",
        required=field.is_required(),
        default=None if field.is_required() else field.get_default(call_default_factory=False),
        type=_type(field.annotation),
    )


def _type(annotation: object) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Union or origin is UnionType:
        return _type(next(argument for argument in arguments if argument is not type(None)))
    if origin is Literal:
        return " | ".join(map(str, arguments))
    if origin is list:
        return "list"
    return "mapping" if origin is dict else _WORDS.get(_unwrapped(annotation), "any")


def _unwrapped(annotation: object) -> object:
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation
