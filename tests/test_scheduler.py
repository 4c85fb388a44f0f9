"""Schedules: what the clock of a place shows, over changes to summer time and back (PROTOCOLS 20.1)."""

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SimulatedClock
from hub.errors import ConfigError
from hub.scheduler import Cron, Schedule, Scheduler, every, once, pattern, time_of_day

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = datetime(2024, 3, 31, tzinfo=BERLIN)  # 02:00 becomes 03:00
AUTUMN = datetime(2024, 10, 27, tzinfo=BERLIN)  # 03:00 becomes 02:00


def coming(schedule: Schedule, start: datetime, number: int) -> list[str]:
    """Return the next moments, as the clock of Berlin shows them."""
    moments: list[str] = []
    previous: datetime | None = None
    now = start.astimezone(UTC)
    while len(moments) < number:
        previous = schedule.get_next_fire_time(previous, now)
        assert previous is not None
        assert previous.timestamp() >= now.timestamp()
        now = previous.astimezone(UTC)
        moments.append(previous.astimezone(BERLIN).strftime("%a %d %H:%M:%S %z"))
    return moments


def test_a_time_of_day_comes_every_day() -> None:
    """Also when it is that very moment."""
    schedule = time_of_day(2, 30, 0, BERLIN)
    assert coming(schedule, datetime(2024, 3, 15, 2, 30, tzinfo=BERLIN), 2) == ["Fri 15 02:30:00 +0100", "Sat 16 02:30:00 +0100"]
    assert coming(schedule, datetime(2024, 3, 15, 2, 30, 0, 1, tzinfo=BERLIN), 1) == ["Sat 16 02:30:00 +0100"]


def test_a_time_that_spring_skips_does_not_come_that_day() -> None:
    """And one that is not skipped does."""
    assert coming(time_of_day(2, 30, 0, BERLIN), SPRING, 1) == ["Mon 01 02:30:00 +0200"]
    assert coming(time_of_day(3, 0, 0, BERLIN), SPRING, 1) == ["Sun 31 03:00:00 +0200"]
    assert coming(time_of_day(1, 59, 59, BERLIN), SPRING, 2) == ["Sun 31 01:59:59 +0100", "Mon 01 01:59:59 +0200"]


def test_a_time_that_autumn_repeats_comes_twice() -> None:
    """First in summer time, then in winter time."""
    assert coming(time_of_day(2, 30, 0, BERLIN), AUTUMN, 3) == [
        "Sun 27 02:30:00 +0200",
        "Sun 27 02:30:00 +0100",
        "Mon 28 02:30:00 +0100",
    ]
    assert coming(time_of_day(2, 0, 0, BERLIN), AUTUMN, 2) == ["Sun 27 02:00:00 +0200", "Sun 27 02:00:00 +0100"]
    between = datetime(2024, 10, 27, 0, 45, tzinfo=UTC)  # 02:45 in summer time
    assert coming(time_of_day(2, 30, 0, BERLIN), between, 1) == ["Sun 27 02:30:00 +0100"]


def test_a_pattern_goes_on_through_the_changes() -> None:
    """Every quarter of an hour, 23 and 25 hours long."""
    quarter = pattern(None, "/15", None, BERLIN)
    assert coming(quarter, SPRING.replace(hour=1, minute=40), 3) == [
        "Sun 31 01:45:00 +0100",
        "Sun 31 03:00:00 +0200",
        "Sun 31 03:15:00 +0200",
    ]
    for day, hours in ((SPRING, 23), (AUTUMN, 25)):
        until = (day + timedelta(days=1)).timestamp()
        moments = coming(quarter, day, hours * 4 + 1)
        assert len(set(moments)) == len(moments)
        assert moments[hours * 4].endswith(datetime.fromtimestamp(until, BERLIN).strftime("%H:%M:%S %z"))


