"""What the plugin tells the hub when something happens in LibreNMS."""

from typing import Literal

from pydantic import Field

from hub.api import PluginEvent

Source = Literal["poll", "webhook"]


class AlertEvent(PluginEvent):
    """Something happened to an alert."""

    alert_id: int = Field(description="LibreNMS's id of the alert: one per device and rule, for ever.")
    device_id: int = Field(0, description="LibreNMS's id of the device.")
    hostname: str = Field("", description="Host name of the device.")
    device: str = Field("", description="What people call the device.")
    location: str = Field("", description="Where the device is.")
    rule_id: int = Field(0, description="LibreNMS's id of the rule.")
    rule: str = Field("", description="Name of the rule.")
    severity: str = Field("", description="ok, warning or critical.")
    state: str = Field("", description="alert, acknowledged, worse, better, changed or ok.")
    note: str = Field("", description="Notes of those who acknowledged, as LibreNMS keeps them.")
    title: str = Field("", description="Title that LibreNMS gave; empty when the alert was found by polling.")
    message: str = Field("", description="Message that LibreNMS made by its template; empty when it was found by polling.")
    occurred_at: str = Field("", description="When it happened, as LibreNMS says (ISO 8601).")
    source: Source = Field("poll", description="How the hub heard of it: poll or webhook.")
    by_hub: bool = Field(False, description="Whether the hub itself did it.")


class AlertRaised(AlertEvent):
    """An alert is on."""


class AlertCleared(AlertEvent):
    """An alert is over."""


class AlertAcknowledged(AlertEvent):
    """Somebody takes care of an alert."""


class AlertChanged(AlertEvent):
    """An alert that is on became worse or better, changed, or is acknowledged no longer."""

    change: Literal["worse", "better", "changed", "unacknowledged"] = Field(description="How it changed.")


class DeviceEvent(PluginEvent):
    """Something happened to a device."""

    device_id: int = Field(description="LibreNMS's id of the device.")
    hostname: str = Field(description="Host name.")
    device: str = Field("", description="What people call it.")
    ip: str = Field("", description="Its address.")
    location: str = Field("", description="Where it is.")
    os: str = Field("", description="Operating system, such as ios.")
    type: str = Field("", description="Such as network or server.")
    reason: str = Field("", description="Why it counts as down, such as icmp or snmp.")


class DeviceDown(DeviceEvent):
    """A device does not answer any more."""


class DeviceUp(DeviceEvent):
    """A device answers again."""


class DeviceAdded(DeviceEvent):
    """A device is new in LibreNMS."""


class DeviceRemoved(DeviceEvent):
    """A device is in LibreNMS no longer."""


class WebhookRefused(PluginEvent):
    """An alert came with a wrong secret; told once, until a right one comes."""

    reason: str = Field(description="What is wrong.")


class WebhookUnreadable(PluginEvent):
    """The body of an alert is not what its template should make of it; what could be read of it was used."""

    reason: str = Field(description="What is wrong.")
    excerpt: str = Field("", description="How the body begins.")


EVENTS: tuple[type[PluginEvent], ...] = (
    AlertRaised,
    AlertCleared,
    AlertAcknowledged,
    AlertChanged,
    DeviceDown,
    DeviceUp,
    DeviceAdded,
    DeviceRemoved,
    WebhookRefused,
    WebhookUnreadable,
)
