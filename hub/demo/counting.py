"""What happens in the demonstration, in numbers."""

from typing import Final

from hub.bus import Bus
from hub.model.event import Event
from hub.model.state import StateChange

_FILES: Final = ("ftp.file_arrived", "ftp.file_changed")


class Counts:
    """Counts from now on."""

    def __init__(self, bus: Bus) -> None:
        self.files_synced = self.metrics = self.runs = self.alerts_delivered = self.acknowledged = self.resolved = 0
        bus.watch_all(self._on_change)
        bus.listen("*", self._on_event)

    def as_dict(self) -> dict[str, int]:
        """Return the numbers by name."""
        return {
            "files_synced": self.files_synced,
            "metrics": self.metrics,
            "runs": self.runs,
            "alerts_delivered": self.alerts_delivered,
            "acknowledged": self.acknowledged,
            "resolved": self.resolved,
        }

    def _on_change(self, change: StateChange) -> None:
        if change.new is not None and change.new.attributes.get("state_class") == "measurement":
            self.metrics += 1

    def _on_event(self, event: Event) -> None:
        if event.event_type in _FILES:
            self.files_synced += 1
        elif event.event_type == "automation_triggered":
            self.runs += 1
        elif event.event_type == "notify.delivered":
            self.alerts_delivered += 1
        elif event.event_type == "alert.acknowledged":
            self.acknowledged += 1
        elif event.event_type == "alert.resolved":
            self.resolved += 1
