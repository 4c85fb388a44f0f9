"""Alerts kept by key: raised by keyed notices; acknowledged, snoozed and resolved by people."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from hub.bus import Bus
from hub.clock import Clock, Timer
from hub.config.problems import did_you_mean
from hub.errors import ActionError, BadActionData, StoreError
from hub.model.context import Context
from hub.model.names import EntityId, slugify
from hub.model.notice import Notice, Phase
from hub.notify.alert import Alert
from hub.notify.outbox import Outbox
from hub.notify.routing import Stop
from hub.states import StateMachine

RAISED = "alert.raised"
ACKNOWLEDGED = "alert.acknowledged"
SNOOZED = "alert.snoozed"
RESOLVED = "alert.resolved"

Save = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Keeps changes: key → what JSON can hold, or None to forget the key."""

_RESOLVED_KEPT = 500
_OBJECT_ID_LENGTH = 200

_log = logging.getLogger(__name__)


class UnknownAlert(ActionError):
    """There is no alert with this key."""

    def __init__(self, key: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no alert {key!r}{did_you_mean(key, known)}")


async def _save_nothing(changes: Mapping[str, Any]) -> None:
    """Keep nothing."""


class Alerts:
    """Remembers each matter by its key and tells everybody who heard of it how it goes on.

    One thing at a time: what is said of a matter goes out in the order in which it happened.
    """

    def __init__(self, outbox: Outbox, bus: Bus, states: StateMachine, clock: Clock, save: Save = _save_nothing) -> None:
        self._outbox, self._bus, self._states, self._clock, self._save = outbox, bus, states, clock, save
        self._alerts: dict[str, Alert] = {}
        self._over: dict[str, None] = {}  # keys of resolved alerts, the oldest first
        self._entities: dict[EntityId, str] = {}
        self._snoozes: dict[str, Timer] = {}
        self._awake: asyncio.Queue[str] = asyncio.Queue()
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Raise alerts again whose snooze ends, until cancelled."""
        while True:
            await self._wake(await self._awake.get())

    async def send(self, notice: Notice, stops: Sequence[Stop], context: Context) -> None:
        """Note what a keyed notice says of its matter, and tell people unless they want quiet. Raises OutboxFull."""
        if notice.key is None:
            await self._put(stops, context)
            return
        async with self._turn:
            match notice.phase:
                case Phase.RAISED:
                    await self._raise(notice.key, notice, stops, context)
                case Phase.ACKNOWLEDGED:
                    await self._tell_acknowledged(notice.key, notice, stops, context)
                case Phase.RESOLVED:
                    await self._tell_resolved(notice.key, notice, stops, context)

    async def acknowledge(self, key: str, person: str, context: Context | None = None) -> Alert:
        """Somebody takes care of it. Once is enough: again, or after the end, changes nothing. Raises UnknownAlert."""
        context = context or Context.new()
        async with self._turn:
            alert = self._known(key)
            if not alert.is_open or (alert.phase is Phase.ACKNOWLEDGED and alert.snoozed_until is None):
                return alert
            alert = await self._become(alert.acknowledged(person, self._clock.time()), ACKNOWLEDGED, person, context)
            await self._tell_all(alert, person, context)
            return alert

    async def snooze(self, key: str, duration: timedelta, person: str, context: Context | None = None) -> Alert:
        """Leave people in peace for a while; then it is raised again, if it is still open. Raises UnknownAlert."""
        if duration <= timedelta():
            raise BadActionData("duration: an alert is snoozed for longer than nothing")
        context = context or Context.new()
        async with self._turn:
            alert = self._known(key)
            if not alert.is_open:
                return alert
            now = self._clock.time()
            snoozed = alert.acknowledged(person, now, until=now + duration.total_seconds())
            alert = await self._become(snoozed, SNOOZED, person, context)
            await self._tell_all(alert, person, context)
            return alert

    async def resolve(self, key: str, person: str, context: Context | None = None) -> Alert:
        """It is over. Saying so again changes nothing. Raises UnknownAlert."""
        context = context or Context.new()
        async with self._turn:
            alert = self._known(key)
            if not alert.is_open:
                return alert
            alert = await self._become(alert.resolved(person, self._clock.time()), RESOLVED, person, context)
            await self._tell_all(alert, person, context)
            return alert

    def get(self, key: str) -> Alert | None:
        """Return the alert with this key."""
        return self._alerts.get(key)

    def all(self) -> list[Alert]:
        """Return every alert that is remembered, in order of their beginning."""
        return sorted(self._alerts.values(), key=lambda alert: alert.since)

    def key_of(self, entity_id: str) -> str | None:
        """Return the key of the alert that this entity shows."""
        return self._entities.get(entity_id)  # type: ignore[call-overload,no-any-return]  # a str finds its EntityId

    def export(self) -> dict[str, Any]:
        """Return everything as JSON can hold it: key → alert."""
        return {key: msgspec.to_builtins(alert) for key, alert in self._alerts.items()}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take up what was kept; what cannot be read is reported and left out."""
        for key, value in kept.items():
            try:
                alert = msgspec.convert(value, Alert)
            except msgspec.ValidationError as error:
                _log.error("the alert %r cannot be read and is forgotten: %s", key, error)
            else:
                self._alerts[alert.key] = alert
                self._forget_oldest(alert)
                self._watch_snooze(alert)
                self._show(alert, Context.new())

    async def _raise(self, key: str, notice: Notice, stops: Sequence[Stop], context: Context) -> None:
        now = self._clock.time()
        known = self._alerts.get(key)
        if known is None or not known.is_open:
            alert = Alert(key=key, notice=notice, since=now, updated=now)
            event: str | None = RAISED
        else:
            alert = known.raised_again(notice, now)
            event = RAISED if alert.phase is not known.phase else None
        alert = await self._become(alert.told_to([stop.target for stop in stops]), event, "", context)
        if alert.snoozed_until is None:
            await self._put([_in_phase(stop, alert) for stop in stops], context)

    async def _tell_acknowledged(self, key: str, notice: Notice, stops: Sequence[Stop], context: Context) -> None:
        alert = self._alerts.get(key)
        if alert is not None and alert.phase is Phase.RAISED:
            acknowledged = replace(alert.acknowledged(notice.person, self._clock.time()), notice=notice)
            alert = await self._become(acknowledged, ACKNOWLEDGED, notice.person, context)
        if alert is None or alert.is_open:
            await self._put(_with_all(stops, notice, () if alert is None else alert.targets), context)

    async def _tell_resolved(self, key: str, notice: Notice, stops: Sequence[Stop], context: Context) -> None:
        alert = self._alerts.get(key)
        if alert is not None and not alert.is_open:
            return
        if alert is not None:
            resolved = replace(alert.resolved(notice.person, self._clock.time()), notice=notice)
            await self._become(resolved, RESOLVED, notice.person, context)
        await self._put(_with_all(stops, notice, () if alert is None else alert.targets), context)

    async def _wake(self, key: str) -> None:
        async with self._turn:
            alert = self._alerts.get(key)
            if alert is None or alert.snoozed_until is None or alert.snoozed_until > self._clock.time():
                return
            context = Context.new()
            alert = await self._become(alert.awake(self._clock.time()), RAISED, "", context)
            await self._tell_all(alert, "", context)

    def _known(self, key: str) -> Alert:
        alert = self._alerts.get(key) or self._alerts.get(self.key_of(key) or "")
        if alert is None:
            raise UnknownAlert(key, list(self._alerts))
        return alert

    async def _become(self, alert: Alert, event: str | None, person: str, context: Context) -> Alert:
        """Remember, keep, show and tell; in this order, so that what is told is already true."""
        self._alerts[alert.key] = alert
        self._watch_snooze(alert)
        await self._keep({alert.key: msgspec.to_builtins(alert), **self._forget_oldest(alert)})
        self._show(alert, context)
        if event is not None:
            told = {"key": alert.key, "person": person, "title": alert.title, "severity": alert.notice.severity.value}
            self._bus.fire(event, {**told, "snoozed_until": alert.snoozed_until} if event == SNOOZED else told, context)
        return alert

    async def _tell_all(self, alert: Alert, person: str, context: Context) -> None:
        notice = alert.update(context.id, person)
        await self._put([Stop(target, notice) for target in alert.targets], context)

    async def _put(self, stops: Sequence[Stop], context: Context) -> None:
        """Put into the outbox; one target that takes no more keeps nothing from the others."""
        failures = []
        for stop in stops:
            try:
                await self._outbox.put(stop.target, stop.notice, context, stop.not_before)
            except (ActionError, StoreError, OSError) as error:
                _log.error("notify.%s does not take a notice: %s", stop.target, error)
                failures.append(error)
        if failures and len(failures) == len(stops):
            raise failures[0]

    async def _keep(self, changes: Mapping[str, Any]) -> None:
        try:
            await self._save(changes)
        except (StoreError, OSError) as error:  # people are told all the same
            _log.error("alerts cannot be kept: %s", error)

    def _watch_snooze(self, alert: Alert) -> None:
        timer = self._snoozes.pop(alert.key, None)
        if timer is not None:
            timer.cancel()
        if alert.snoozed_until is not None:
            self._snoozes[alert.key] = self._clock.at(alert.snoozed_until, lambda: self._awake.put_nowait(alert.key))

    def _show(self, alert: Alert, context: Context) -> None:
        self._states.set(self._entity_id(alert.key), alert.phase.value, alert.attributes(), context)

    def _entity_id(self, key: str) -> EntityId:
        """`alert.<slug>`; a key whose slug another one has gets a piece of its hash."""
        slug = slugify(key)[:_OBJECT_ID_LENGTH].strip("_") or "unknown"
        plain = EntityId.parse(f"alert.{slug}")
        if self._entities.setdefault(plain, key) == key:
            return plain
        hashed = EntityId.parse(f"alert.{slug}_{hashlib.sha256(key.encode()).hexdigest()[:8]}")
        self._entities[hashed] = key
        return hashed

    def _forget_oldest(self, alert: Alert) -> dict[str, None]:
        self._over.pop(alert.key, None)
        if not alert.is_open:
            self._over[alert.key] = None
        forgotten = list(self._over)[: max(0, len(self._over) - _RESOLVED_KEPT)]
        for key in forgotten:
            entity_id = self._entity_id(key)
            del self._over[key], self._alerts[key]
            self._entities.pop(entity_id, None)
            self._states.remove(entity_id)
        return dict.fromkeys(forgotten)


def _in_phase(stop: Stop, alert: Alert) -> Stop:
    """What is raised again while somebody takes care of it goes out as taken care of."""
    return (
        stop if alert.phase is stop.notice.phase else Stop(stop.target, replace(stop.notice, phase=alert.phase), stop.not_before)
    )


def _with_all(stops: Sequence[Stop], notice: Notice, targets: Sequence[str]) -> list[Stop]:
    on_the_way = {stop.target for stop in stops}
    return [*stops, *(Stop(target, notice) for target in targets if target not in on_the_way)]
