"""`input_datetime:` dates and times that people set."""

from datetime import UTC, datetime

import pytest

from hub.errors import ActionError, BadActionData
from tests.virtual.rooms import room, was

BOTH = "input_datetime: {d: {has_date: true, has_time: true}}"
DATE = "input_datetime: {d: {has_date: true}}"
TIME = "input_datetime: {d: {has_time: true}}"


@pytest.mark.parametrize(
    ("configuration", "state", "attributes"),
    [
        (
            BOTH,
            "2024-03-15 00:00:00",
            {"year": 2024, "month": 3, "day": 15, "hour": 0, "minute": 0, "second": 0, "timestamp": 1710457200.0},
        ),
        (DATE, "2024-03-15", {"year": 2024, "month": 3, "day": 15, "timestamp": 1710457200.0}),
        (TIME, "00:00:00", {"hour": 0, "minute": 0, "second": 0, "timestamp": 0}),
    ],
)
async def test_it_begins_with_today_at_midnight(configuration: str, state: str, attributes: dict[str, object]) -> None:
    """In the hub's zone."""
    async with room(configuration, zone="Europe/Berlin") as hub:
        assert hub.state("input_datetime.d") == state
        shown = dict(hub.attributes("input_datetime.d"))
        assert (shown.pop("has_date"), shown.pop("has_time")) == (configuration != TIME, configuration != DATE)
        assert shown == {"editable": False, **attributes}


@pytest.mark.parametrize(
    ("configuration", "data", "state"),
    [
        (BOTH, {"date": "2024-12-24"}, "2024-12-24 00:00:00"),
        (BOTH, {"time": "18:30"}, "2024-03-15 18:30:00"),
        (BOTH, {"date": "2024-12-24", "time": "18:30:05"}, "2024-12-24 18:30:05"),
        (BOTH, {"datetime": "2024-12-24 18:30:00"}, "2024-12-24 18:30:00"),
        (BOTH, {"timestamp": 1735061400}, "2024-12-24 18:30:00"),
        (DATE, {"datetime": "2024-12-24 18:30:00"}, "2024-12-24"),
        (TIME, {"datetime": "2024-12-24 18:30:00"}, "18:30:00"),
        (TIME, {"timestamp": 0}, "01:00:00"),
    ],
)
async def test_it_takes_the_parts_that_it_has(configuration: str, data: dict[str, object], state: str) -> None:
    async with room(configuration, zone="Europe/Berlin") as hub:
        await hub.call("input_datetime.set_datetime", "input_datetime.d", **data)

        assert hub.state("input_datetime.d") == state


@pytest.mark.parametrize("data", [{}, {"date": "2024-12-24", "timestamp": 5}, {"date": "soon"}, {"time": 750}, {"datetime": "x"}])
async def test_what_is_no_moment_or_two_is_refused(data: dict[str, object]) -> None:
    async with room(BOTH) as hub:
        with pytest.raises(BadActionData):
            await hub.call("input_datetime.set_datetime", "input_datetime.d", **data)


async def test_a_date_takes_no_time() -> None:
    async with room(DATE) as hub:
        with pytest.raises(ActionError, match="there is nothing to set"):
            await hub.call("input_datetime.set_datetime", "input_datetime.d", time="12:00:00")


@pytest.mark.parametrize(
    ("configuration", "last", "expected"),
    [
        (BOTH, "2023-01-02 03:04:05", "2023-01-02 03:04:05"),
        (DATE, "2023-01-02", "2023-01-02"),
        (TIME, "03:04:05", "03:04:05"),
        (TIME, "2023-01-02", "00:00:00"),
        (BOTH, "unknown", "2024-03-15 00:00:00"),
        ("input_datetime: {d: {has_time: true, initial: '07:00'}}", "03:04:05", "07:00:00"),
        (
            "input_datetime: {d: {has_date: true, has_time: true, initial: '2024-01-01T12:00:00+00:00'}}",
            "x",
            "2024-01-01 13:00:00",
        ),
    ],
)
async def test_it_is_what_it_was_unless_initial_says_otherwise(configuration: str, last: str, expected: str) -> None:
    async with room(configuration, last=was("input_datetime.d", last), zone="Europe/Berlin") as hub:
        assert hub.state("input_datetime.d") == expected


async def test_a_time_trigger_follows_it() -> None:
    """Set to another time of day, an alarm comes then."""
    automation = """
    - alias: Alarm
      triggers: [{trigger: time, at: input_datetime.d}]
      actions: [{action: test.ring}]
    """
    async with room("input_datetime: {d: {has_time: true, initial: '12:30'}}", automation) as hub:
        hub.offer("test.ring")
        await hub.call("input_datetime.set_datetime", "input_datetime.d", time="12:10:00")
        await hub.clock.advance(minutes=9)
        assert hub.calls == []

        await hub.clock.advance(minutes=1)
        assert len(hub.calls) == 1
        assert hub.clock.now() == datetime(2024, 3, 15, 12, 10, tzinfo=UTC)
