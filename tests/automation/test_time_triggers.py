"""`trigger: time`, `time_pattern`, `sun`, and the hub's own `cron` and `interval` (DIALECT 2.4, 2.5)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.automation.engine import START, engine, problems

BERLIN = ZoneInfo("Europe/Berlin")
SAY = "actions: [{action: test.say, data: {text: \"{{ trigger.now.strftime('%a %H:%M:%S %z') }}\"}}]"


def at(more: str) -> str:
    return f"alias: a\nmode: parallel\ntriggers: [{{trigger: time, {more}}}]\n{SAY}"


async def test_it_fires_every_day_at_the_time_of_the_place() -> None:
    """Several times may stand in a list."""
    async with engine(at("at: ['13:30', '23:59:59']"), zone="Europe/Berlin") as hub:
        await hub.clock.advance(hours=24)
        assert hub.said == ["Fri 13:30:00 +0100", "Fri 23:59:59 +0100"]


async def test_it_fires_on_the_weekdays_named() -> None:
    """All of them when none is named."""
    async with engine(at("at: '09:00', weekday: [mon, sat]")) as hub:
        await hub.clock.advance(hours=24 * 7)
        assert hub.said == ["Sat 09:00:00 +0000", "Mon 09:00:00 +0000"]


async def test_a_time_that_the_change_to_summer_time_skips_does_not_come() -> None:
    """The day after, it comes again."""
    async with engine(at("at: '02:30'"), zone="Europe/Berlin", start=datetime(2024, 3, 30, 12, tzinfo=BERLIN)) as hub:
        await hub.clock.advance(hours=48)
        assert hub.said == ["Mon 02:30:00 +0200"]


async def test_a_time_that_the_change_back_repeats_comes_twice() -> None:
    """First in summer time, then in winter time."""
    async with engine(at("at: '02:30'"), zone="Europe/Berlin", start=datetime(2024, 10, 26, 12, tzinfo=BERLIN)) as hub:
        await hub.clock.advance(hours=24)
        assert hub.said == ["Sun 02:30:00 +0200", "Sun 02:30:00 +0100"]


async def test_a_moment_may_be_told_by_an_entity() -> None:
    """The plan follows the entity; one that does not exist yet is picked up when it appears."""
    async with engine(at("at: [input_datetime.begin, {entity_id: sensor.next, offset: '-00:10:00'}]")) as hub:
        hub.set("input_datetime.begin", "13:00:00", has_date=False, has_time=True, hour=13, minute=0, second=0)
        hub.set("sensor.next", "2024-03-15T15:00:00+00:00", device_class="timestamp")
        await hub.clock.advance(hours=1)
        hub.set("input_datetime.begin", "14:00:00", has_date=False, has_time=True, hour=14, minute=0, second=0)
        await hub.clock.advance(hours=3)
        assert hub.said == ["Fri 13:00:00 +0000", "Fri 14:00:00 +0000", "Fri 14:50:00 +0000"]


async def test_a_moment_with_a_date_comes_once_and_not_when_it_is_past() -> None:
    """A sensor that says nothing plans nothing."""
    async with engine(at("at: [input_datetime.begin, sensor.next]")) as hub:
        parts: dict[str, Any] = {
            "has_date": True,
            "has_time": True,
            "year": 2024,
            "month": 3,
            "day": 15,
            "minute": 0,
            "second": 0,
        }
        hub.set("input_datetime.begin", "past", hour=11, **parts)
        hub.set("sensor.next", "2024-03-15T11:00:00+00:00", device_class="timestamp")
        await hub.clock.advance(hours=48)
        assert hub.said == []

        hub.set("input_datetime.begin", "future", hour=20, **{**parts, "day": 17})
        hub.set("sensor.next", "unavailable", device_class="timestamp")
        await hub.clock.advance(hours=48)
        assert hub.said == ["Sun 20:00:00 +0000"]


async def test_a_limited_template_may_tell_the_time() -> None:
    """It is rendered when the trigger is armed; when one gives no time, none of the trigger is armed."""
    async with engine(at("at: ['{{ 12 + 1 }}:15', '{{ nonsense }}']"), zone="UTC") as hub:
        assert hub.clock.next_due() is None

    async with engine(at("at: '{{ 12 + 1 }}:15'"), zone="UTC") as hub:
        await hub.clock.advance(hours=24)
        assert hub.said == ["Fri 13:15:00 +0000"]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("at: 12:30", "750 is not a time of day"),
        ("at: '25:00'", "'25:00' is not a time of day"),
        ("at: light.x", "is not a time of day"),
        ("at: '12:30', weekday: monday", "did you mean `mon`"),
        ("at: {entity_id: light.x}", "light.x tells no time"),
    ],
)
def test_what_tells_no_time_is_refused(keys: str, message: str) -> None:
    """12:30 without quotes is a number in YAML 1.1."""
    found = problems(at(keys))
    assert any(message in one for one in found), found


@pytest.mark.parametrize(
    ("keys", "moments"),
    [
        ("hours: '/2'", ["14:00:00", "16:00:00", "18:00:00"]),
        ("minutes: '/20'", ["12:20:00", "12:40:00", "13:00:00"]),
        ("minutes: '/25'", ["12:25:00", "12:50:00", "13:00:00"]),
        ("seconds: '/30'", ["12:00:30", "12:01:00", "12:01:30"]),
        ("minutes: 5", ["12:05:00", "13:05:00", "14:05:00"]),
        ("minutes: '05'", ["12:05:00", "13:05:00", "14:05:00"]),
        ("hours: 3, minutes: 4, seconds: 5", ["03:04:05", "03:04:05"]),
        ("hours: '*', minutes: 0", ["13:00:00", "14:00:00", "15:00:00"]),
    ],
)
async def test_patterns_of_the_clock(keys: str, moments: list[str]) -> None:
    """A smaller unit left out is 0, a larger one any."""
    say = "actions: [{action: test.say, data: {text: \"{{ trigger.now.strftime('%H:%M:%S') }}\"}}]"
    start = START + timedelta(milliseconds=1)
    async with engine(f"alias: a\ntriggers: [{{trigger: time_pattern, {keys}}}]\n{say}", start=start) as hub:
        for _ in moments:
            due = hub.clock.next_due()
            assert due is not None
            hub.clock.run_next(due)
        assert hub.said == moments


@pytest.mark.parametrize("keys", ["minutes: '/0'", "hours: 24", "seconds: '/60'", "minutes: x", "id: none of them"])
def test_patterns_that_never_come_are_refused(keys: str) -> None:
    """Also one without any unit."""
    assert len(problems(f"alias: a\ntriggers: [{{trigger: time_pattern, {keys}}}]\nactions: []")) == 1


async def test_sunset_comes_every_day_a_little_later() -> None:
    """With an offset."""
    automation = (
        "alias: a\ntriggers: [{trigger: sun, event: sunset, offset: '-00:30:00'}]\nactions: [{action: test.say, data: {text: 1}}]"
    )
    async with engine(automation) as hub:
        await hub.clock.advance(hours=24)
        assert hub.said == [1]
        (trace,) = hub.runs("automation.a")
        assert datetime.fromtimestamp(trace.started, BERLIN).strftime("%H:%M") == "17:41"
        await hub.clock.advance(hours=48)
        assert hub.said == [1, 1, 1]


async def test_a_cron_line_and_an_interval_come_round() -> None:
    """1 is Monday, 0 and 7 are Sunday."""
    async with engine(f"alias: a\ntriggers: [{{trigger: cron, cron: '0 9 * * 1'}}]\n{SAY}") as hub:
        await hub.clock.advance(hours=24 * 14)
        assert hub.said == ["Mon 09:00:00 +0000", "Mon 09:00:00 +0000"]

    async with engine(f"alias: a\ntriggers: [{{trigger: interval, every: {{minutes: 90}}}}]\n{SAY}") as hub:
        await hub.clock.advance(hours=4)
        assert hub.said[-2:] == ["Fri 13:30:00 +0000", "Fri 15:00:00 +0000"]


@pytest.mark.parametrize(
    "trigger", ["{trigger: cron, cron: '99 * * * *'}", "{trigger: cron, cron: every day}", "{trigger: interval, every: 0}"]
)
def test_a_line_that_is_no_schedule_is_refused(trigger: str) -> None:
    """When the file is read, not when the time comes."""
    (found,) = problems(f"alias: a\ntriggers:\n  - {trigger}\nactions: []")
    assert found.startswith("3:")
