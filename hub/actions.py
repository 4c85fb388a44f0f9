"""The actions that can be called, and the calling of them."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from hub.bus import Bus
from hub.errors import BadActionData, UnknownAction
from hub.model.action import Action, ActionCall, Answer, Response
from hub.model.context import Context

CALL_SERVICE: Final = "call_service"
SERVICE_REGISTERED: Final = "service_registered"
SERVICE_REMOVED: Final = "service_removed"
_NO_DATA: Mapping[str, Any] = {}


class Actions:
    """Every action by `domain.name`."""

    def __init__(self, bus: Bus, otherwise: Callable[[str], Action | None] = lambda _: None) -> None:
        self._bus = bus
        # Gives the action of a name that nobody offered, if there is to be one: rehearsals record every call.
        self._otherwise = otherwise
        self._actions: dict[str, Action] = {}

    def offer(self, action: Action) -> Callable[[], None]:
        """Make an action callable; the answer withdraws it. A later offer of the same name replaces the earlier."""
        name = action.full_name
        self._actions[name] = action
        self._bus.fire(SERVICE_REGISTERED, {"domain": action.domain, "service": action.name})

        def withdraw() -> None:
            if self._actions.get(name) is action:
                del self._actions[name]
                self._bus.fire(SERVICE_REMOVED, {"domain": action.domain, "service": action.name})

        return withdraw

    def get(self, name: str) -> Action | None:
        """Return the action called `domain.name`, or None."""
        return self._actions.get(name)

    def all(self) -> list[Action]:
        """Return every action in order of names."""
        return [self._actions[name] for name in sorted(self._actions)]

    def begin(
        self,
        name: str,
        data: Mapping[str, Any] = _NO_DATA,
        context: Context | None = None,
        wants_answer: bool = False,
        key: str | None = None,
    ) -> Response | Awaitable[Response]:
        """Start a call; the answer is the response, or something to await for it.

        Raises UnknownAction, BadActionData, or whatever the action raises.
        """
        action = self._actions.get(name) or self._otherwise(name)
        if action is None:
            raise UnknownAction(name)
        if wants_answer or action.answer is Answer.ONLY:
            _check_answer(action, wants_answer)
        if action.check is not None:
            data = action.check(data)
        if context is None:
            context = Context.new()
        if self._bus.hears(CALL_SERVICE):
            told = {"domain": action.domain, "service": action.name, "service_data": data}
            self._bus.fire(CALL_SERVICE, told, context)
        return action.handler(ActionCall(action.domain, action.name, data, context, wants_answer, key))

    async def call(
        self,
        name: str,
        data: Mapping[str, Any] = _NO_DATA,
        context: Context | None = None,
        wants_answer: bool = False,
        key: str | None = None,
    ) -> Response:
        """Call an action and wait until it is done. Raises as `begin` does."""
        response = self.begin(name, data, context, wants_answer, key)
        if response is not None and inspect.isawaitable(response):
            return await response
        return response


def _check_answer(action: Action, wants_answer: bool) -> None:
    if wants_answer and action.answer is Answer.NONE:
        raise BadActionData(f"action {action.full_name} returns no data, so it cannot be asked for a response")
    if not wants_answer and action.answer is Answer.ONLY:
        raise BadActionData(f"action {action.full_name} only returns data: say where to, with response_variable")
