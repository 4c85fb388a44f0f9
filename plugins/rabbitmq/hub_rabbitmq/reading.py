"""What a record says of a device: which sensors have which values."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub_rabbitmq.config import Profile, QueueConfig, Scalar, SensorConfig
from hub_rabbitmq.decoding.decoder import Record
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable

FITNESS: Final = (
    SensorConfig(
        field="heart_rate",
        key=None,
        name="Heart rate",
        unit="bpm",
        device_class=None,
        state_class="measurement",
        least=0,
        most=400,
    ),
    SensorConfig(
        field="steps", key=None, name="Steps", unit="steps", device_class=None, state_class="total_increasing", least=0, most=None
    ),
    SensorConfig(
        field="battery", key=None, name="Battery", unit="%", device_class="battery", state_class="measurement", least=0, most=100
    ),
)
"""The sensors of the fitness profile."""
FITNESS_DEVICE: Final = "device"
_LONGEST_NAME: Final = 64
_LONGEST_TEXT: Final = 255
Reading = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Understanding:
    """A record, understood."""

    body: Any
    device: str | None
    """The name of the device that it speaks of; None when the queue knows no devices."""
    readings: Mapping[str, Reading]
    """Sensor key → value, for the fields that the record has."""
    rest: Mapping[str, Any]
    """Fields that no sensor shows."""
    enriched: Mapping[str, Scalar]


class Interpreter:
    """Understands the records of one queue."""

    def __init__(self, queue: QueueConfig) -> None:
        fitness = queue.profile is Profile.FITNESS
        own = {sensor.lasting_key for sensor in queue.sensors}
        ready_made = [sensor for sensor in FITNESS if sensor.lasting_key not in own] if fitness else []
        self.sensors: Sequence[SensorConfig] = (*ready_made, *queue.sensors)
        self.device_field = queue.device or (FITNESS_DEVICE if fitness else None)
        self._must_be_mapping = bool(self.sensors or self.device_field)
        self._shown = {self.device_field, *(sensor.field for sensor in self.sensors)}
        self._table = queue.enrich.table if queue.enrich else {}
        self._lookup = (queue.enrich.field if queue.enrich else None) or self.device_field

    def understand(self, record: Record) -> Understanding:
        """Read values off a record. Raises Unreadable when one is not what it should be."""
        value = record.value
        if not isinstance(value, dict):
            if self._must_be_mapping:
                raise Unreadable(Fault.VALUE, f"it is {_kind(value)}; sensors need a record with fields")
            return Understanding(value, None, {}, {}, {})
        body = {**value, **record.new} if record.new else value
        device = None if self.device_field is None else _device(_find(body, self.device_field), self.device_field)
        readings = {
            sensor.lasting_key: _checked(found, sensor)
            for sensor in self.sensors
            if (found := _find(body, sensor.field)) is not _MISSING
        }
        rest = {name: item for name, item in body.items() if name not in self._shown}
        return Understanding(body, device, readings, rest, self._known_of(body))

    def _known_of(self, body: Mapping[str, Any]) -> Mapping[str, Scalar]:
        key = None if self._lookup is None else _find(body, self._lookup)
        return self._table.get(str(key), {}) if isinstance(key, str | int) else {}


class _Missing:
    pass


_MISSING: Final = _Missing()


def _find(body: Mapping[str, Any], field: str) -> Any:
    if field in body:
        return body[field]
    found: Any = body
    for part in field.split("."):
        if not isinstance(found, dict) or part not in found:
            return _MISSING
        found = found[part]
    return found


def _device(found: object, field: str) -> str:
    name = str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Unreadable(
            Fault.VALUE, f"{field} should be a name of 1 to {_LONGEST_NAME} printable characters, and is {_kind(found)}"
        )
    return name


def _checked(value: Any, sensor: SensorConfig) -> Reading:
    if value is None:
        return None
    if sensor.is_number:
        return _number(value, sensor)
    if not isinstance(value, str | int | float):
        raise Unreadable(Fault.VALUE, f"{sensor.field} is {_kind(value)}; a sensor shows text, a number or a truth value")
    return value[:_LONGEST_TEXT].replace("\0", "") if isinstance(value, str) else value


def _number(value: Any, sensor: SensorConfig) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unreadable(Fault.VALUE, f"{sensor.field} should be a number and is {_kind(value)}")
    if (sensor.least is not None and value < sensor.least) or (sensor.most is not None and value > sensor.most):
        limits = f"between {sensor.least:g}" if sensor.least is not None else "at most"
        limits += f" and {sensor.most:g}" if sensor.least is not None and sensor.most is not None else ""
        raise Unreadable(Fault.VALUE, f"{sensor.field} is {value:g}, which cannot be: it should be {limits}")
    return value


def _kind(value: object) -> str:
    match value:
        case _Missing():
            return "missing"
        case None:
            return "null"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return f"{value!r:.60}"
