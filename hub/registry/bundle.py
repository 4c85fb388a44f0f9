"""All registries together."""

from dataclasses import dataclass

from hub.registry.areas import AreaRegistry, FloorRegistry
from hub.registry.devices import DeviceRegistry
from hub.registry.entities import EntityRegistry
from hub.registry.labels import LabelRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class Registries:
    """What the hub knows of things and places."""

    entities: EntityRegistry
    devices: DeviceRegistry
    areas: AreaRegistry
    floors: FloorRegistry
    labels: LabelRegistry
