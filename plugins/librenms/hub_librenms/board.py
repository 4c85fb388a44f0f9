"""What the hub shows: entities by kind, told only when they change, removed when their thing is gone."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hub.api import Category, Device, Hub, Sensor, Value

_PREFIX = "shown/"
_TURN = 100  # entities told in one turn of the loop, before others get theirs


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    """One entity, as it is to be shown now."""

    key: str
    name: str
    value: Value = None
    known: bool = True
    """Whether anybody can know the value at the moment."""
    attributes: Mapping[str, Any] = {}
    binary: bool = False
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    icon: str | None = None
    category: Category | None = None
    options: tuple[str, ...] | None = None
    device: Device | None = None

    @property
    def description(self) -> tuple[object, ...]:
        """What makes it a new declaration when it changes."""
        return (self.name, self.unit, self.device_class, self.state_class, self.icon, self.options, self.device)


class _Shown:
    """An entity that is shown."""

    __slots__ = ("facet", "sensor")

    def __init__(self, sensor: Sensor[Any]) -> None:
        self.sensor = sensor
        self.facet: Facet | None = None


class Board:
    """Shows facets as entities, and remembers which, so that one whose thing vanished while the hub was down is removed too."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._shown: dict[str, dict[str, _Shown]] = {}
        self._earlier: dict[str, dict[str, list[Any]]] = {
            name.removeprefix(_PREFIX): kept for name, kept in hub.memory.items(_PREFIX).items() if isinstance(kept, dict)
        }

    async def show(self, kind: str, facets: Iterable[Facet]) -> None:
        """Show exactly these of a kind."""
        shown, there = self._shown.setdefault(kind, {}), set()
        for number, facet in enumerate(facets, 1):
            there.add(facet.key)
            self._tell(shown, facet)
            if number % _TURN == 0:
                await asyncio.sleep(0)
        for key in shown.keys() - there:
            shown.pop(key).sensor.remove()
        await self._remember(kind, shown)

    def update(self, kind: str, facets: Iterable[Facet]) -> None:
        """Show these of a kind anew; the others stay as they are."""
        shown = self._shown.setdefault(kind, {})
        for facet in facets:
            if facet.key in shown:
                self._tell(shown, facet)

    def lose(self, kind: str) -> None:
        """Say that nobody can know the values of a kind at the moment."""
        for shown in self._shown.get(kind, {}).values():
            shown.sensor.unavailable()
            shown.facet = None

    async def keep_only(self, kinds: Iterable[str]) -> None:
        """Remove what an earlier run of the hub showed of other kinds."""
        for kind in self._earlier.keys() - set(kinds):
            await self.show(kind, ())

    def _tell(self, shown: dict[str, _Shown], facet: Facet) -> None:
        entity = shown.get(facet.key)
        if entity is None:
            entity = shown[facet.key] = _Shown(_declare(self._hub, facet))
        elif entity.facet == facet:
            return
        elif entity.facet is None or entity.facet.description != facet.description:
            entity.sensor = _declare(self._hub, facet)
        entity.facet = facet
        if facet.known:
            entity.sensor.set(facet.value, facet.attributes)
        else:
            entity.sensor.unavailable()

    async def _remember(self, kind: str, shown: Mapping[str, _Shown]) -> None:
        earlier = self._earlier.get(kind, {})
        for key in earlier.keys() - shown.keys():
            _declare(self._hub, _from_memory(key, earlier[key])).remove()
        if earlier.keys() != shown.keys():
            kept = {key: earlier.get(key) or _for_memory(entity.facet) for key, entity in shown.items()}
            self._earlier[kind] = kept
            await self._hub.memory.put({_PREFIX + kind: kept or None})


def _declare(hub: Hub, facet: Facet) -> Sensor[Any]:
    if facet.binary:
        return hub.binary_sensor(
            facet.key,
            name=facet.name,
            device_class=facet.device_class,
            icon=facet.icon,
            category=facet.category,
            device=facet.device,
        )
    return hub.sensor(
        facet.key,
        name=facet.name,
        unit=facet.unit,
        device_class=facet.device_class,
        state_class=facet.state_class,
        icon=facet.icon,
        category=facet.category,
        options=facet.options,
        device=facet.device,
    )


def _for_memory(facet: Facet | None) -> list[Any]:
    if facet is None:
        return []
    device = facet.device
    return [facet.name, facet.binary, *([] if device is None else [device.key, device.name])]


def _from_memory(key: str, kept: object) -> Facet:
    """Return a facet that is enough to remove an entity."""
    match kept:
        case [str(name), bool(binary), str(device_key), str(device_name)]:
            return Facet(key=key, name=name, binary=binary, device=Device(key=device_key, name=device_name))
        case [str(name), bool(binary)]:
            return Facet(key=key, name=name, binary=binary)
        case _:
            return Facet(key=key, name=key)
