"""The entities of one target: leaves find their readings here, which appear as they come and go as they are deleted."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from hub.api import Category, Device, Hub
from hub_gnmi.backlog import Backlog, Slot
from hub_gnmi.events import Rebooted
from hub_gnmi.links import Links
from hub_gnmi.matching import Matching
from hub_gnmi.paths import Path
from hub_gnmi.profiles import Shape
from hub_gnmi.readings import Boot, Link, Lost, OnOff, Plain, Rate, Reading, Share
from hub_gnmi.remembered import Remembered
from hub_gnmi.rules import Rule
from hub_gnmi.values import BadValue, Json
from hub_gnmi.wire import Address, Change, Garbled, Mode, Notification

_BOOT_JITTER = 10.0  # seconds; targets that count from now back to their start are that inexact
_DAY = 86_400 * 1_000_000_000
_SHOWN = 20  # errors
_CACHED = 4  # addresses per entity that are kept; more than that is somebody who makes up keys
_LONGEST_KEY = 200


class Board:
    """Shows what a target tells."""

    def __init__(self, hub: Hub, name: str, device: Device, rules: Iterable[Rule], most: int, remembered: Remembered) -> None:
        self._hub, self._name, self._device, self._most = hub, name, device, most
        self.rules = list(rules)
        self._matching = Matching(self.rules)
        self._remembered = remembered
        self.links = Links(name, hub.emit, remembered, hub.clock)
        self.backlog = Backlog(self.wrong)
        self._readings: dict[str, Reading] = {}
        self._slots: dict[tuple[str, str], Slot] = {}
        self._known: dict[Address, tuple[Slot, ...] | None] = {}
        self.updates = self.errors = self.duplicates = 0
        """What came, what of it could not be read or has no place, and what the target says it has left out."""
        self.sampled = False
        """Whether a leaf has come that is sent at intervals."""
        self.last_errors: deque[str] = deque(maxlen=_SHOWN)

    def __len__(self) -> int:
        return len(self._readings)

    def take(self, notification: Notification) -> None:
        """Take what a target tells: first what is gone, then what came."""
        at, heard = self._moment(notification.at), self._hub.clock.monotonic()
        touched: set[Reading] | None = set() if notification.atomic else None
        self._delete(notification)
        for change in notification.changes():
            self.updates += 1
            self.duplicates += change.duplicates
            try:
                self._change(change, at, heard, touched)
            except (BadValue, Garbled) as error:
                self.wrong(self._told(change, error))
        if touched is not None:
            self._replace(notification, touched)

    def synced(self) -> None:
        """The target has told everything once."""
        self.backlog.flush()
        self.links.synced()
        self.links.tell()

    def flush(self) -> None:
        """Show what waits, and tell what follows from it."""
        self.backlog.flush()
        self.links.tell()

    def look(self) -> list[Path]:
        """Say of what has been silent for too long that nobody knows it; return the paths that nothing comes from."""
        now = self._hub.clock.monotonic()
        for reading in self._readings.values():
            patience = reading.rule.patience
            if patience is not None and not reading.stale and now - reading.heard > patience.total_seconds():
                reading.stale = True
                reading.unavailable()
        heard = {reading.rule.key for reading in self._readings.values() if not reading.stale}
        return list(dict.fromkeys(rule.path for rule in self.rules if rule.key not in heard))

    def wrong(self, what: str) -> None:
        """Count something that cannot be read or has no place."""
        self.errors += 1
        self.last_errors.append(what[:300])

    def _change(self, change: Change, at: int, heard: float, touched: set[Reading] | None) -> None:
        slots = self._known.get(change.address)
        if slots is None:
            slots = self._find(change, at, heard, touched)
        if slots:
            value = change.value
            for slot in slots:
                self._put(slot, value, at, heard, touched)

    def _put(self, slot: Slot, value: Json, at: int, heard: float, touched: set[Reading] | None) -> None:
        reading = slot.reading
        reading.heard, reading.stale = heard, False
        self.backlog.put(slot, value, at)
        if touched is not None:
            touched.add(reading)

    def _find(self, change: Change, at: int, heard: float, touched: set[Reading] | None) -> tuple[Slot, ...]:
        """Find out what an address means; a branch is taken apart every time, a leaf is remembered."""
        path = change.path
        if self._matching.has_below(path) and isinstance(value := change.value, dict | list):
            for found in self._matching.inside(path, value):
                slot = self._slot(found.rule, found.path)
                if slot is not None:
                    self._put(slot, found.value, at, heard, touched)
            return ()
        slots = tuple(slot for rule in self._matching.leaf(path) if (slot := self._slot(rule, path)) is not None)
        if len(self._known) >= _CACHED * self._most:
            self._known.clear()
        self._known[change.address] = slots
        return slots

    def _slot(self, rule: Rule, path: Path) -> Slot | None:
        identity = rule.identity(path)
        key = f"{rule.key}[{identity}]" if identity else rule.key
        slot = self._slots.get((key, rule.part))
        if slot is not None:
            return slot
        reading = self._readings.get(key)
        if reading is None:
            if len(self._readings) >= self._most or len(key) > _LONGEST_KEY:
                self.wrong(f"{str(path)[:200]}: no entity, there are {len(self._readings)} (see `max_entities`)")
                return None
            reading = self._readings[key] = self._reading(rule, key, path)
        reading.paths[rule.part] = path
        self.sampled = self.sampled or rule.mode is Mode.SAMPLE
        slot = self._slots[(key, rule.part)] = Slot(reading, rule.part)
        return slot

    def _reading(self, rule: Rule, key: str, path: Path) -> Reading:
        if rule.shape in (Shape.LINK, Shape.ON_OFF):
            look = rule.look
            onoff = self._hub.binary_sensor(
                key, name=rule.title(path), device_class=look.device_class, icon=look.icon, device=self._device
            )
            return Link(rule, onoff, rule.identity(path), self.links) if rule.shape is Shape.LINK else OnOff(rule, onoff)
        sensor = self._hub.sensor(
            key,
            name=rule.title(path),
            unit=rule.look.unit,
            device_class=rule.look.device_class,
            state_class=rule.look.state_class,
            icon=rule.look.icon,
            category=Category.DIAGNOSTIC if rule.look.diagnostic else None,
            device=self._device,
        )
        match rule.shape:
            case Shape.RATE:
                return Rate(rule, sensor)
            case Shape.LOSS:
                return Lost(rule, sensor)
            case Shape.SHARE:
                return Share(rule, sensor)
            case Shape.BOOT:
                return Boot(rule, sensor, self._booted)
            case _:
                return Plain(rule, sensor)

    def _booted(self, at: datetime) -> datetime:
        """Compare with what is remembered; a start that is later by more than some jitter is a reboot."""
        before, now = self._remembered.boot, at.timestamp()
        if before is not None and abs(now - before) <= _BOOT_JITTER:
            return datetime.fromtimestamp(before, UTC)
        self._remembered.booted(now)
        if before is not None and now > before:
            for reading in self._readings.values():
                reading.restart()
            self._hub.emit(Rebooted(target=self._name, booted_at=at, before=datetime.fromtimestamp(before, UTC)))
        return at

    def _delete(self, notification: Notification) -> None:
        try:
            paths = notification.deletes()
        except Garbled as error:
            self.wrong(str(error))
            return
        if paths:
            self.backlog.flush()  # what came before may be deleted now
            for path in paths:
                self._remove(partial(_is_below, path))
            self.links.tell()

    def _replace(self, notification: Notification, touched: set[Reading]) -> None:
        """An atomic notification is all that there is below its prefix."""
        prefix = notification.prefix
        self.backlog.flush()
        self._remove(lambda reading: reading not in touched and _is_below(prefix, reading))
        self.links.tell()

    def _remove(self, goes: Callable[[Reading], bool]) -> None:
        gone = {key for key, reading in self._readings.items() if goes(reading)}
        if not gone:
            return
        for key in gone:
            self._readings.pop(key).remove()
        self._slots = {(key, part): slot for (key, part), slot in self._slots.items() if key not in gone}
        self._known.clear()

    def _moment(self, told: int) -> int:
        """A time of the target's, unless it cannot be one."""
        now = int(self._hub.clock.time() * 1e9)
        return told if 0 < told < now + _DAY else now

    def _told(self, change: Change, error: Exception) -> str:
        try:
            return f"{change.path}: {error}"
        except Garbled:
            return str(error)


def _is_below(path: Path, reading: Reading) -> bool:
    return all(path.covers(place) for place in reading.paths.values())
