"""The triggers `event`, `tag`, and those of plugin events (DIALECT 2.6)."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.automation.schema.triggers import EventTrigger, TagTrigger
from hub.automation.values import render_of
from hub.automation.world import Fire, World
from hub.bus import Cancel, listen_any
from hub.model.context import Context
from hub.model.event import Event


def attach_event(model: EventTrigger, base: Mapping[str, Any], variables: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire on events of the given types whose data and context are as wanted."""
    types = [str(render_of(event_type, world.templates, limited=True)(variables)) for event_type in model.event_type]
    wanted = render_of(dict(model.event_data or {}), world.templates, limited=True)(variables)
    context = render_of(dict(model.context or {}), world.templates, limited=True)(variables)
    matches = data_match(wanted)

    def on_event(event: Event) -> None:
        if matches is not None and not matches(event.data):
            return
        if context and not _context_matches(context, event.context):
            return
        fire({**base, "platform": "event", "event": event, "description": f"event '{event.event_type}'"}, event.context)

    return listen_any(world.bus, dict.fromkeys(types), on_event)


def attach_tag(model: TagTrigger, base: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire when one of the codes is scanned."""

    def on_event(event: Event) -> None:
        tag_id, device_id = event.data.get("tag_id"), event.data.get("device_id")
        if tag_id in model.tag_id and (model.device_id is None or device_id in model.device_id):
            told = {"event": event, "tag_id": tag_id, "description": f"tag {tag_id}"}
            fire({**base, "platform": "tag", **told}, event.context)

    return world.bus.listen("tag_scanned", on_event)


def data_match(wanted: Mapping[Any, Any]) -> Callable[[Mapping[str, Any]], bool] | None:
    """Return what judges an event's data; None where all is right.

    Every wanted key must be there with an equal value. As soon as one wanted value is a mapping, mappings match partially, and a
    wanted list means that every element of the event's list is among these.
    """
    if not wanted:
        return None
    if any(isinstance(value, Mapping) for value in wanted.values()):
        return lambda data: _fits(wanted, data)
    items = list(wanted.items())

    def equal(data: Mapping[str, Any]) -> bool:
        return all(key in data and data[key] == value for key, value in items)

    return equal


def _fits(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(given, Mapping) and all(key in given and _fits(value, given[key]) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(given, list) and all(any(_fits(choice, item) for choice in wanted) for item in given)
    return bool(wanted == given)


def _context_matches(wanted: Mapping[str, Any], context: Context) -> bool:
    given = context.as_dict()
    return all(given.get(key) in (value if isinstance(value, list) else [value]) for key, value in wanted.items())
