"""What lasts of entities, devices, areas, floors and labels: ids, names, and where things belong."""

from hub.registry.areas import AREA_REGISTRY_UPDATED, FLOOR_REGISTRY_UPDATED, AreaRegistry, FloorRegistry
from hub.registry.bundle import Registries
from hub.registry.devices import DEVICE_REGISTRY_UPDATED, DeviceRegistry
from hub.registry.entities import ENTITY_REGISTRY_UPDATED, EntityRegistry
from hub.registry.keeping import NOWHERE, Keeper, NameTaken, RegistryError, Row, UnknownRow
from hub.registry.labels import LABEL_REGISTRY_UPDATED, LabelRegistry
from hub.registry.targets import Resolved, resolve

__all__ = [
    "AREA_REGISTRY_UPDATED",
    "DEVICE_REGISTRY_UPDATED",
    "ENTITY_REGISTRY_UPDATED",
    "FLOOR_REGISTRY_UPDATED",
    "LABEL_REGISTRY_UPDATED",
    "NOWHERE",
    "AreaRegistry",
    "DeviceRegistry",
    "EntityRegistry",
    "FloorRegistry",
    "Keeper",
    "LabelRegistry",
    "NameTaken",
    "Registries",
    "RegistryError",
    "Resolved",
    "Row",
    "UnknownRow",
    "resolve",
]
