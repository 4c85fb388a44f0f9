"""`/api/states`: read, write and remove what entities are."""

from starlette.responses import Response

from hub.model.context import Context
from hub.model.names import EntityId
from hub.web.endpoint import Ask, Door, Refused, json_answer, json_body
from hub.web.identity import Role

_GZIPPED = {"content-encoding": "gzip", "vary": "accept-encoding"}


async def list_states(ask: Ask) -> Response:
    """Return all states."""
    body = ask.site.states_body
    return json_body(await body.gzipped(), headers=_GZIPPED) if ask.accepts_gzip() else json_body(body.plain())


async def show_state(ask: Ask) -> Response:
    """Return one state."""
    state = ask.site.sources.states.get(ask.part("entity_id").lower())
    if state is None:
        raise _unknown()
    return json_body(ask.site.fragments.of(state))


async def write_state(ask: Ask) -> Response:
    """Say what an entity is; 201 when it is new."""
    entity_id = EntityId.parse(ask.part("entity_id"))
    data = await ask.mapping()
    value, attributes = data.get("state"), data.get("attributes") or {}
    if value is None:
        raise Refused(400, "No state specified.")
    if isinstance(value, dict | list) or not isinstance(attributes, dict):
        raise Refused(400, "The state must be text and the attributes a JSON object.")
    states = ask.site.sources.states
    is_new = states.get(entity_id) is None
    context = Context.new(user_id=ask.identity.id)
    state = states.set(entity_id, str(value), attributes, context, force=data.get("force_update") is True)
    where = {"location": f"/api/states/{entity_id}"}
    return json_body(ask.site.fragments.of(state), 201 if is_new else 200, where)


async def remove_state(ask: Ask) -> Response:
    """Forget what an entity is."""
    if not ask.site.sources.states.remove(ask.part("entity_id").lower(), Context.new(user_id=ask.identity.id)):
        raise _unknown()
    return json_answer({"message": "Entity removed."})


def _unknown() -> Refused:
    return Refused(404, "Entity not found.")


DOORS = (
    Door("GET", "/api/states/{entity_id}", Role.VIEWER, show_state),
    Door("POST", "/api/states/{entity_id}", Role.ADMIN, write_state),
    Door("DELETE", "/api/states/{entity_id}", Role.ADMIN, remove_state),
    Door("GET", "/api/states", Role.VIEWER, list_states),
)
