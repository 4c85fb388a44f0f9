"""Schedules: when something is to happen, by the wall clock of a place.

The moments come from APScheduler's triggers (this is the only module that knows it): our own subclasses where its arithmetic
differs from what people expect (see docs/decisions/0003-scheduler.md). Waking up is the clock's work, so that schedules run
under simulated time as well.
"""

import bisect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger
from cronsim import CronSim, CronSimError

from hub.clock import Clock, Timer
from hub.errors import ConfigError

_log = logging.getLogger(__name__)
_MINUTE_OR_HOUR = range(60)
_A_SECOND = timedelta(seconds=1)


class Schedule(Protocol):
    """Moments, one after the other."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the next moment after `previous_fire_time`, or at or after `now`; None when there is none."""


class Pattern(BaseTrigger):  # type: ignore[misc]  # APScheduler is not typed
    """Every moment whose hour, minute and second are among those given.

    A time that the change to summer time skips does not come that day; one that the change back repeats comes twice.
    """

    def __init__(self, hours: range | list[int], minutes: range | list[int], seconds: range | list[int], zone: ZoneInfo) -> None:
        self._hours, self._minutes, self._seconds = list(hours), list(minutes), list(seconds)
        self._zone = zone

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the next moment strictly after `previous_fire_time`, or at or after `now`."""
        earliest = now if previous_fire_time is None else max(previous_fire_time.astimezone(UTC) + _A_SECOND, now)
        after = (earliest.astimezone(UTC) - timedelta(microseconds=1)).timestamp()
        found = self._search(datetime.fromtimestamp(after + 1e-6, self._zone), after)
        return min(found, self._repeated(after, found) or found)

    def _search(self, local: datetime, after: float) -> datetime:
        naive = local.replace(tzinfo=None)
        if naive.microsecond:
            naive = naive.replace(microsecond=0) + _A_SECOND
        while True:
            naive = self._next_match(naive)
            for fold in (0, 1):
                moment = naive.replace(tzinfo=self._zone, fold=fold).astimezone(UTC)
                if moment.timestamp() > after and moment.astimezone(self._zone).replace(tzinfo=None) == naive:
                    return moment.astimezone(self._zone)
            naive += _A_SECOND

    def _repeated(self, after: float, found: datetime) -> datetime | None:
        """Look into the hour that the change back from summer time repeats, if it lies between."""
        before, until = after, found.timestamp()
        offset = datetime.fromtimestamp(before, self._zone).utcoffset()
        if offset is None or (found.utcoffset() or offset) >= offset:
            return None
        while until - before > 0.5:
            middle = (before + until) / 2
            if datetime.fromtimestamp(middle, self._zone).utcoffset() == offset:
                before = middle
            else:
                until = middle
        change = float(round(until))
        return self._search(datetime.fromtimestamp(change, self._zone), change - 1e-6)

    def _next_match(self, naive: datetime) -> datetime:
        second, carry = _at_or_after(self._seconds, naive.second)
        minute, carry = _at_or_after(self._minutes, naive.minute + carry)
        if minute != naive.minute or carry:
            second = self._seconds[0]
        hour, days = _at_or_after(self._hours, naive.hour + carry)
        if hour != naive.hour or days:
            minute, second = self._minutes[0], self._seconds[0]
        return naive.replace(hour=hour, minute=minute, second=second) + timedelta(days=days)


def _at_or_after(choices: list[int], value: int) -> tuple[int, int]:
    """Return the next choice and whether it wrapped round."""
    position = bisect.bisect_left(choices, value)
    return (choices[position], 0) if position < len(choices) else (choices[0], 1)


class Cron(BaseTrigger):  # type: ignore[misc]  # APScheduler is not typed
    """A cron line of five fields, read as Debian's cron reads it (0 and 7 are Sunday). Raises ConfigError."""

    def __init__(self, line: str, zone: ZoneInfo) -> None:
        self._line, self._zone = line, zone
        try:
            CronSim(line, datetime.now(zone))
        except CronSimError as error:
            raise ConfigError(f"{line!r} is not a cron line: {error}") from error

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the next moment after `previous_fire_time`, or after `now`."""
        start = max(previous_fire_time, now) if previous_fire_time else now
        return next(CronSim(self._line, start.astimezone(self._zone)), None)


class Every(IntervalTrigger):  # type: ignore[misc]  # APScheduler is not typed
    """Every so often. What a sleep or a clock that was set has skipped is not made up for; one set back delays nothing."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """Return the next moment after `previous_fire_time`, at or after `now`."""
        found: datetime | None = super().get_next_fire_time(previous_fire_time, now)
        if found is None or previous_fire_time is None or now <= found <= now + self.interval:
            return found
        interval: timedelta = self.interval
        return found - (found - now) // interval * interval


def every(interval: timedelta, start: datetime | None = None) -> Schedule:
    """Every so often, from `start` on."""
    found: Schedule = Every(seconds=interval.total_seconds(), start_date=start, timezone=UTC)
    return found


def once(moment: datetime) -> Schedule:
    """Once."""
    found: Schedule = DateTrigger(moment, timezone=UTC)
    return found


def time_of_day(hour: int, minute: int, second: int, zone: ZoneInfo) -> Pattern:
    """Every day at this time."""
    return Pattern([hour], [minute], [second], zone)


def pattern(hours: str | None, minutes: str | None, seconds: str | None, zone: ZoneInfo) -> Pattern:
    """Moments by Home Assistant's patterns: a number, `*`, or `/n`; a smaller unit left out is 0 (DIALECT 2.5)."""
    if minutes is None and hours is not None:
        minutes = "0"
    if seconds is None:
        seconds = "0"
    return Pattern(_choices(hours, range(24)), _choices(minutes, _MINUTE_OR_HOUR), _choices(seconds, _MINUTE_OR_HOUR), zone)


