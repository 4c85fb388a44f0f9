"""What the hub shows: told only when it changes, removed when its thing is gone."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hub.api import Category, Device, Hub, Sensor, Value

_TURN = 250  # entities told in one turn of the loop, before others get theirs
_SHOWN = "shown/"


class Facet(msgspec.Struct, frozen=True, kw_only=True):
    """One entity, as it is to be shown now."""

    key: str
    """`<reference of the thing>/<what>`."""
    name: str
    value: Value = None
    attributes: Mapping[str, Any] = {}
    binary: bool = False
    unit: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    icon: str | None = None
    category: Category | None = None
    device: Device | None = None


class Board:
    """Shows facets, and remembers which, so that one whose thing vanished while the hub was away is removed too."""

    def __init__(self, hub: Hub, part: str) -> None:
        self._hub = hub
        self._kept = f"{_SHOWN}{part}"
        self._sensors: dict[str, Sensor[Any]] = {}
        self._facets: dict[str, Facet] = {}
        self._things: dict[str, dict[str, Facet]] = {}
        earlier = hub.memory.get(self._kept, {})
        self._earlier: dict[str, list[Any]] = dict(earlier) if isinstance(earlier, dict) else {}

    async def show(self, things: Mapping[str, Iterable[Facet]]) -> None:
        """Show exactly these entities of each thing; the other things stay as they are."""
        for number, (thing, facets) in enumerate(things.items(), 1):
            now = {facet.key: facet for facet in facets}
            for key in self._things.get(thing, {}).keys() - now.keys():
                self._remove(key)
            for facet in now.values():
                self._tell(facet)
            if now:
                self._things[thing] = now
            else:
                self._things.pop(thing, None)
            if number % _TURN == 0:
                await asyncio.sleep(0)

    async def keep_only_these(self) -> None:
        """Remove what was shown before and has not been shown now, and remember what is shown."""
        for thing in {key.partition("/")[0] for key in self._facets} - self._things.keys():
            await self.show({thing: ()})
        for key in self._earlier.keys() - self._facets.keys():
            self._forget(key, self._earlier[key])
        if self._earlier.keys() != self._facets.keys():
            self._earlier = {key: self._earlier.get(key) or _kept(facet) for key, facet in self._facets.items()}
            await self._hub.memory.put({self._kept: self._earlier})

    def _tell(self, facet: Facet) -> None:
        before = self._facets.get(facet.key)
        if before == facet:
            return
        if before is None or (before.name, before.device) != (facet.name, facet.device):
            self._sensors[facet.key] = _declare(self._hub, facet)
        self._facets[facet.key] = facet
        self._sensors[facet.key].set(facet.value, facet.attributes)

    def _remove(self, key: str) -> None:
        self._sensors.pop(key).remove()
        del self._facets[key]

    def _forget(self, key: str, kept: list[Any]) -> None:
        match kept:
            case [str(name), bool(binary), str(device_key), str(device_name)]:
                device = Device(key=device_key, name=device_name)
                _declare(self._hub, Facet(key=key, name=name, binary=binary, device=device)).remove()
            case [str(name), bool(binary)]:
                _declare(self._hub, Facet(key=key, name=name, binary=binary)).remove()
            case _:
                return


def _kept(facet: Facet) -> list[Any]:
    return [facet.name, facet.binary, *([facet.device.key, facet.device.name] if facet.device else [])]


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
        device=facet.device,
    )
