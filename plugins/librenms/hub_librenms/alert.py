"""An alert, as the list of alerts and the webhook tell of it. Pure.

`alerts` has one row per device and rule, for ever; its time moves with every change of the row. The API transport tells the time
of the log entry that the change made, which is never later (LibreNMS, RunAlerts.php and db_schema.yaml).
"""

from datetime import datetime, tzinfo
from enum import IntEnum
from typing import Any

import msgspec

from hub_librenms.wire import moment, text, whole

_LONGEST_NOTE = 2000


class State(IntEnum):
    """LibreNMS's numbers (LibreNMS, Enum/AlertState.php)."""

    OK = 0
    ALERT = 1
    ACKNOWLEDGED = 2
    WORSE = 3
    BETTER = 4
    CHANGED = 5

    @property
    def word(self) -> str:
        """What people read."""
        return self.name.lower()


ON = tuple(state for state in State if state is not State.OK)
"""Without asking for them by number only those in state 1 are listed: one that is acknowledged would seem gone."""


class AlertRow(msgspec.Struct):
    """A row of `alerts`."""

    id: Any = None
    device_id: Any = None
    hostname: Any = None
    rule_id: Any = None
    state: Any = None
    severity: Any = None
    note: Any = None
    timestamp: Any = None


class RuleRow(msgspec.Struct):
    """A row of `alert_rules`."""

    id: Any = None
    name: Any = None
    severity: Any = None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an alert."""

    id: int
    device_id: int
    state: State
    hostname: str = ""
    rule_id: int = 0
    rule: str = ""
    severity: str = ""
    note: str = ""
    at: datetime | None = None
    """When the row changed last."""
    title: str = ""
    message: str = ""


def alert(row: AlertRow, zone: tzinfo) -> Alert | None:
    """Read a row; None for one that names no alert, or a state that nobody knows."""
    alert_id, device_id, state = whole(row.id), whole(row.device_id), state_of(row.state)
    if alert_id is None or device_id is None or state is None:
        return None
    return Alert(
        id=alert_id,
        device_id=device_id,
        state=state,
        hostname=text(row.hostname),
        rule_id=whole(row.rule_id) or 0,
        severity=text(row.severity, 16).lower(),
        note=text(row.note, _LONGEST_NOTE),
        at=moment(row.timestamp, zone),
    )


_WORDS = {
    "ok": State.OK,
    "clear": State.OK,
    "cleared": State.OK,
    "recovered": State.OK,
    "resolved": State.OK,
    "up": State.OK,
    "alert": State.ALERT,
    "active": State.ALERT,
    "critical": State.ALERT,
    "down": State.ALERT,
    "ack": State.ACKNOWLEDGED,
    "acknowledged": State.ACKNOWLEDGED,
    "worse": State.WORSE,
    "better": State.BETTER,
    "changed": State.CHANGED,
}


def state_of(value: object) -> State | None:
    """Return the state that a number or a word means, or None."""
    found = whole(value)
    if found is not None:
        return State(found) if found in State.__members__.values() else None
    return _WORDS.get(text(value, 32).lower())
