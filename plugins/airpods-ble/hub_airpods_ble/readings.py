"""What follows from what one person's set says: events about ears and batteries."""

from collections.abc import Callable, Iterable, Iterator

from hub.api import PluginEvent
from hub_airpods_ble.config import Person
from hub_airpods_ble.events import BatteryLow, InEarChanged, Part
from hub_airpods_ble.message import Battery, Headset, Pair, Status

_RISE = 10  # percent that a battery must rise before it can be low again


class Readings:
    """Turns what one person's set says into events."""

    def __init__(self, person: Person, low_battery: int, low: Iterable[str], emit: Callable[[PluginEvent], None]) -> None:
        self._person = person.name
        self._limit = low_battery
        self._emit = emit
        self._before: Status | None = None
        self.low = {part for part in Part if part in set(low)}
        """The parts whose low battery has been told of."""

    def take(self, status: Status) -> None:
        """Tell what is new."""
        before, self._before = self._before, status
        if before is not None:
            self._tell_ears(before, status)
        for part, battery in _batteries(status):
            self._tell_battery(part, battery)

    def forget(self) -> None:
        """The person has gone: what comes next is not compared with what was."""
        self._before = None

    def _tell_ears(self, before: Status, now: Status) -> None:
        if _ears(before) == _ears(now):
            return
        left, right = _ears(now) if isinstance(now.shape, Pair) else (None, None)
        event = InEarChanged(person=self._person, left=left, right=right, wearing=now.worn, was_wearing=before.worn)
        self._emit(event)

    def _tell_battery(self, part: Part, battery: Battery) -> None:
        if battery.percent is None:
            return
        if battery.charging or battery.percent > self._limit + _RISE:
            self.low.discard(part)
        elif battery.percent <= self._limit and part not in self.low:
            self.low.add(part)
            self._emit(BatteryLow(person=self._person, part=part, percent=battery.percent, exact=battery.exact))


def _ears(status: Status) -> tuple[bool, bool]:
    match status.shape:
        case Pair(left=left, right=right):
            return left.in_ear, right.in_ear
        case Headset(worn=worn):
            return worn, worn


def _batteries(status: Status) -> Iterator[tuple[Part, Battery]]:
    match status.shape:
        case Headset(battery=battery):
            yield Part.HEADSET, battery
        case Pair(left=left, right=right, case=case):
            yield Part.LEFT, left.battery
            yield Part.RIGHT, right.battery
            yield Part.CASE, case
