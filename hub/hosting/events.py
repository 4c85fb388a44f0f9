"""A plugin's own events, on the wire."""

from typing import Any

from hub.plugin import PluginEvent


def event_type(plugin: str, event: type[PluginEvent]) -> str:
    """Return the name on the wire, such as `ftp.file_arrived`."""
    return f"{plugin}.{event.name}"


def event_data(event: PluginEvent, instance: str) -> dict[str, Any]:
    """Return the data that automations see: the event's fields as JSON values, and the instance that told it."""
    return {**event.model_dump(mode="json"), "instance": instance}
