"""Calling actions."""

import inspect
from collections.abc import Awaitable
from typing import Any

import msgspec

from hub.model.action import Answer, Response
from hub.model.context import Context
from hub.web.allowed import allowed_action
from hub.web.command import Command, CommandFailed, Talk
from hub.web.identity import Role


class Call(msgspec.Struct):
    """A call of an action; what `target` says wins over the same keys of the data."""

    domain: str
    service: str
    service_data: dict[str, Any] | None = None
    target: dict[str, Any] | None = None
    return_response: bool = False


def call_action(talk: Talk, asked: Call) -> object:
    """Call the action; the result comes when it is done."""
    name = f"{asked.domain}.{asked.service}"
    action = allowed_action(talk.sources, talk.identity, name)
    if asked.return_response and action.answer is Answer.NONE:
        raise CommandFailed("service_validation_error", f"{name} does not support responses: leave out return_response.")
    context = talk.context()
    data = {**(asked.service_data or {}), **(asked.target or {})}
    response = talk.sources.actions.begin(name, data, context, asked.return_response)
    if inspect.isawaitable(response):
        return _outcome_of(response, context)
    return _outcome(response, context)


async def _outcome_of(response: Awaitable[Response], context: Context) -> object:
    return _outcome(await response, context)


def _outcome(response: Response, context: Context) -> object:
    return {"context": context, "response": response}


COMMANDS = (Command("call_service", Role.OPERATOR, Call, call_action, waits=True),)
