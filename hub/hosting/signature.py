"""A plugin's action function, read: its signature and docstring are the action's schema."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Protocol

from hub.errors import ActionError, NotConnected
from hub.hosting.parameters import Asked, Check, NotAnAction, parameters_of
from hub.model.action import Action, ActionCall, Response
from hub.plugin import ActionOptions, Plugin

INSTANCE = "instance"
"""The parameter that says which instance of the plugin is meant; every action takes it, and none gets it."""
KEY = "idempotency_key"
"""A function that takes it gets the key of the call; people do not see it."""

ActionFunction = Callable[..., Awaitable[Mapping[str, Any] | None]]

_INSTANCE = Asked(INSTANCE, Annotated[str | None, "Which instance; may be left out while there is only one."], None)


class Sessions(Protocol):
    """Where an action finds the connection that it works on."""

    def session(self, plugin: str, instance: str | None) -> object:
        """Return what `connect` yielded. Raises NotConnected, or BadActionData when the instance is not clear."""


class _Nowhere:
    def session(self, plugin: str, instance: str | None) -> object:
        raise NotConnected(f"{instance or plugin} is not running")


def actions_of(plugin: Plugin[Any, Any], sessions: Sessions | None = None) -> list[Action]:
    """Make all actions of a plugin; without sessions they can be looked at and checked, not called. Raises NotAnAction."""
    return [action_of(plugin.name, function, sessions or _Nowhere()) for function in plugin.actions]


def action_of(plugin: str, function: ActionFunction, sessions: Sessions) -> Action:
    """Make the action `<plugin>.<function>`. Raises NotAnAction."""
    full_name = f"{plugin}.{action_name(function)}"
    if not inspect.iscoroutinefunction(function):
        raise NotAnAction(f"action {full_name} is not a coroutine function")
    every = parameters_of(full_name, function)
    asked = [parameter for parameter in every if parameter.name != KEY]
    if INSTANCE in [parameter.name for parameter in asked]:
        raise NotAnAction(f"action {full_name}: the parameter {INSTANCE!r} is the hub's own, to choose among several instances")
    options = getattr(function, "hub_action", ActionOptions())
    return Action(
        domain=plugin,
        name=action_name(function),
        handler=_handler(plugin, function, sessions, takes_key=len(asked) < len(every)),
        description=(inspect.getdoc(function) or "").partition("\n")[0],
        parameters=tuple(parameter.as_parameter() for parameter in [*asked, _INSTANCE]),
        check=Check(full_name, [*asked, _INSTANCE]),
        effect=options.effect,
        answer=options.answer,
        admin=options.admin,
    )


def action_name(function: ActionFunction) -> str:
    """Return the name that people use: the function `list_` is offered as `list`."""
    return function.__name__.removesuffix("_")


def _handler(
    plugin: str, function: ActionFunction, sessions: Sessions, *, takes_key: bool
) -> Callable[[ActionCall], Awaitable[Response]]:
    async def handle(call: ActionCall) -> Response:
        given = dict(call.data)
        session = sessions.session(plugin, given.pop(INSTANCE, None))
        if takes_key:
            given[KEY] = call.key
        try:
            return await function(session, **given)
        except OSError as error:  # a TimeoutError is one
            raise ActionError(f"{plugin}.{action_name(function)} failed: {str(error) or type(error).__name__}") from error

    return handle