@pytest.mark.parametrize(
    ("line", "moments"),
    [
        ("0 9 * * 1", ["Mon 18 09:00", "Mon 25 09:00"]),
        ("0 9 * * mon", ["Mon 18 09:00", "Mon 25 09:00"]),
        ("0 9 * * 0", ["Sun 17 09:00", "Sun 24 09:00"]),
        ("0 9 * * 7", ["Sun 17 09:00", "Sun 24 09:00"]),
        ("0 9 * * SUN", ["Sun 17 09:00", "Sun 24 09:00"]),
        ("0 9 * * 1-5", ["Fri 15 09:00", "Mon 18 09:00"]),
        ("*/20 9 15 * *", ["Fri 15 09:00", "Fri 15 09:20"]),
        ("0 0 29 2 *", ["Tue 29 00:00", "Sun 29 00:00"]),
        ("0 12 13 * fri", ["Fri 15 12:00", "Fri 22 12:00"]),
    ],
)
def test_cron_lines_are_read_as_debians_cron_reads_them(line: str, moments: list[str]) -> None:
    """1 is Monday; 0 and 7 are Sunday; a day of the month or of the week."""
    found = coming(Cron(line, BERLIN), datetime(2024, 3, 15, tzinfo=BERLIN), 2)
    assert [moment[:12] for moment in found] == moments


def test_cron_follows_debian_over_the_changes() -> None:
    """A time that is skipped comes at the change, one that is repeated comes once; what comes every hour comes every hour."""
    assert coming(Cron("30 2 * * *", BERLIN), SPRING, 2) == ["Sun 31 03:00:00 +0200", "Mon 01 02:30:00 +0200"]
    assert coming(Cron("30 2 * * *", BERLIN), AUTUMN, 2) == ["Sun 27 02:30:00 +0200", "Mon 28 02:30:00 +0100"]
    assert len(set(coming(Cron("0 * * * *", BERLIN), AUTUMN, 25))) == 25


@pytest.mark.parametrize("line", ["", "* * * *", "60 * * * *", "every day", "* * * * 8", "0 9 * * moon", "0 0 31 2 *"])
def test_what_is_no_cron_line_is_refused(line: str) -> None:
    """With the line in the message."""
    with pytest.raises(ConfigError, match="is not a cron line"):
        Cron(line, BERLIN)


def test_an_interval_counts_from_its_start() -> None:
    """Over the changes, too: seconds that pass."""
    schedule = every(timedelta(hours=1), SPRING)
    assert coming(schedule, SPRING, 4)[2:] == ["Sun 31 03:00:00 +0200", "Sun 31 04:00:00 +0200"]


def test_what_an_interval_missed_is_not_made_up_for() -> None:
    """After a sleep of the computer it goes on with the next; after a clock that was set back it does not pause."""
    schedule = every(timedelta(minutes=1), datetime(2024, 3, 15, 12, tzinfo=UTC))
    last = datetime(2024, 3, 15, 12, 5, tzinfo=UTC)
    assert schedule.get_next_fire_time(last, datetime(2024, 3, 16, 7, 0, 30, tzinfo=UTC)) == datetime(
        2024, 3, 16, 7, 1, tzinfo=UTC
    )
    assert schedule.get_next_fire_time(last, datetime(2024, 3, 15, 9, 0, 30, tzinfo=UTC)) == datetime(
        2024, 3, 15, 9, 1, tzinfo=UTC
    )
    assert schedule.get_next_fire_time(last, last) == last + timedelta(minutes=1)
    assert schedule.get_next_fire_time(None, datetime(2024, 3, 15, 9, tzinfo=UTC)) == datetime(2024, 3, 15, 12, tzinfo=UTC)


def test_a_moment_comes_once() -> None:
    """And then no more."""
    moment = datetime(2024, 3, 15, 12, tzinfo=UTC)
    assert once(moment).get_next_fire_time(None, moment - timedelta(hours=1)) == moment
    assert once(moment).get_next_fire_time(moment, moment) is None


