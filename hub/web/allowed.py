"""What may be asked for, and by whom."""

from typing import Final

from hub.errors import BadName, HubError, UnknownAction
from hub.model.action import Action
from hub.model.event import ANY_EVENT, LONGEST_EVENT_TYPE, STATE_CHANGED
from hub.web.identity import Identity, Role
from hub.web.sources import WebSources

# Other events may carry what somebody typed into a call, so only admins hear them.
_EVERYBODY_HEARS: Final = frozenset(
    {
        STATE_CHANGED,
        "area_registry_updated",
        "component_loaded",
        "core_config_updated",
        "device_registry_updated",
        "entity_registry_updated",
        "floor_registry_updated",
        "label_registry_updated",
        "service_registered",
        "service_removed",
    }
)


class NotAllowed(HubError):
    """Whoever asks may not do this."""


def allowed_action(sources: WebSources, identity: Identity, name: str) -> Action:
    """Return the action if it exists and may be called. Raises UnknownAction or NotAllowed."""
    action = sources.actions.get(name)
    if action is None:
        raise UnknownAction(name)
    if action.admin and not identity.role.covers(Role.ADMIN):
        raise NotAllowed(f"only an admin may call {name}")
    return action


def may_hear(identity: Identity, event_type: str) -> bool:
    """Tell whether events of this type may be shown."""
    return event_type in _EVERYBODY_HEARS or identity.role.covers(Role.ADMIN)


def allowed_event_type(text: str) -> str:
    """Return the event type if it can be fired from outside. Raises BadName."""
    if not text or text == ANY_EVENT or len(text) > LONGEST_EVENT_TYPE:
        raise BadName(text, expected=f"an event type of 1 to {LONGEST_EVENT_TYPE} characters")
    return text
