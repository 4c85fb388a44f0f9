"""Home Assistant's REST API."""

from starlette.routing import Route, Router

from hub.web.endpoint import Door, Endpoint, nothing_here
from hub.web.rest import actions, core, events, history, hub, metrics, page, states, templates, webhooks
from hub.web.site import Site

# The first that fits answers, so what is asked most often stands first.
DOORS: tuple[Door, ...] = (
    *states.DOORS,
    *actions.DOORS,
    *events.DOORS,
    *templates.DOORS,
    *webhooks.DOORS,
    *core.DOORS,
    *history.DOORS,
    *hub.DOORS,
    *metrics.DOORS,
    *page.DOORS,
)


def rest_api(site: Site) -> Router:
    """Return the ASGI application."""
    by_path: dict[str, list[Door]] = {}
    for door in DOORS:
        by_path.setdefault(door.path, []).append(door)
    ways = [Route(path, Endpoint(site, doors)) for path, doors in by_path.items()]
    return Router(ways, redirect_slashes=False, default=nothing_here)
