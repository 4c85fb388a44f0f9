"""The entities of people and teams."""

from datetime import datetime

from hub.api import Category, Device, Hub, Sensor, slugify
from hub_airpods_ble.config import Person
from hub_airpods_ble.identity import Proof
from hub_airpods_ble.inbox import Heard
from hub_airpods_ble.message import Battery, Headset, Pair, Status
from hub_airpods_ble.models import Activity

_STEP = 5  # dBm; smaller changes of the signal are not worth a state
_PAUSE = 60.0  # seconds between two states of when somebody was last heard


class PersonBoard:
    """Shows one person's set. Which batteries there are is known when the set is first read."""

    def __init__(self, hub: Hub, person: Person) -> None:
        self._hub = hub
        self._prefix = person.slug
        self._device = Device(key=f"person/{person.slug}", name=person.name, model="AirPods or Beats")
        self._present = hub.binary_sensor(f"{self._prefix}_present", name="Present", device_class="presence", device=self._device)
        self._wearing = hub.binary_sensor(f"{self._prefix}_wearing", name="Wearing", icon="mdi:earbuds", device=self._device)
        self._activity = hub.sensor(
            f"{self._prefix}_activity", name="Activity", device_class="enum", options=tuple(Activity), device=self._device
        )
        self._model = self._diagnostic("model", "Model")
        self._last_seen = self._diagnostic("last_seen", "Last seen", device_class="timestamp")
        self._signal = self._diagnostic("signal", "Signal", unit="dBm", device_class="signal_strength", state_class="measurement")
        self._levels: dict[str, Sensor[int | None]] = {}
        self._passing: dict[str, Sensor[bool | None]] = {}
        self._shown_signal: int | None = None
        self._shown_seen: datetime | None = None
        self._seen: datetime | None = None

    def show_present(self, proof: Proof | None) -> None:
        """Show that the person is there, and what shows that it is they (None: they were there before a restart)."""
        self._present.set(True, {"identified_by": proof.value if proof else None})

    def show_absent(self) -> None:
        """Show that the person is not there; charges stay as they were last heard, all else is unknown."""
        self._present.set(False, {})
        if self._seen is not None:
            self._last_seen.set(self._seen)
        self._shown_signal = self._shown_seen = None
        self._signal.set(None)
        self._activity.set(None)
        for sensor in (self._wearing, *self._passing.values()):
            sensor.set(None)

    def show_status(self, status: Status, heard: Heard, now: datetime) -> None:
        """Show what the set says and how it was heard."""
        self._model.set(status.model.name, {"colour": status.colour, "maker": status.model.maker})
        self._activity.set(status.activity)
        self._wearing.set(status.worn)
        if self._shown_signal is None or abs(self._shown_signal - heard.signal) >= _STEP:
            self._shown_signal = heard.signal
            self._signal.set(heard.signal, {"adapter": heard.adapter})
        self._seen = now
        if self._shown_seen is None or (now - self._shown_seen).total_seconds() >= _PAUSE:
            self._shown_seen = now
            self._last_seen.set(now)
        match status.shape:
            case Headset(battery=battery):
                self._show_battery("headset", battery, now)
            case Pair() as pair:
                self._show_pair(pair, now)

    def _show_pair(self, pair: Pair, now: datetime) -> None:
        for side, pod in (("left", pair.left), ("right", pair.right)):
            self._show_battery(side, pod.battery, now)
            self._binary(f"{side}_in_ear", icon="mdi:ear-hearing").set(pod.in_ear)
        self._show_battery("case", pair.case, now)
        lid = self._binary("lid", device_class="opening")
        if pair.lid_open is not None:
            lid.set(pair.lid_open)

    def _show_battery(self, part: str, battery: Battery, now: datetime) -> None:
        level, charging = self._level(part), self._binary(f"{part}_charging", device_class="battery_charging")
        # A part that says nothing keeps its last charge; the attribute tells how old that is.
        if battery.percent is not None:
            at = now.replace(second=0, microsecond=0).isoformat()
            level.set(battery.percent, {"tolerance": 0 if battery.exact else 10, "heard_at": at})
            charging.set(battery.charging)

    def _level(self, part: str) -> Sensor[int | None]:
        sensor = self._levels.get(part)
        if sensor is None:
            sensor = self._levels[part] = self._hub.sensor(
                f"{self._prefix}_{part}_battery",
                name=_words(f"{part}_battery"),
                unit="%",
                device_class="battery",
                state_class="measurement",
                device=self._device,
            )
        return sensor

    def _binary(self, key: str, *, device_class: str | None = None, icon: str | None = None) -> Sensor[bool | None]:
        sensor = self._passing.get(key)
        if sensor is None:
            sensor = self._passing[key] = self._hub.binary_sensor(
                f"{self._prefix}_{key}", name=_words(key), device_class=device_class, icon=icon, device=self._device
            )
        return sensor

    def _diagnostic(
        self, key: str, name: str, *, unit: str | None = None, device_class: str | None = None, state_class: str | None = None
    ) -> Sensor[str | int | datetime | None]:
        return self._hub.sensor(
            f"{self._prefix}_{key}",
            name=name,
            unit=unit,
            device_class=device_class,
            state_class=state_class,
            category=Category.DIAGNOSTIC,
            device=self._device,
        )


class TeamBoard:
    """Shows how many of a team are there."""

    def __init__(self, hub: Hub, team: str, size: int) -> None:
        prefix = f"team_{slugify(team)}"
        device = Device(key=f"team/{slugify(team)}", name=f"Team {team}")
        self._people = hub.sensor(
            f"{prefix}_people", name="People", state_class="measurement", icon="mdi:account-group", device=device
        )
        self._anyone = hub.binary_sensor(f"{prefix}_anyone", name="Anyone", device_class="occupancy", device=device)
        self._size = size

    def show(self, present: int) -> None:
        """Show how many are there."""
        self._people.set(present, {"of": self._size})
        self._anyone.set(present > 0)


class ReceiverBoard:
    """Shows how the listening goes."""

    def __init__(self, hub: Hub, place: str | None) -> None:
        self._hub = hub
        self._device = Device(key="receiver", name=f"AirPods receiver {place or ''}".strip())
        self._messages = self._count("messages", "Messages")
        self._unreadable = self._count("unreadable", "Unreadable")
        self._dropped = self._count("dropped", "Dropped")

    def show_counts(self, messages: int, unreadable: int, dropped: int) -> None:
        """Show messages of people who are followed, lines that nobody can read, and messages without room."""
        self._messages.set(messages)
        self._unreadable.set(unreadable)
        self._dropped.set(dropped)

    def show_adapter(self, adapter: str, scanning: bool, attributes: dict[str, str]) -> None:
        """Show whether an adapter listens, and how or why not."""
        sensor = self._hub.binary_sensor(
            f"{slugify(adapter)}_scanning",
            name=f"{adapter} scanning",
            device_class="connectivity",
            category=Category.DIAGNOSTIC,
            device=self._device,
        )
        sensor.set(scanning, attributes)

    def _count(self, key: str, name: str) -> Sensor[int | None]:
        return self._hub.sensor(key, name=name, state_class="total_increasing", category=Category.DIAGNOSTIC, device=self._device)


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()
