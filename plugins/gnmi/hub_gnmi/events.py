"""What the plugin tells automations."""

from datetime import datetime

from pydantic import Field

from hub.api import PluginEvent


class LinkDown(PluginEvent):
    """An interface that was up is not any more."""

    target: str = Field(description="Name of the target.")
    interface: str = Field(description="Name of the interface.")
    status: str = Field(description="Its oper-status, such as DOWN or LOWER_LAYER_DOWN; NOT_PRESENT when it is gone.")
    admin_status: str | None = Field(
        description="Its admin-status, DOWN when somebody switched it off; None when it is not known."
    )
    while_away: bool = Field(description="Whether it happened while the hub was not connected to the target.")


class LinkUp(PluginEvent):
    """An interface that was not up is so now."""

    target: str = Field(description="Name of the target.")
    interface: str = Field(description="Name of the interface.")
    admin_status: str | None = Field(description="Its admin-status; None when it is not known.")
    down_for: float | None = Field(description="Seconds for which it was not up; None when it is not known.")
    while_away: bool = Field(description="Whether it happened while the hub was not connected to the target.")


class Rebooted(PluginEvent):
    """The target was started again; told also when that happened while the hub was not connected, or not running."""

    target: str = Field(description="Name of the target.")
    booted_at: datetime = Field(description="When it was started.")
    before: datetime = Field(description="When it had been started before.")


class SubscriptionLost(PluginEvent):
    """The target tells no more; the hub subscribes again as soon as it can."""

    target: str = Field(description="Name of the target.")
    reason: str = Field(description="Why, in words.")
    lasted: float = Field(description="Seconds for which the subscription lasted.")
