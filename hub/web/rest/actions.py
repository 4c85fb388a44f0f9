"""`/api/services`: what can be called, and calling it."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.responses import Response

from hub.bus import Bus
from hub.model.action import Answer
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import State, StateChange
from hub.web.allowed import allowed_action
from hub.web.encoding import encode, encoded
from hub.web.endpoint import Ask, Door, Refused, json_body, large_answer
from hub.web.identity import Role
from hub.web.rows.actions import actions_by_domain


async def list_actions(ask: Ask) -> Response:
    """Return all actions and their parameters."""
    domains = actions_by_domain(ask.site.sources.actions.all())
    return await large_answer(ask, [{"domain": domain, "services": actions} for domain, actions in domains.items()])


async def call_action(ask: Ask) -> Response:
    """Call an action, wait until it is done, and return the states that it changed."""
    sources = ask.site.sources
    name = f"{ask.part('domain')}.{ask.part('action')}"
    action = allowed_action(sources, ask.identity, name)
    wants_answer = ask.query("return_response") is not None
    _check_answer(action.answer, wants_answer)
    context = Context.new(user_id=ask.identity.id)
    with _changes(sources.bus, context) as changed:
        response = await sources.actions.call(name, await ask.mapping(), context, wants_answer)
    rows = [encoded(ask.site.fragments.earlier(state)) for state in changed.values()]
    return json_body(encode({"changed_states": rows, "service_response": response} if wants_answer else rows))


def _check_answer(answer: Answer, wants_answer: bool) -> None:
    if wants_answer and answer is Answer.NONE:
        raise Refused(400, "Service does not support responses. Remove return_response from request.")
    if not wants_answer and answer is Answer.ONLY:
        raise Refused(400, "Service call requires responses. Add ?return_response to query parameters.")


@contextmanager
def _changes(bus: Bus, cause: Context) -> Iterator[dict[EntityId, State]]:
    """Collect the last state of every entity that changes because of the call."""
    changed: dict[EntityId, State] = {}

    def note(change: StateChange) -> None:
        if cause.key in (change.context.key, change.context.parent_key) and change.new is not None:
            changed[change.entity_id] = change.new

    leave = bus.watch_all(note)
    try:
        yield changed
    finally:
        leave()


DOORS = (
    Door("GET", "/api/services", Role.VIEWER, list_actions),
    Door("POST", "/api/services/{domain}/{action}", Role.OPERATOR, call_action),
)
