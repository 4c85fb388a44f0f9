"""`/api/hub/…`: what Home Assistant's API has no word for."""

from starlette.responses import Response

from hub.web.endpoint import Ask, Door, Refused, json_answer, large_answer
from hub.web.identity import Role
from hub.web.sources import Traces


async def show_health(ask: Ask) -> Response:
    """Say how the hub is."""
    sources = ask.site.sources
    counts = {"entities": len(sources.states), "actions": len(sources.actions.all()), "listener_failures": sources.bus.failures}
    return json_answer({"phase": sources.phase(), "version": sources.facts.version, **counts, **sources.health()})


async def list_plugins(ask: Ask) -> Response:
    """Return every plugin instance and how it is."""
    return json_answer(ask.site.sources.plugins())


async def show_schedule(ask: Ask) -> Response:
    """Return what the schedules start next, in order of time."""
    return json_answer([{"next_run": moment, "name": name} for moment, name in ask.site.sources.upcoming()])


async def list_runs(ask: Ask) -> Response:
    """Return the summaries of an item's runs, newest last."""
    return await large_answer(ask, await _traces(ask).runs(ask.part("item")))


async def list_all_runs(ask: Ask) -> Response:
    """Return the summaries of all runs, newest last."""
    return await large_answer(ask, await _traces(ask).runs(None))


async def show_run(ask: Ask) -> Response:
    """Return one run, step by step."""
    trace = await _traces(ask).trace(ask.part("item"), ask.part("run"))
    if trace is None:
        raise Refused(404, f"{ask.part('item')} has no run {ask.part('run')}")
    return await large_answer(ask, trace)


def _traces(ask: Ask) -> Traces:
    traces = ask.site.sources.traces
    if traces is None:
        raise Refused(404, "this hub keeps no traces")
    return traces


async def list_tokens(ask: Ask) -> Response:
    """Return what may be told of the tokens."""
    rows = [
        {"id": token.id, "name": token.name, "role": token.role, "created": token.created, "used": token.used}
        for token in await ask.site.sources.tokens.list()
    ]
    return json_answer(rows)


async def create_token(ask: Ask) -> Response:
    """Make a token; the answer is the only place where it can be read."""
    data = await ask.mapping()
    name, role = data.get("name"), data.get("role", Role.ADMIN.value)
    if not isinstance(name, str) or not name.strip() or role not in set(Role):
        raise Refused(400, f"`name` must be text, and `role` one of {', '.join(Role)}.")
    token = await ask.site.sources.tokens.create(name.strip(), Role(role))
    return json_answer({"name": name.strip(), "role": role, "token": token}, 201)


async def revoke_token(ask: Ask) -> Response:
    """End a token, and every connection that it opened."""
    if not await ask.site.sources.tokens.revoke(ask.part("token")):
        raise Refused(404, f"there is no token {ask.part('token')!r}")
    for guest in tuple(ask.site.guests):
        guest.leave_if_revoked()
    return json_answer({"message": "Token revoked."})


DOORS = (
    Door("GET", "/api/hub/health", Role.VIEWER, show_health),
    Door("GET", "/api/hub/plugins", Role.VIEWER, list_plugins),
    Door("GET", "/api/hub/schedule", Role.VIEWER, show_schedule),
    Door("GET", "/api/hub/traces", Role.OPERATOR, list_all_runs),
    Door("GET", "/api/hub/traces/{item}", Role.OPERATOR, list_runs),
    Door("GET", "/api/hub/traces/{item}/{run}", Role.OPERATOR, show_run),
    Door("GET", "/api/hub/tokens", Role.ADMIN, list_tokens),
    Door("POST", "/api/hub/tokens", Role.ADMIN, create_token),
    Door("DELETE", "/api/hub/tokens/{token:path}", Role.ADMIN, revoke_token),
)
