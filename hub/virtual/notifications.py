"""`persistent_notification`: messages that stay until somebody dismisses them, or the hub stops."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import uuid4

import msgspec
from pydantic import Field

from hub.automation.schema.primitives import Text
from hub.automation.world import World
from hub.model.action import Action, ActionCall
from hub.model.context import Context
from hub.virtual.domain import ActionData
from hub.virtual.offering import plain_action

UPDATED: Final = "persistent_notifications_updated"


class Notification(msgspec.Struct, frozen=True):
    """One message."""

    notification_id: str
    message: str
    title: str | None
    created_at: datetime


class _Create(ActionData):
    message: Text = Field(description="What it says.")
    title: Text | None = Field(None, description="Its headline.")
    notification_id: Text | None = Field(None, description="Names it, so that it can be replaced and dismissed.")


class _Dismiss(ActionData):
    notification_id: Text = Field(description="Which one.")


class Notifications:
    """The messages that nobody has dismissed; the event `persistent_notifications_updated` tells what changes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._notifications: dict[str, Notification] = {}

    def all(self) -> list[Notification]:
        """Return the messages, the oldest first."""
        return list(self._notifications.values())

    def actions(self) -> list[Action]:
        """Make the actions `persistent_notification.…`."""
        domain = "persistent_notification"
        return [
            plain_action(domain, "create", "Show a message until it is dismissed.", self._create, _Create),
            plain_action(domain, "dismiss", "Dismiss a message.", self._dismiss, _Dismiss),
            plain_action(domain, "dismiss_all", "Dismiss all messages.", self._dismiss_all),
        ]

    def _create(self, call: ActionCall) -> None:
        data = _Create.model_construct(**call.data)
        identity = data.notification_id or uuid4().hex
        notification = Notification(identity, data.message, data.title, self._world.clock.now())
        self._notifications[identity] = notification
        # Home Assistant says `added` also when it replaces one.
        self._tell("added", [notification], call.context)

    def _dismiss(self, call: ActionCall) -> None:
        gone = self._notifications.pop(call.data["notification_id"], None)
        if gone is not None:
            self._tell("removed", [gone], call.context)

    def _dismiss_all(self, call: ActionCall) -> None:
        gone, self._notifications = self.all(), {}
        self._tell("removed", gone, call.context)

    def _tell(self, update_type: str, notifications: list[Notification], context: Context) -> None:
        told: list[Mapping[str, object]] = [msgspec.structs.asdict(notification) for notification in notifications]
        self._world.bus.fire(UPDATED, {"update_type": update_type, "notifications": told}, context)
