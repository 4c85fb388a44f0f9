"""Triggers under dotted names: the events of plugins, such as `trigger: ftp.file_arrived`."""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from hub.automation.world import Asked, Fire, OfferedTrigger
from hub.bus import Bus, Cancel
from hub.model.event import Event


def event_trigger(event_type: str, fields: Iterable[str], bus: Bus) -> OfferedTrigger:
    """Offer an event as a trigger. Each field may be filtered by a value, a list of values, or a text with `*`."""

    def attach(asked: Asked, base: Mapping[str, Any], fire: Fire) -> Cancel:
        filters = [(field, _filter(value)) for field, value in asked.options.items()]

        def on_event(event: Event) -> None:
            if all(fits(event.data.get(field)) for field, fits in filters):
                told = {"platform": event_type, "event": event, "description": f"event '{event_type}'"}
                fire({**base, **event.data, **told}, event.context)

        return bus.listen(event_type, on_event)

    return OfferedTrigger(event_type, frozenset(fields), attach)


def _filter(wanted: Any) -> Callable[[Any], bool]:
    choices = wanted if isinstance(wanted, list) else [wanted]
    return lambda value: any(_fits(choice, value) for choice in choices)


def _fits(choice: Any, value: Any) -> bool:
    if isinstance(choice, str) and isinstance(value, str) and "*" in choice:
        return fnmatchcase(value, choice)
    return bool(choice == value)
