"""The triggers `homeassistant`, `webhook`, `calendar`, `persistent_notification`."""

from collections.abc import Mapping
from typing import Any

from hub.automation.schema.triggers import HomeassistantTrigger, PersistentNotificationTrigger, WebhookTrigger
from hub.automation.world import Fire, World
from hub.bus import Cancel
from hub.errors import ConfigError
from hub.model.event import Event


def attach_homeassistant(model: HomeassistantTrigger, base: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    """Fire when the hub has started (only for what was attached before), or before it stops."""
    description = "Home Assistant starting" if model.event == "start" else "Home Assistant stopping"

    def come() -> None:
        fire({**base, "platform": "homeassistant", "event": model.event, "description": description}, None)

    waiting = world.lifecycle.at_start if model.event == "start" else world.lifecycle.at_shutdown
    if model.event == "start" and world.lifecycle.started:
        return lambda: None
    waiting.append(come)
    return lambda: waiting.remove(come) if come in waiting else None


def attach_webhook(
    model: WebhookTrigger, base: Mapping[str, Any], variables: Mapping[str, Any], world: World, fire: Fire
) -> Cancel:
    """Fire when somebody calls the webhook."""
    if world.webhooks is None:
        raise ConfigError("webhooks are not taken here")
    webhook_id = world.templates.compile(model.webhook_id).text(variables)

    def come(request: Mapping[str, Any]) -> None:
        fire({**base, "platform": "webhook", "webhook_id": webhook_id, **request, "description": "webhook"}, None)

    return world.webhooks.add(webhook_id, model.allowed_methods, model.local_only is not False, come)


def attach_persistent_notification(
    model: PersistentNotificationTrigger, base: Mapping[str, Any], world: World, fire: Fire
) -> Cancel:
    """Fire when a persistent notification comes, goes or changes."""
    types = model.update_type or ["added", "removed", "updated", "current"]

    def on_event(event: Event) -> None:
        notifications = event.data.get("notifications")
        for notification in notifications if isinstance(notifications, list | tuple) else ():
            if not isinstance(notification, Mapping):
                continue
            wanted = model.notification_id in (None, notification.get("notification_id"))
            if wanted and event.data.get("update_type") in types:
                told = {"update_type": event.data["update_type"], "notification": notification}
                fire({**base, "platform": "persistent_notification", **told}, event.context)

    return world.bus.listen("persistent_notifications_updated", on_event)
