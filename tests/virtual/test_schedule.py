"""`schedule:` weekly blocks of time."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.virtual.rooms import room

WORK = """
schedule:
  work:
    name: Work
    friday: [{from: "09:00", to: "12:30", data: {who: ada}}, {from: "13:00:00", to: "24:00"}]
    saturday: {from: "00:00", to: "01:00"}
"""
BERLIN = ZoneInfo("Europe/Berlin")


async def test_it_is_on_within_its_blocks() -> None:
    """A block to 24:00 and one from 00:00 are one piece; the data of a block are attributes while it lasts."""
    async with room(WORK) as hub:
        assert hub.state("schedule.work") == "on"
        assert hub.attributes("schedule.work")["who"] == "ada"
        assert hub.attributes("schedule.work")["next_event"] == datetime(2024, 3, 15, 12, 30, tzinfo=UTC)

        await hub.clock.advance(minutes=30)
        assert hub.state("schedule.work") == "off"
        assert "who" not in hub.attributes("schedule.work")

        await hub.clock.advance(minutes=30)
        assert hub.state("schedule.work") == "on"
        await hub.clock.advance(hours=11)
        assert hub.state("schedule.work") == "on"
        await hub.clock.advance(hours=1)
        assert hub.history("schedule.work") == ["on", "off", "on", "on", "off"]
        assert hub.attributes("schedule.work")["next_event"] == datetime(2024, 3, 22, 9, tzinfo=UTC)


async def test_without_blocks_it_is_off_for_ever() -> None:
    async with room("schedule: {never: {name: Never}}") as hub:
        assert (hub.state("schedule.never"), hub.attributes("schedule.never")["next_event"]) == ("off", None)
        assert hub.clock.next_due() is None


async def test_a_reload_follows_the_new_week() -> None:
    async with room(WORK) as hub:
        hub.load('schedule: {work: {friday: [{from: "12:01", to: "12:02"}]}}')
        assert hub.state("schedule.work") == "off"

        await hub.clock.advance(minutes=10)
        assert hub.history("schedule.work") == ["on", "off", "on", "off"]


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        # The clock goes from 02:00 to 03:00: a block from 02:15 to 02:45 does not come that day.
        (datetime(2024, 3, 31, 0, 0, tzinfo=BERLIN), 6, {"off"}),
        # It goes from 03:00 back to 02:00: the block comes twice.
        (datetime(2024, 10, 27, 0, 0, tzinfo=BERLIN), 6, {"off", "on"}),
    ],
)
async def test_summer_time_begins_and_ends(start: datetime, hours: int, expected: set[str]) -> None:
    configuration = 'schedule: {night: {sunday: [{from: "02:15", to: "02:45"}]}}'
    async with room(configuration, start=start, zone="Europe/Berlin") as hub:
        states = []
        for _ in range(hours * 12):
            await hub.clock.advance(minutes=5)
            states.append(hub.state("schedule.night"))

        assert set(states) == expected
        assert states.count("on") == (12 if "on" in expected else 0), "twice half an hour, of five minutes each"


async def test_entries_with_cron_are_not_weekly_blocks() -> None:
    """They stand under the same key, and are schedules of another kind."""
    async with room('schedule: [{name: Report, cron: "0 9 * * *", actions: []}]') as hub:
        assert hub.states.all("schedule") == []


TIMES = st.lists(st.integers(0, 24 * 12), min_size=2, max_size=8, unique=True).map(sorted)


@settings(max_examples=30, deadline=None)
@given(bounds=TIMES, minute=st.integers(0, 24 * 60 - 1))
def test_at_any_minute_it_is_what_the_blocks_say(bounds: list[int], minute: int) -> None:
    """Whatever the blocks, in steps of five minutes."""
    blocks = list(zip(bounds[::2], bounds[1::2], strict=False))
    text = ", ".join(f'{{from: "{clock(begin)}", to: "{clock(end)}"}}' for begin, end in blocks)
    monday = datetime(2024, 3, 18, tzinfo=UTC)

    async def look() -> str | None:
        async with room(f"schedule: {{s: {{monday: [{text}]}}}}", start=monday) as hub:
            await hub.clock.advance(minutes=minute)
            return hub.state("schedule.s")

    within = any(begin * 5 <= minute < end * 5 for begin, end in blocks)
    assert asyncio.run(look()) == ("on" if within else "off")


def clock(fives: int) -> str:
    return f"{fives // 12:02}:{fives % 12 * 5:02}"


async def test_a_week_goes_by_in_a_moment() -> None:
    """Every block of it begins and ends once."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    text = ", ".join(f'{day}: [{{from: "08:00", to: "09:00"}}]' for day in days)
    async with room(f"schedule: {{s: {{{text}}}}}") as hub:
        await hub.clock.advance(timedelta(days=7).total_seconds())

        assert hub.history("schedule.s") == ["off"] + ["on", "off"] * 7
