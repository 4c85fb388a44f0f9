"""The registries as templates see them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from hub.model.entity import Area, DeviceEntry, Floor, Label, RegistryEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One configured instance of a plugin: what Home Assistant calls a config entry."""

    id: str
    domain: str
    """The plugin's name."""
    title: str
    """The instance's name."""
    state: str = "loaded"


class Registries(Protocol):
    """Everything that is registered, by id."""

    @property
    def areas(self) -> Mapping[str, Area]:
        """Areas by id."""

    @property
    def floors(self) -> Mapping[str, Floor]:
        """Floors by id."""

    @property
    def labels(self) -> Mapping[str, Label]:
        """Labels by id."""

    @property
    def devices(self) -> Mapping[str, DeviceEntry]:
        """Devices by id."""

    @property
    def entities(self) -> Mapping[str, RegistryEntry]:
        """Entities by entity id."""

    @property
    def instances(self) -> Mapping[str, Instance]:
        """Plugin instances by id."""

    def precision(self, entity_id: str) -> int | None:
        """How many decimals to show of a sensor, or None when nobody said."""

    def issues(self) -> Collection[Mapping[str, Any]]:
        """Open issues; each has `domain` and `issue_id`."""


class NoRegistries:
    """Registries in which there is nothing."""

    areas: Mapping[str, Area] = {}
    floors: Mapping[str, Floor] = {}
    labels: Mapping[str, Label] = {}
    devices: Mapping[str, DeviceEntry] = {}
    entities: Mapping[str, RegistryEntry] = {}
    instances: Mapping[str, Instance] = {}

    def precision(self, entity_id: str) -> int | None:  # noqa: ARG002 - the protocol's signature
        """Nobody said."""
        return None

    def issues(self) -> Collection[Mapping[str, Any]]:
        """There are none."""
        return ()