@given(
    st.sampled_from([None, "*", "/2", "/5", "3", "0", "23"]),
    st.sampled_from([None, "*", "/7", "/15", "30", "59"]),
    st.sampled_from([None, "*", "/20", "0", "59"]),
    st.floats(0, 366 * 86_400),
)
def test_a_pattern_never_misses_and_never_invents(
    hours: str | None, minutes: str | None, seconds: str | None, into_the_year: float
) -> None:
    """The next moment fits, and none before it does (looked at second by second, for an hour)."""
    start = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=into_the_year)
    schedule = pattern(hours, minutes, seconds, BERLIN)
    found = schedule.get_next_fire_time(None, start)
    assert found is not None
    wanted_minutes = "0" if minutes is None and hours is not None else minutes
    look = start if start.microsecond == 0 else start.replace(microsecond=0) + timedelta(seconds=1)
    for number in range(3600):
        moment = look + timedelta(seconds=number)
        local = moment.astimezone(BERLIN)
        if _fits(local.hour, hours) and _fits(local.minute, wanted_minutes) and _fits(local.second, seconds or "0"):
            assert found.timestamp() == moment.timestamp()
            return
    assert found >= look + timedelta(hours=1)


def _fits(value: int, wanted: str | None) -> bool:
    if wanted is None or wanted == "*":
        return True
    return value % int(wanted[1:]) == 0 if wanted.startswith("/") else value == int(wanted)


# ---------------------------------------------------------------------------------------------------------------- the scheduler


async def test_jobs_are_done_at_their_moments() -> None:
    """With the moment that was planned; what comes next can be seen."""
    clock = SimulatedClock(datetime(2024, 3, 15, 12, tzinfo=UTC))
    scheduler = Scheduler(clock, BERLIN)
    done: list[str] = []
    cancel = scheduler.add(time_of_day(13, 30, 0, BERLIN), lambda moment: done.append(moment.strftime("%H:%M")), "lunch")
    scheduler.add(every(timedelta(minutes=20), clock.now() + timedelta(minutes=20)), lambda moment: done.append("pulse"), "pulse")

    assert [name for _, name in scheduler.upcoming()] == ["pulse", "lunch"]
    await clock.advance(hours=1)
    assert done == ["pulse", "13:30", "pulse", "pulse"]
    cancel()
    cancel()
    assert [name for _, name in scheduler.upcoming()] == ["pulse"]
    await clock.advance(hours=24)
    assert done.count("13:30") == 1


async def test_a_schedule_that_is_over_waits_for_nothing() -> None:
    """Once is once."""
    clock = SimulatedClock(datetime(2024, 3, 15, 12, tzinfo=UTC))
    scheduler = Scheduler(clock, BERLIN)
    done: list[datetime] = []
    scheduler.add(once(clock.now() + timedelta(hours=1)), done.append, "once")
    await clock.advance(hours=3)
    assert len(done) == 1
    assert scheduler.upcoming() == []
    assert clock.next_due() is None


async def test_a_job_may_end_its_own_schedule() -> None:
    """Nothing is planned after it."""
    clock = SimulatedClock(datetime(2024, 3, 15, 12, tzinfo=UTC))
    scheduler = Scheduler(clock, BERLIN)
    done: list[datetime] = []

    def job(moment: datetime) -> None:
        done.append(moment)
        cancel()

    cancel = scheduler.add(every(timedelta(minutes=1), clock.now()), job, "job")
    await clock.advance(hours=1)
    assert len(done) == 1
    assert clock.next_due() is None


async def test_a_job_that_fails_comes_again_and_the_others_too(caplog: pytest.LogCaptureFixture) -> None:
    """It is told by its name."""
    clock = SimulatedClock(datetime(2024, 3, 15, 12, tzinfo=UTC))
    scheduler = Scheduler(clock, BERLIN)
    done: list[datetime] = []

    def fail(moment: datetime) -> None:
        raise ZeroDivisionError

    scheduler.add(pattern(None, "/10", None, BERLIN), fail, "broken job")
    scheduler.add(pattern(None, "/10", None, BERLIN), done.append, "sound job")
    await clock.advance(minutes=25)
    assert len(done) == 3
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 3
    assert all("broken job" in record.getMessage() for record in told)
