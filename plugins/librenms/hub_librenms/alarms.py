"""The alerts: asked for, heard of, told once, and shown."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from hub.api import Hub
from hub_librenms.alert import ON, Alert, AlertRow, RuleRow, State, alert, state_of
from hub_librenms.api import LibreNms, Listing
from hub_librenms.board import Board, Facet
from hub_librenms.config import Kind, LibreNmsConfig
from hub_librenms.events import AlertAcknowledged, AlertChanged, AlertCleared, AlertEvent, AlertRaised, Source
from hub_librenms.inventory import Inventory
from hub_librenms.ledger import Change, Ledger, split
from hub_librenms.switch import Switch
from hub_librenms.wire import moment, text, whole

_PREFIX, _BEGUN = "alert/", "alerts_known"
_SHOWN = 20
_SHOWN_PER_DEVICE = 10
_RULES_FOR = 3600.0  # seconds for which the names of rules are believed
_SEVERITIES = ("critical", "warning", "ok")
_LONGEST_MESSAGE = 4000
_ALL_ON = ",".join(str(int(state)) for state in ON)


class Alarms:
    """The alerts of the devices that are looked at."""

    def __init__(self, hub: Hub, api: LibreNms, board: Board, inventory: Inventory, config: LibreNmsConfig) -> None:
        self._hub, self._api, self._board, self._inventory, self._config = hub, api, board, inventory, config
        self._ledger = Ledger(hub.memory.items(_PREFIX))
        self._list = Listing(api, "/alerts", "alerts", AlertRow, [("state", _ALL_ON)])
        self._listed: list[Alert] = []
        self._rules: dict[int, str] = {}
        self._rules_at = float("-inf")
        self._own: set[tuple[int, State]] = set()
        self._shown_for: Mapping[int, Switch] | None = None
        self._open = hub.sensor(
            "alerts_open", name="Open alerts", unit="alerts", state_class="measurement", icon="mdi:bell-alert"
        )
        self._acknowledged = hub.sensor(
            "alerts_acknowledged", name="Acknowledged alerts", unit="alerts", state_class="measurement", icon="mdi:bell-check"
        )

    async def look(self) -> None:
        """Ask for all alerts that are on. Raises as `LibreNms.rows` does."""
        asked_at, zone = self._hub.clock.monotonic(), self._config.zone
        rows = await self._list.news()
        if rows is not None:
            self._listed = [found for found in (alert(row, zone) for row in rows) if found is not None]
        await self._name_rules(self._listed)
        mine = [self._named(found) for found in self._listed if self._inventory.device(found.device_id) is not None]
        first = self._hub.memory.get(_BEGUN) is None
        changes = self._ledger.compare(mine, asked_at, self._hub.clock.time())
        if not first:
            self._tell(changes, "poll")
        if rows is not None or changes or self._shown_for is not self._inventory.switches:
            await self._show()
        await self._remember(changes, begun=first)

    async def hear(self, fields: Mapping[str, Any]) -> None:
        """Take what the webhook says; what cannot be understood is left to the next look."""
        told = self._understood(fields)
        if told is None or self._inventory.device(told.device_id) is None:
            return
        clock = self._hub.clock
        change = self._ledger.hear(told, clock.monotonic(), clock.time())
        if change is None:
            return
        self._list.forget()
        self._tell([change], "webhook")
        by_device = self._show_counts()
        self._board.update(Kind.ALERTS, [self._facet(change.alert.device_id, by_device)])
        await self._remember([change])

    def expect(self, alert_id: int, state: State) -> None:
        """The hub itself is about to do this."""
        self._own.add((alert_id, state))

    def expect_no_more(self, alert_id: int, state: State) -> None:
        """The hub did not do it."""
        self._own.discard((alert_id, state))

    def lose(self) -> None:
        """Nobody knows any more."""
        self._list.forget()
        self._shown_for = None
        self._board.lose(Kind.ALERTS)
        self._open.unavailable()
        self._acknowledged.unavailable()

    async def _name_rules(self, alerts: Iterable[Alert]) -> None:
        """Ask for the rules when there is one without a name, or the names are old: the list of alerts does not tell them."""
        now = self._hub.clock.monotonic()
        if now - self._rules_at > _RULES_FOR or any(found.rule_id not in self._rules for found in alerts):
            rows = await self._api.rows("/rules", "rules", RuleRow)
            self._rules = {rule_id: text(row.name) for row in rows if (rule_id := whole(row.id)) is not None}
            # A rule that nobody knows (the alert is older than its end) is not asked for again and again.
            self._rules.update({found.rule_id: "" for found in alerts if found.rule_id not in self._rules})
            self._rules_at = now

    def _named(self, found: Alert) -> Alert:
        return msgspec.structs.replace(found, rule=self._rules.get(found.rule_id, ""))

    def _understood(self, fields: Mapping[str, Any]) -> Alert | None:
        """Return the alert that a webhook means; None when the state is missing, or nobody can say which alert it is."""
        state = state_of(fields.get("state"))
        alert_id = whole(fields.get("alert_id"))
        known = None if alert_id is None else self._ledger.get(alert_id)
        switch = self._inventory.find(whole(fields.get("device_id")) or text(fields.get("hostname")))
        device_id = switch.id if switch is not None else known.device_id if known is not None else 0
        name = text(fields.get("name"))
        rule_id = whole(fields.get("rule_id")) or next(
            (number for number, rule in self._rules.items() if name and rule == name), 0
        )
        # `id` is the number of a line in the log, and another one for every change: only `alert_id` names the alert.
        if alert_id is None and (known := self._ledger.find(device_id, rule_id)) is not None:
            alert_id = known.id
        if state is None or alert_id is None:
            return None
        return Alert(
            id=alert_id,
            device_id=device_id,
            state=state,
            hostname=text(fields.get("hostname")) or (switch.hostname if switch is not None else ""),
            rule_id=rule_id,
            rule=name or self._rules.get(rule_id, ""),
            severity=text(fields.get("severity"), 16).lower(),
            at=moment(fields.get("timestamp"), self._config.zone),
            title=text(fields.get("title"), 1000),
            message=text(fields.get("message") or fields.get("msg"), _LONGEST_MESSAGE),
        )

    def _rule_called(self, name: str) -> int:
        return next((number for number, rule in self._rules.items() if name and rule == name), 0)

    def _tell(self, changes: Iterable[Change], source: Source) -> None:
        for change in (part for whole_change in changes for part in split(whole_change)):
            self._hub.emit(self._event(change, source))

    def _event(self, change: Change, source: Source) -> AlertEvent:
        now, key = change.alert, (change.alert.id, change.alert.state)
        switch = self._inventory.find(now.device_id)
        told: dict[str, Any] = {
            "alert_id": now.id,
            "device_id": now.device_id,
            "hostname": now.hostname or (switch.hostname if switch is not None else ""),
            "device": switch.name if switch is not None else now.hostname,
            "location": switch.location if switch is not None else "",
            "rule_id": now.rule_id,
            "rule": now.rule,
            "severity": now.severity,
            "state": now.state.word,
            "note": now.note,
            "title": now.title,
            "message": now.message,
            "occurred_at": _occurred(now, source),
            "source": source,
            "by_hub": key in self._own,
        }
        self._own.discard(key)
        match now.state:
            case State.OK:
                return AlertCleared(**told)
            case State.ACKNOWLEDGED:
                return AlertAcknowledged(**told)
            case State.ALERT if change.before in (None, State.OK):
                return AlertRaised(**told)
            case State.ALERT:
                how = "unacknowledged" if change.before is State.ACKNOWLEDGED else "changed"
                return AlertChanged(**told, change=how)
            case _:
                return AlertChanged(**told, change=now.state.word)

    async def _show(self) -> None:
        by_device, self._shown_for = self._show_counts(), self._inventory.switches
        if self._config.shows(Kind.ALERTS):
            await self._board.show(Kind.ALERTS, [self._facet(device_id, by_device) for device_id in self._inventory.switches])

    def _show_counts(self) -> Mapping[int, list[Alert]]:
        """Show how many alerts are on; returns them by device, the worst first."""
        alerts = sorted(self._ledger.on(), key=_urgency)
        waiting = [found for found in alerts if found.state is not State.ACKNOWLEDGED]
        counted = Counter(found.severity for found in waiting)
        attributes = {severity: counted[severity] for severity in _SEVERITIES}
        self._open.set(len(waiting), {**attributes, "alerts": [self._shown(found) for found in waiting[:_SHOWN]]})
        self._acknowledged.set(len(alerts) - len(waiting))
        by_device: dict[int, list[Alert]] = {}
        for found in alerts:
            by_device.setdefault(found.device_id, []).append(found)
        return by_device

    def _facet(self, device_id: int, by_device: Mapping[int, list[Alert]]) -> Facet:
        alerts = by_device.get(device_id, [])
        return Facet(
            key=f"device_{device_id}_alert",
            name="alert",
            value=bool(alerts),
            binary=True,
            device_class="problem",
            device=self._inventory.device(device_id),
            attributes={
                "severity": alerts[0].severity if alerts else None,
                "acknowledged": all(found.state is State.ACKNOWLEDGED for found in alerts) if alerts else None,
                "alerts": [self._shown(found) for found in alerts[:_SHOWN_PER_DEVICE]],
            },
        )

    def _shown(self, found: Alert) -> dict[str, Any]:
        switch = self._inventory.find(found.device_id)
        return {
            "alert_id": found.id,
            "device": switch.name if switch is not None else found.hostname,
            "rule": found.rule,
            "severity": found.severity,
            "state": found.state.word,
        }

    async def _remember(self, changes: Iterable[Change], *, begun: bool = False) -> None:
        told: dict[str, Any] = {f"{_PREFIX}{change.alert.id}": self._ledger.kept(change.alert.id) for change in changes}
        told |= {f"{_PREFIX}{alert_id}": None for alert_id in self._ledger.outdated(self._hub.clock.time())}
        if begun:
            told[_BEGUN] = True
        if told:
            await self._hub.memory.put(told)


def _occurred(found: Alert, source: Source) -> str:
    """Return when it happened; of an alert that is only missing in the list, nobody knows."""
    return "" if found.at is None or (source == "poll" and found.state is State.OK) else found.at.isoformat()


def _urgency(found: Alert) -> tuple[int, float]:
    """Return what sorts the worst and newest first."""
    rank = _SEVERITIES.index(found.severity) if found.severity in _SEVERITIES else len(_SEVERITIES)
    return rank, -(found.at.timestamp() if found.at is not None else 0.0)
