"""A small network, watched by a LibreNMS: what is down, what is too hot, and the alerts that come of it."""

import itertools
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from hub.api import Clock
from hub_librenms.alert import State
from hub_librenms.simulator.tables import (
    DEVICE_DOWN,
    PORT_DOWN,
    RULES,
    SENSOR_OVER_LIMIT,
    Row,
    bgp_row,
    device_row,
    port_rows,
    sensor_rows,
)

OWNER = "hub"
"""The user to whom the token belongs."""

_OF_DEVICE = (
    "device_id",
    "hostname",
    "sysName",
    "sysDescr",
    "os",
    "type",
    "ip",
    "hardware",
    "version",
    "serial",
    "location",
    "uptime",
    "status",
    "status_reason",
)
_WORDS = {State.ALERT: "", State.ACKNOWLEDGED: " got acknowledged", State.WORSE: " got worse", State.BETTER: " got better"}


class Network:
    """The tables of a LibreNMS; what happens to its devices raises alerts and clears them."""

    def __init__(self, clock: Clock, devices: int = 8, ports: int = 4, zone: str = "Europe/Berlin") -> None:
        self.clock, self.zone = clock, ZoneInfo(zone)
        self._ports_each = ports
        self._ids, self._log_ids, self._alert_ids = itertools.count(1), itertools.count(900), itertools.count(1)
        self.devices: dict[int, Row] = {}
        self.ports: dict[int, Row] = {}
        self.sensors: dict[int, Row] = {}
        self.services: dict[int, Row] = {}
        self.sessions: dict[int, Row] = {}
        self.rules: dict[int, Row] = {rule["id"]: dict(rule) for rule in RULES}
        self.alerts: dict[int, Row] = {}
        self.groups: dict[str, set[int]] = {}
        self.syslog: list[Row] = []
        self.windows: list[Row] = []
        self.discovered: list[int] = []
        self.listeners: list[Callable[[Row], None]] = []
        """Are told every notification that LibreNMS sends."""
        self.counts = {"raised": 0, "cleared": 0, "acknowledged": 0, "down": 0, "services_told": 0, "syslog_lines": 0}
        self._log: dict[tuple[int, int], int] = {}
        for _ in range(devices):
            self.add()

    def add(self, **columns: Any) -> Row:
        """Add a device with ports, sensors and, for some, a BGP session and a service."""
        device_id = next(self._ids)
        row = device_row(device_id) | columns
        row["last_polled"] = self.stamp()
        self.devices[device_id] = row
        self.ports |= {port["port_id"]: port for port in port_rows(device_id, device_id * 1000, self._ports_each)}
        self.sensors |= {sensor["sensor_id"]: sensor for sensor in sensor_rows(device_id, device_id * 1000)}
        if device_id % 4 == 2:
            self.sessions[device_id * 10] = bgp_row(device_id, device_id * 10)
        if device_id % 4 == 3:
            self.add_service(device_id, "http", "Intranet", status=0, message="HTTP OK: 200")
        return row

    def remove(self, device_id: int) -> Row:
        """Forget a device and all that hangs on it."""
        for table in (self.ports, self.sensors, self.services, self.sessions, self.alerts):
            for row_id in [row_id for row_id, row in table.items() if row["device_id"] == device_id]:
                del table[row_id]
        return self.devices.pop(device_id)

    def add_service(self, device_id: int, kind: str, name: str, *, status: int = 3, message: str = "", disabled: int = 0) -> int:
        """Add a service; returns its id."""
        service_id = next(self._log_ids)
        self.services[service_id] = {
            "service_id": service_id,
            "device_id": device_id,
            "service_ip": self.devices[device_id]["hostname"],
            "service_type": kind,
            "service_desc": "",
            "service_param": "",
            "service_ignore": 0,
            "service_status": status,
            "service_changed": int(self.clock.time()),
            "service_message": message or "Service not yet checked",
            "service_disabled": disabled,
            "service_ds": "{}",
            "service_template_id": 0,
            "service_name": name,
        }
        return service_id

    def go_down(self, device_id: int, reason: str = "icmp") -> None:
        """Let a device stop answering."""
        self.devices[device_id] |= {"status": 0, "status_reason": reason}
        self.counts["down"] += 1
        self.judge(device_id, DEVICE_DOWN, wrong=True)

    def come_up(self, device_id: int) -> None:
        """Let a device answer again; it has booted."""
        self.devices[device_id] |= {"status": 1, "status_reason": "", "uptime": 30, "last_polled": self.stamp()}
        self.judge(device_id, DEVICE_DOWN, wrong=False)

    def measure(self, sensor_id: int, value: float) -> None:
        """Let a sensor say something else."""
        sensor = self.sensors[sensor_id]
        sensor |= {"sensor_prev": sensor["sensor_current"], "sensor_current": value, "lastupdate": self.stamp()}
        same = [other for other in self.sensors.values() if other["device_id"] == sensor["device_id"]]
        over = any(other["sensor_limit"] is not None and other["sensor_current"] > other["sensor_limit"] for other in same)
        self.judge(sensor["device_id"], SENSOR_OVER_LIMIT, wrong=over)

    def link(self, port_id: int, *, up: bool) -> None:
        """Plug a cable in or pull it out."""
        port = self.ports[port_id]
        port["ifOperStatus"] = "up" if up else "down"
        same = [other for other in self.ports.values() if other["device_id"] == port["device_id"]]
        self.judge(port["device_id"], PORT_DOWN, wrong=any(other["ifOperStatus"] == "down" for other in same))

    def judge(self, device_id: int, rule_id: int, *, wrong: bool) -> None:
        """Raise the alert of a rule, or clear it, as LibreNMS does after each look at a device."""
        alert = self.alert_of(device_id, rule_id)
        is_on = alert is not None and alert["state"] != State.OK
        if wrong and not is_on:
            self.counts["raised"] += 1
            self.become(device_id, rule_id, State.ALERT)
        elif not wrong and is_on:
            self.counts["cleared"] += 1
            self.become(device_id, rule_id, State.OK)

    def become(self, device_id: int, rule_id: int, state: State) -> Row:
        """Give an alert a state, log it and send it."""
        alert = self.alert_of(device_id, rule_id)
        if alert is None:
            alert_id = next(self._alert_ids)
            alert = self.alerts[alert_id] = {"id": alert_id, "device_id": device_id, "rule_id": rule_id, "note": None, "info": ""}
        alert |= {"state": int(state), "alerted": int(state), "open": 1, "timestamp": self.stamp()}
        if state is State.OK:
            alert |= {"open": 0, "note": None}
        self._notify(alert, state)
        return alert

    def acknowledge(self, alert_id: int, note: str, *, until_clear: bool | None, who: str = OWNER) -> bool:
        """Acknowledge; False when there is no such alert. LibreNMS sends nothing then, unless it is told to."""
        self.counts["acknowledged"] += 1
        return self._annotate(alert_id, State.ACKNOWLEDGED, note, who, f'{{"until_clear":{str(until_clear).lower()}}}')

    def unmute(self, alert_id: int, note: str, who: str = OWNER) -> bool:
        """Take an acknowledgement back; False when there is no such alert."""
        return self._annotate(alert_id, State.ALERT, note, who, "")

    def alert_of(self, device_id: int, rule_id: int) -> Row | None:
        """Return the alert of this device and rule; there is one at most, for ever."""
        for alert in self.alerts.values():
            if (alert["device_id"], alert["rule_id"]) == (device_id, rule_id):
                return alert
        return None

    def device(self, name: str) -> Row | None:
        """Return the device with this id or host name; a name of digits is always taken for an id."""
        if name.isascii() and name.isdigit():
            return self.devices.get(int(name))
        return next((row for row in self.devices.values() if row["hostname"] == name), None)

    def stamp(self) -> str:
        """Return the moment as LibreNMS writes it: local, and without a zone."""
        return self.clock.now().astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def _annotate(self, alert_id: int, state: State, note: str, who: str, info: str) -> bool:
        alert = self.alerts.get(alert_id)
        if alert is None:
            return False
        line = f"{self.stamp()} - Ack ({who}) {note}"
        notes = f"{alert['note']}\n{line}" if alert["note"] else line
        alert |= {"state": int(state), "note": notes, "info": info, "timestamp": self.stamp()}
        return True

    def _notify(self, alert: Row, state: State) -> None:
        key, line = (alert["device_id"], alert["rule_id"]), next(self._log_ids)
        if state is State.ALERT:
            self._log[key] = line
        first = self._log.get(key, line) if state is State.OK else line
        told = notification(self.devices[key[0]], self.rules[key[1]], alert, first=first, line=line)
        for listener in self.listeners:
            listener(told)


def notification(device: Row, rule: Row, alert: Row, *, first: int, line: int) -> Row:
    """Return what templates can name: `id` and `uid` are lines of the log, `alert_id` is the alert (LibreNMS, RunAlerts.php)."""
    state = State(alert["state"])
    what = f"{device['sysName']} recovered from {rule['name']}"
    if state is not State.OK:
        what = f"Alert for device {device['sysName']} - {rule['name']}{_WORDS.get(state, '')}"
    return {name: device[name] for name in _OF_DEVICE} | {
        "display": device["sysName"],
        "rule_id": rule["id"],
        "id": first,
        "uid": line,
        "alert_id": alert["id"],
        "alert_notes": alert["note"],
        "title": what,
        "msg": f'{what}\nSeverity: {rule["severity"]}\nSays: "{device["status_reason"]}"',
        "name": rule["name"],
        "rule": rule["name"],
        "severity": rule["severity"],
        "state": int(state),
        "timestamp": alert["timestamp"],
        "elapsed": "5m",
        "proc": None,
        "faults": [{"string": ""}],
    }
