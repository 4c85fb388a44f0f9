"""Readings: what becomes of the leaves of one entity. Each takes parts (values with the target's time) and tells its sensor."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from hub.api import Sensor, Value
from hub_gnmi import values
from hub_gnmi.config import ReadAs
from hub_gnmi.links import UP, Links
from hub_gnmi.paths import Path
from hub_gnmi.rates import Counter, Loss
from hub_gnmi.rules import Rule
from hub_gnmi.values import BadValue, Json

Read = Callable[[Json], Any]
_DIGITS = 3  # of a rate or a share
_READERS: Mapping[ReadAs, Read] = {
    ReadAs.AUTO: values.text,
    ReadAs.TEXT: values.text,
    ReadAs.NUMBER: values.number,
    ReadAs.FLOAT32: values.float32,
    ReadAs.TIME: values.moment,
}


class Reading(ABC):
    """One entity that is read from one leaf or several."""

    transitions = True
    """Whether each value matters; else only the newest does, and those before it may be left out when there are too many."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.paths: dict[str, Path] = {}
        """Where each of its parts is."""
        self.heard = 0.0
        """When a part came last, by the hub's clock (monotonic)."""
        self.stale = False

    @abstractmethod
    def take(self, part: str, value: Json, at: int) -> None:
        """Take a value of a part, of a moment in nanoseconds. Raises BadValue."""

    def restart(self) -> None:  # noqa: B027  # most readings have nothing to forget
        """Values from now on cannot be compared with those before."""

    @abstractmethod
    def unavailable(self) -> None:
        """Nobody knows the value now."""

    @abstractmethod
    def remove(self) -> None:
        """The target has it no more."""


class OfSensor(Reading):
    """A reading that is shown by a sensor of values."""

    def __init__(self, rule: Rule, sensor: Sensor[Value]) -> None:
        super().__init__(rule)
        self._sensor = sensor
        self._read = _READERS[rule.read_as]
        self.transitions = rule.read_as in (ReadAs.AUTO, ReadAs.TEXT)

    def unavailable(self) -> None:
        """Nobody knows the value now."""
        self._sensor.unavailable()

    def remove(self) -> None:
        """The target has it no more."""
        self._sensor.remove()


class Plain(OfSensor):
    """The value itself."""

    def take(self, part: str, value: Json, at: int) -> None:  # noqa: ARG002  # the signature is the base's
        """Show it."""
        read = self._read(value)
        scale = self.rule.scale
        if scale is not None and isinstance(read, int | float) and not isinstance(read, bool):
            read = read * scale
        self._sensor.set(read, {"values": value[:100]} if isinstance(value, list) else None)


class Rate(OfSensor):
    """The growth of a counter per second."""

    def __init__(self, rule: Rule, sensor: Sensor[Value]) -> None:
        super().__init__(rule, sensor)
        self.transitions = False
        self._counter = Counter(rule.bits)
        self._scale = 1.0 if rule.scale is None else rule.scale

    def take(self, part: str, value: Json, at: int) -> None:  # noqa: ARG002  # the signature is the base's
        """Show the rate, once there are two samples."""
        read = self._read(value)
        rate = None if read is None else self._counter.rate(read, at)
        if rate is not None:
            self._sensor.set(round(rate * self._scale, _DIGITS))

    def restart(self) -> None:
        """The counter begins anew."""
        self._counter.restart()


class Lost(OfSensor):
    """The share of packets that was lost."""

    def __init__(self, rule: Rule, sensor: Sensor[Value]) -> None:
        super().__init__(rule, sensor)
        self.transitions = False
        self._loss = Loss()

    def take(self, part: str, value: Json, at: int) -> None:
        """Show the share, once there is a window."""
        read = self._read(value)
        share = None if read is None else self._loss.share(part, read, at)
        if share is not None:
            self._sensor.set(round(share, _DIGITS))

    def restart(self) -> None:
        """The counters begin anew."""
        self._loss.restart()


class Share(OfSensor):
    """One value in percent of another."""

    def __init__(self, rule: Rule, sensor: Sensor[Value]) -> None:
        super().__init__(rule, sensor)
        self.transitions = False
        self._parts: dict[str, float] = {}

    def take(self, part: str, value: Json, at: int) -> None:  # noqa: ARG002  # the signature is the base's
        """Show the share, once both are known."""
        read = self._read(value)
        if read is None:
            return
        self._parts[part] = read
        whole = self._parts.get("whole", 0.0)
        if whole > 0 and "part" in self._parts:
            self._sensor.set(round(100.0 * self._parts["part"] / whole, _DIGITS))


class Boot(OfSensor):
    """When the target was started."""

    def __init__(self, rule: Rule, sensor: Sensor[Value], booted: Callable[[datetime], datetime]) -> None:
        super().__init__(rule, sensor)
        self._booted = booted

    def take(self, part: str, value: Json, at: int) -> None:  # noqa: ARG002  # the signature is the base's
        """Show it."""
        read = self._read(value)
        if isinstance(read, datetime):
            self._sensor.set(self._booted(read))


class OnOff(Reading):
    """Whether a value is one of those that are on."""

    def __init__(self, rule: Rule, sensor: Sensor[bool | None]) -> None:
        super().__init__(rule)
        self._sensor = sensor

    def take(self, part: str, value: Json, at: int) -> None:  # noqa: ARG002  # the signature is the base's
        """Show it."""
        shown = values.text(value)
        self._sensor.set(None if shown is None else str(shown).upper() in self.rule.on)

    def unavailable(self) -> None:
        """Nobody knows the value now."""
        self._sensor.unavailable()

    def remove(self) -> None:
        """The target has it no more."""
        self._sensor.remove()


class Link(Reading):
    """Whether an interface is up."""

    def __init__(self, rule: Rule, sensor: Sensor[bool | None], interface: str, links: Links) -> None:
        super().__init__(rule)
        self._sensor, self._interface, self._links = sensor, interface, links
        self._status: dict[str, str] = {}

    def take(self, part: str, value: Json, at: int) -> None:  # noqa: ARG002  # the signature is the base's
        """Show it, and tell of the change."""
        status = values.text(value, 32)
        if not isinstance(status, str):
            raise BadValue(f"the {part}-status of {self._interface} is no text")
        self._status[part] = status.upper()
        if part == "oper":
            self._links.oper(self._interface, status)
        else:
            self._links.admin(self._interface, status)
        oper = self._status.get("oper")
        shown = None if oper in (None, "UNKNOWN") else oper == UP
        self._sensor.set(shown, {f"{name}_status": said for name, said in self._status.items()})

    def unavailable(self) -> None:
        """Nobody knows the value now."""
        self._sensor.unavailable()

    def remove(self) -> None:
        """The target has the interface no more."""
        self._links.gone(self._interface)
        self._sensor.remove()
