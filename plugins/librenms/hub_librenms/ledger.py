"""What is known of every alert, and what is new about it: where the webhook and the polling meet. Pure.

The list of alerts is the truth: what differs from it has changed. The webhook is quicker, and tells of what begins and ends
between two polls; it counts when it is younger than what is known. So each change counts once, whichever way it comes first,
and one that comes twice, or late, counts no more.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from hub_librenms.alert import Alert, State

_KEPT = 3 * 86_400.0  # seconds for which an alert that is over is remembered, so that a late word of it counts no more


class Change(NamedTuple):
    """An alert became another."""

    alert: Alert
    """As it is now."""
    before: State | None
    """None when it was not known."""


class Entry(msgspec.Struct, kw_only=True):
    """What is remembered of an alert."""

    alert: Alert
    touched: float
    """When the webhook told of it last, by a clock that never jumps; within this run of the hub."""
    closed: float | None = None
    """When it was over, in seconds since 1970."""


class Ledger:
    """Every alert that is on or was of late."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self._entries: dict[int, Entry] = {}
        for value in kept.values():
            try:
                alert = msgspec.convert(value["alert"], Alert, strict=False)
                self._entries[alert.id] = Entry(alert=alert, touched=float("-inf"), closed=value.get("closed"))
            except (msgspec.ValidationError, TypeError, KeyError, AttributeError):
                continue  # the list tells it anew

    def on(self) -> list[Alert]:
        """Return the alerts that are on."""
        return [entry.alert for entry in self._entries.values() if entry.alert.state is not State.OK]

    def find(self, device_id: int, rule_id: int) -> Alert | None:
        """Return the alert of this device and rule."""
        for entry in self._entries.values():
            if (entry.alert.device_id, entry.alert.rule_id) == (device_id, rule_id):
                return entry.alert
        return None

    def get(self, alert_id: int) -> Alert | None:
        """Return the alert with this id."""
        entry = self._entries.get(alert_id)
        return None if entry is None else entry.alert

    def compare(self, listed: Iterable[Alert], asked_at: float, now: float) -> list[Change]:
        """Take the list of all alerts that are on, as it was asked for at `asked_at` (monotonic); returns what is new."""
        changes, there = [], set()
        for alert in listed:
            there.add(alert.id)
            entry = self._entries.get(alert.id)
            if entry is None:
                changes += [Change(alert, None)]
            elif entry.touched > asked_at:
                continue  # the webhook knows more than this answer
            elif entry.alert.state is not alert.state:
                changes += [Change(alert, entry.alert.state)]
            self._enter(_with(alert, entry), now)
        for entry in list(self._entries.values()):
            old = entry.alert
            if old.id not in there and old.state is not State.OK and entry.touched <= asked_at:
                cleared = msgspec.structs.replace(old, state=State.OK, title="", message="")
                changes.append(Change(cleared, old.state))
                self._enter(cleared, now)
        return changes

    def hear(self, alert: Alert, heard_at: float, now: float) -> Change | None:
        """Take what the webhook says of an alert; returns the change unless it is known, or older than what is known."""
        entry = self._entries.get(alert.id)
        old = None if entry is None else entry.alert
        if old is not None and not _is_news(alert, old):
            return None
        merged = alert if old is None else _with(alert, entry)
        self._enter(merged, now, touched=heard_at)
        if old is None:
            return Change(merged, None)
        # Raised anew: that it was over in between was never heard.
        return Change(merged, State.OK if old.state is alert.state is State.ALERT else old.state)

    def outdated(self, now: float) -> list[int]:
        """Forget the alerts that were over long ago; returns their ids."""
        old = [alert_id for alert_id, entry in self._entries.items() if entry.closed is not None and now - entry.closed > _KEPT]
        for alert_id in old:
            del self._entries[alert_id]
        return old

    def kept(self, alert_id: int) -> dict[str, Any] | None:
        """Return what is to be remembered of an alert, if anything."""
        entry = self._entries.get(alert_id)
        if entry is None:
            return None
        # What is told again need not be remembered.
        alert = msgspec.structs.replace(entry.alert, message="")
        return {"alert": msgspec.to_builtins(alert), "closed": entry.closed}

    def _enter(self, alert: Alert, now: float, touched: float | None = None) -> None:
        entry = self._entries.get(alert.id)
        if touched is None:
            touched = float("-inf") if entry is None else entry.touched
        closed = None
        if alert.state is State.OK:
            closed = now if entry is None or entry.closed is None else entry.closed
        self._entries[alert.id] = Entry(alert=alert, touched=touched, closed=closed)


def split(change: Change) -> Iterator[Change]:
    """Yield the changes that people must hear of: one that is acknowledged or worse when first seen was raised before."""
    if change.before in (None, State.OK) and change.alert.state not in (State.OK, State.ALERT):
        yield Change(msgspec.structs.replace(change.alert, state=State.ALERT), change.before)
        yield Change(change.alert, State.ALERT)
    else:
        yield change


def _is_news(alert: Alert, old: Alert) -> bool:
    if alert.at is None or old.at is None or alert.at == old.at:
        return alert.state is not old.state
    if alert.at < old.at:
        return False
    return alert.state is not old.state or alert.state not in (State.OK, State.ACKNOWLEDGED)


def _with(alert: Alert, entry: Entry | None) -> Alert:
    """Fill what is not said from what is known; time never goes back."""
    if entry is None:
        return alert
    old = entry.alert
    return msgspec.structs.replace(
        alert,
        hostname=alert.hostname or old.hostname,
        rule_id=alert.rule_id or old.rule_id,
        rule=alert.rule or old.rule,
        severity=alert.severity or old.severity,
        note=alert.note or old.note,
        title=alert.title or (old.title if alert.state is old.state else ""),
        at=_later(alert.at, old.at),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((moment for moment in (one, other) if moment is not None), default=None)
