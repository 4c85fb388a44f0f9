"""Labels: tags that an admin gives to entities, devices and areas."""

from collections.abc import Iterable
from typing import Final, TypedDict, Unpack

from hub.bus import Bus
from hub.model.entity import Label
from hub.registry.keeping import NOWHERE, Keeper
from hub.registry.named import NamedRegistry

LABEL_REGISTRY_UPDATED: Final = "label_registry_updated"


class LabelChanges(TypedDict, total=False):
    """What may be changed of a label."""

    name: str
    description: str | None


class LabelRegistry(NamedRegistry[Label]):
    """Every label; `label_registry_updated` tells what changes."""

    def __init__(self, bus: Bus, labels: Iterable[Label] = (), keeper: Keeper = NOWHERE) -> None:
        super().__init__(bus, labels, keeper, "label")

    def create(self, name: str, *, description: str | None = None) -> Label:
        """Make a label. Raises NameTaken."""
        return self._create(name, lambda label_id: Label(id=label_id, name=name.strip(), description=description))

    def update(self, label_id: str, **changes: Unpack[LabelChanges]) -> Label:
        """Change what is given. Raises UnknownRow, NameTaken."""
        return self._update(label_id, dict(changes))
