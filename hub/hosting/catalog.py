"""What runs: every plugin instance, how it is doing, and what it offers."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from hub.hosting.discovery import Broken


class Condition(StrEnum):
    """How an instance is doing."""

    CONNECTING = "connecting"
    """It tries, or waits before it tries again."""
    CONNECTED = "connected"
    FAILED = "failed"
    """It has given up until the configuration is reloaded."""
    STOPPED = "stopped"
    BROKEN = "broken"
    """The plugin cannot be loaded or the configuration cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One instance, as people see it."""

    instance: str
    plugin: str
    condition: Condition
    version: str = ""
    since: datetime | None = None
    """When it came to be in this condition."""
    last_error: str | None = None
    attempts: int = 0
    """Attempts to connect since it was last connected."""
    events: int = 0
    losses: int = 0
    """Connections lost or not made for reasons that are to be expected."""
    bugs: int = 0
    """Things that went wrong because of the plugin."""
    webhooks: tuple[str, ...] = ()
    """Paths at which it takes requests."""
    notifiers: tuple[str, ...] = ()
    """Targets for notices that it offers."""

    def as_dict(self) -> dict[str, Any]:
        """Return what the API shows."""
        since = None if self.since is None else self.since.isoformat()
        return {**asdict(self), "condition": self.condition.value, "since": since}


class Reporting(Protocol):
    """An instance that can say how it is doing."""

    def report(self) -> Report:
        """Say how it is doing now."""


class Catalog:
    """Every instance that the configuration names, whether it works or not."""

    def __init__(self) -> None:
        self._instances: dict[str, Reporting] = {}
        self._broken: dict[str, Report] = {}

    def enter(self, instance: str, reporting: Reporting) -> None:
        """Show an instance."""
        self._instances[instance] = reporting

    def leave(self, instance: str) -> None:
        """Show it no longer."""
        self._instances.pop(instance, None)

    def show_broken(self, broken: Iterable[Broken]) -> None:
        """Show these as broken, in place of those shown so before."""
        self._broken = {
            each.name: Report(instance=each.name, plugin=each.plugin, condition=Condition.BROKEN, last_error=each.reason)
            for each in broken
        }

    def reports(self) -> list[Report]:
        """Return how each instance is doing, in order of names."""
        reports: Mapping[str, Report] = {
            **self._broken,
            **{name: reporting.report() for name, reporting in self._instances.items()},
        }
        return [reports[name] for name in sorted(reports)]

    def report(self, instance: str) -> Report | None:
        """Return how one instance is doing, or None when there is none of this name."""
        reporting = self._instances.get(instance)
        return self._broken.get(instance) if reporting is None else reporting.report()
