"""The entities of one queue: how it fares, and what its devices say."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from hub.api import Category, Device, Hub, Sensor, Value
from hub_rabbitmq.broker import Depth
from hub_rabbitmq.config import QueueConfig, SensorConfig
from hub_rabbitmq.cursor import Totals
from hub_rabbitmq.reading import Interpreter, Understanding

_REASONS: Final = 10


class Board:
    """Shows one queue."""

    def __init__(self, hub: Hub, queue: QueueConfig, interpreter: Interpreter) -> None:
        self._hub = hub
        self._queue = queue
        self._sensors = interpreter.sensors
        self._has_devices = interpreter.device_field is not None
        self._reasons: list[str] = []
        self._devices: dict[str, Mapping[str, Sensor[Value]]] = {}
        self._full = False
        self._messages = self._count("messages", "messages", state_class="total_increasing")
        self._last = hub.sensor(f"{queue.slug}_last_message", name=f"{queue.name} last message", device_class="timestamp")
        self._rejected = self._count("rejected", "rejected", state_class="total_increasing")
        self._duplicates = self._count("duplicates", "duplicates", state_class="total_increasing", diagnostic=True)
        self._backlog = self._count("backlog", "backlog")
        self._dead_letters = self._count("dead_letters", "dead letters")
        self._waits = hub.binary_sensor(
            f"{queue.slug}_waits", name=f"{queue.name} waits", device_class="problem", category=Category.DIAGNOSTIC
        )
        self._own = {} if self._has_devices else self._declare(None, f"{queue.slug}_")

    def show_totals(self, totals: Totals) -> None:
        """Show what came so far."""
        self._messages.set(totals.taken, {"bytes": totals.bytes})
        self._rejected.set(totals.rejected, {"reasons": list(self._reasons)})
        self._duplicates.set(totals.duplicates)
        self._last.set(None if totals.last is None else datetime.fromtimestamp(totals.last, UTC))

    def show_depths(self, queue: Depth, dead: Depth) -> None:
        """Show how much lies there."""
        self._backlog.set(queue.messages)
        self._dead_letters.set(dead.messages)

    def show_waiting(self, why: str | None) -> None:
        """Show whether messages wait for something other than the broker, such as the schema registry."""
        self._waits.set(why is not None, {"reason": why})

    def note_rejection(self, reason: str) -> None:
        """Remember a reason, to be shown with the totals."""
        self._reasons = [*self._reasons, reason][-_REASONS:]

    def show_record(self, understanding: Understanding, at: datetime) -> None:
        """Show what a record says."""
        sensors = self._own if understanding.device is None else self._of_device(understanding.device)
        if not sensors:
            return
        known = dict(understanding.enriched)
        for key, value in understanding.readings.items():
            sensors[key].set(value, known)
        if "last_seen" in sensors:
            sensors["last_seen"].set(at, {**understanding.rest, **known})

    def _of_device(self, name: str) -> Mapping[str, Sensor[Value]]:
        if name not in self._devices:
            if len(self._devices) >= self._queue.max_devices:
                self._complain_once()
                return {}
            device = Device(key=f"{self._queue.name}/{name}", name=name, model=self._queue.profile)
            self._devices[name] = self._declare(device, f"{self._queue.slug}_{name}_")
        return self._devices[name]

    def _declare(self, device: Device | None, prefix: str) -> Mapping[str, Sensor[Value]]:
        sensors = {each.lasting_key: self._sensor(each, device, prefix) for each in self._sensors}
        if device is not None:
            sensors["last_seen"] = self._hub.sensor(
                f"{prefix}last_seen", name="Last seen", device_class="timestamp", category=Category.DIAGNOSTIC, device=device
            )
        return sensors

    def _sensor(self, sensor: SensorConfig, device: Device | None, prefix: str) -> Sensor[Value]:
        return self._hub.sensor(
            f"{prefix}{sensor.lasting_key}",
            name=sensor.name or sensor.lasting_key.replace("_", " ").capitalize(),
            unit=sensor.unit,
            device_class=sensor.device_class,
            state_class=sensor.state_class,
            device=device,
        )

    def _count(self, key: str, name: str, *, state_class: str = "measurement", diagnostic: bool = False) -> Sensor[Any]:
        return self._hub.sensor(
            f"{self._queue.slug}_{key}",
            name=f"{self._queue.name} {name}",
            state_class=state_class,
            category=Category.DIAGNOSTIC if diagnostic else None,
        )

    def _complain_once(self) -> None:
        if not self._full:
            self._full = True
            self._hub.log.warning(
                "%s speaks of more than %d devices; the others get no sensors (see `max_devices`)",
                self._queue.name, self._queue.max_devices,
            )  # fmt: skip
