"""A switch: interfaces whose traffic follows the time of day, processor, memory, and a start that can be repeated."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.api import Clock
from hub_gnmi.paths import Path

_DAY = 86_400.0
_PACKET = 700.0  # octets
_GIB = 1024**3
_BUSY = 0.8  # utilisation from which on packets are discarded

Leafed = bool | int | float | str


class Leaf(NamedTuple):
    """One leaf of the tree."""

    path: Path
    value: Leafed


@dataclass(slots=True)
class Interface:
    """A port: its speed in bit/s, and the share of it that is used on average."""

    name: str
    speed: float = 10e9
    load: float = 0.2
    enabled: bool = True
    cabled: bool = True
    last_change: int = 0
    counters: dict[str, float] = field(default_factory=dict)

    @property
    def is_up(self) -> bool:
        """Whether it carries traffic."""
        return self.enabled and self.cabled

    def carry(self, seconds: float, moment: float, phase: float) -> None:
        """Count what passed in so many seconds up to a moment."""
        if not self.is_up or seconds <= 0:
            return
        for direction, shift in (("in", 0.0), ("out", 1.7)):
            used = self._utilisation(moment, phase + shift)
            octets = used * self.speed / 8.0 * seconds
            packets = octets / _PACKET
            discards = packets * max(0.0, used - _BUSY) * 0.05
            self._count(f"{direction}-octets", octets)
            self._count(f"{direction}-pkts", packets)
            self._count(f"{direction}-unicast-pkts", packets * 0.97)
            self._count(f"{direction}-multicast-pkts", packets * 0.02)
            self._count(f"{direction}-broadcast-pkts", packets * 0.01)
            self._count(f"{direction}-errors", packets * 2e-7)
            self._count(f"{direction}-discards", discards)

    def _utilisation(self, moment: float, phase: float) -> float:
        """Busiest in the early afternoon, with some restlessness."""
        day = 1.0 + 0.6 * math.sin(2 * math.pi * (moment % _DAY) / _DAY - 2.2)
        restless = 1.0 + 0.15 * math.sin(moment / 37.0 + phase) + 0.05 * math.sin(moment / 5.3 + 2 * phase)
        return min(0.98, max(0.0, self.load * day * restless))

    def _count(self, counter: str, more: float) -> None:
        self.counters[counter] = self.counters.get(counter, 0.0) + more


_COUNTERS = tuple(
    f"{direction}-{kind}"
    for direction in ("in", "out")
    for kind in ("octets", "pkts", "unicast-pkts", "multicast-pkts", "broadcast-pkts", "errors", "discards")
)


class Switch:
    """A switch and its tree."""

    def __init__(self, name: str, interfaces: list[Interface], clock: Clock) -> None:
        self.name = name
        self.interfaces = {interface.name: interface for interface in interfaces}
        self.config: dict[Path, Leafed] = {}
        """What a Set has put below a path that is not an interface's."""
        self._clock = clock
        self._carried = clock.time()
        self.booted = clock.time() - 40 * _DAY
        self.listeners: set[Callable[[], None]] = set()
        """Called when something changed that is not a counter."""

    def leaves(self) -> Iterator[Leaf]:
        """Yield the whole tree as it is now."""
        now = self._clock.time()
        for number, interface in enumerate(self.interfaces.values()):
            interface.carry(now - self._carried, now, float(number))
            yield from _interface(interface)
        self._carried = now
        yield from self._system(now)
        for path, value in self.config.items():
            yield Leaf(path, value)

    def cable(self, interface: str, plugged: bool) -> None:
        """Plug a cable in, or pull it."""
        port = self.interfaces[interface]
        self._settle(port)
        port.cabled = plugged
        self._tell()

    def enable(self, interface: str, enabled: bool) -> None:
        """Switch an interface on or off."""
        port = self.interfaces[interface]
        self._settle(port)
        port.enabled = enabled
        self._tell()

    def reboot(self) -> None:
        """Start anew: all counters begin at nothing."""
        self.booted = self._carried = self._clock.time()
        for interface in self.interfaces.values():
            interface.counters.clear()
        self._tell()

    def _settle(self, port: Interface) -> None:
        """Count what passed before something changes."""
        for _ in self.leaves():
            pass
        port.last_change = int(self._clock.time() * 1e9)

    def _tell(self) -> None:
        for listener in list(self.listeners):
            listener()

    def _system(self, now: float) -> Iterator[Leaf]:
        busy = 18.0 + 10.0 * math.sin(now / 61.0) + 4.0 * math.sin(now / 7.0)
        used = int((5.1 + 0.4 * math.sin(now / 900.0)) * _GIB)
        yield Leaf(Path.parse("/system/state/hostname"), self.name)
        yield Leaf(Path.parse("/system/state/software-version"), "4.31.2F")
        yield Leaf(Path.parse("/system/state/boot-time"), int(self.booted * 1e9))
        yield Leaf(Path.parse("/system/cpus/cpu[index=ALL]/state/total/instant"), round(busy))
        yield Leaf(Path.parse("/system/memory/state/physical"), 16 * _GIB)
        yield Leaf(Path.parse("/system/memory/state/used"), used)
        yield Leaf(Path.parse("/system/memory/state/free"), 16 * _GIB - used)
        degrees = 41.0 + 3.0 * math.sin(now / 1200.0)
        yield Leaf(Path.parse("/components/component[name=CPU0]/state/temperature/instant"), round(degrees, 1))


def _interface(interface: Interface) -> Iterator[Leaf]:
    place = Path.parse(f"/interfaces/interface[name={interface.name}]").elements

    def leaf(below: str, value: Leafed) -> Leaf:
        return Leaf(Path((*place, *Path.parse(below).elements)), value)

    yield leaf("config/enabled", interface.enabled)
    yield leaf("state/name", interface.name)
    yield leaf("state/admin-status", "UP" if interface.enabled else "DOWN")
    yield leaf("state/oper-status", "UP" if interface.is_up else "DOWN")
    yield leaf("state/last-change", interface.last_change)
    for counter in _COUNTERS:
        yield leaf(f"state/counters/{counter}", int(interface.counters.get(counter, 0.0)))
