"""`/api/events`: who listens for what, and making things happen."""

from starlette.responses import Response

from hub.model.context import Context
from hub.model.event import Origin
from hub.web.allowed import allowed_event_type
from hub.web.endpoint import Ask, Door, json_answer
from hub.web.identity import Role


async def list_events(ask: Ask) -> Response:
    """Return how many listen for each event type."""
    counts = ask.site.sources.bus.listener_counts()
    return json_answer([{"event": event_type, "listener_count": count} for event_type, count in sorted(counts.items())])


async def fire_event(ask: Ask) -> Response:
    """Tell everybody who listens that something happened."""
    event_type = allowed_event_type(ask.part("event_type"))
    data = await ask.mapping()
    ask.site.sources.bus.fire(event_type, data, Context.new(user_id=ask.identity.id), Origin.REMOTE)
    return json_answer({"message": f"Event {event_type} fired."})


DOORS = (
    Door("GET", "/api/events", Role.VIEWER, list_events),
    Door("POST", "/api/events/{event_type}", Role.ADMIN, fire_event),
)