def _choices(text: str | None, whole: range) -> list[int]:
    if text is None or text == "*":
        return list(whole)
    if text.startswith("/"):
        return [number for number in whole if number % int(text[1:]) == 0]
    return [int(text)]


@dataclass(slots=True)
class _Entry:
    name: str
    schedule: Schedule
    job: Callable[[datetime], None]
    next_time: datetime | None = None
    timer: Timer | None = None


class Scheduler:
    """Runs jobs at the moments of their schedules."""

    def __init__(self, clock: Clock, zone: ZoneInfo) -> None:
        self._clock = clock
        self.zone = zone
        self._entries: dict[int, _Entry] = {}

    def add(self, schedule: Schedule, job: Callable[[datetime], None], name: str) -> Callable[[], None]:
        """Call the job with the planned moment each time; the answer ends that."""
        entry = _Entry(name, schedule, job)
        self._entries[id(entry)] = entry
        self._plan(entry, None)

        def cancel() -> None:
            self._entries.pop(id(entry), None)
            if entry.timer is not None:
                entry.timer.cancel()

        return cancel

    def upcoming(self) -> list[tuple[datetime, str]]:
        """Return what comes next, in order of time: the moment and the name of the schedule."""
        return sorted((entry.next_time, entry.name) for entry in self._entries.values() if entry.next_time is not None)

    def _plan(self, entry: _Entry, previous: datetime | None) -> None:
        entry.next_time = entry.schedule.get_next_fire_time(previous, self._clock.now())
        entry.timer = None
        if entry.next_time is not None:
            entry.timer = self._clock.at(entry.next_time.timestamp(), lambda: self._run(entry))

    def _run(self, entry: _Entry) -> None:
        planned = entry.next_time
        self._plan(entry, planned)
        if planned is not None:
            try:
                entry.job(planned)
            except Exception:
                _log.exception("the schedule %s failed", entry.name)
