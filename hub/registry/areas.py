"""Areas, and the floors they are on."""

from collections.abc import Iterable
from typing import Final, TypedDict, Unpack

from hub.bus import Bus
from hub.model.entity import Area, Floor
from hub.model.event import Event
from hub.registry.keeping import NOWHERE, Keeper
from hub.registry.labels import LABEL_REGISTRY_UPDATED
from hub.registry.named import NamedRegistry

AREA_REGISTRY_UPDATED: Final = "area_registry_updated"
FLOOR_REGISTRY_UPDATED: Final = "floor_registry_updated"


class AreaChanges(TypedDict, total=False):
    """What may be changed of an area."""

    name: str
    floor_id: str | None
    labels: frozenset[str]
    aliases: tuple[str, ...]


class FloorChanges(TypedDict, total=False):
    """What may be changed of a floor."""

    name: str
    level: int | None
    aliases: tuple[str, ...]


class AreaRegistry(NamedRegistry[Area]):
    """Every area; `area_registry_updated` tells what changes."""

    def __init__(self, bus: Bus, areas: Iterable[Area] = (), keeper: Keeper = NOWHERE) -> None:
        super().__init__(bus, areas, keeper, "area")
        bus.listen(FLOOR_REGISTRY_UPDATED, self._follow_floor)
        bus.listen(LABEL_REGISTRY_UPDATED, self._follow_label)

    def create(
        self,
        name: str,
        *,
        floor_id: str | None = None,
        labels: frozenset[str] = frozenset(),
        aliases: tuple[str, ...] = (),
    ) -> Area:
        """Make an area. Raises NameTaken."""
        return self._create(
            name, lambda area_id: Area(id=area_id, name=name.strip(), floor_id=floor_id, labels=labels, aliases=aliases)
        )

    def get_or_create(self, name: str) -> Area:
        """Return the area with this name, made if there was none."""
        return self.by_name(name) or self.create(name)

    def update(self, area_id: str, **changes: Unpack[AreaChanges]) -> Area:
        """Change what is given. Raises UnknownRow, NameTaken."""
        return self._update(area_id, dict(changes))

    def on_floor(self, floor_id: str) -> list[Area]:
        """Return the areas on a floor, in order of names."""
        return [area for area in self.all() if area.floor_id == floor_id]

    def labelled(self, label_id: str) -> list[Area]:
        """Return the areas with a label, in order of names."""
        return [area for area in self.all() if label_id in area.labels]

    def _follow_floor(self, event: Event) -> None:
        if event.data["action"] == "remove":
            for area in self.on_floor(event.data["floor_id"]):
                self.update(area.id, floor_id=None)

    def _follow_label(self, event: Event) -> None:
        if event.data["action"] == "remove":
            label_id = event.data["label_id"]
            for area in self.labelled(label_id):
                self.update(area.id, labels=area.labels - {label_id})


class FloorRegistry(NamedRegistry[Floor]):
    """Every floor; `floor_registry_updated` tells what changes."""

    def __init__(self, bus: Bus, floors: Iterable[Floor] = (), keeper: Keeper = NOWHERE) -> None:
        super().__init__(bus, floors, keeper, "floor")

    def create(self, name: str, *, level: int | None = None, aliases: tuple[str, ...] = ()) -> Floor:
        """Make a floor. Raises NameTaken."""
        return self._create(name, lambda floor_id: Floor(id=floor_id, name=name.strip(), level=level, aliases=aliases))

    def update(self, floor_id: str, **changes: Unpack[FloorChanges]) -> Floor:
        """Change what is given. Raises UnknownRow, NameTaken."""
        return self._update(floor_id, dict(changes))
