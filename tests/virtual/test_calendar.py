"""`calendar:` is on while an event goes on, and its events begin runs."""

from pathlib import Path

import pytest

from tests.virtual.rooms import problems, room

PATCHING = """
calendar:
  maintenance:
    name: Maintenance
    events:
      - summary: Patch window
        start: 2024-03-15T14:00
        end: 2024-03-15T15:30
        location: Berlin
"""
ON_START = """
- alias: a
  triggers:
    - trigger: calendar
      entity_id: calendar.maintenance
      event: {event}
      offset: "{offset}"
  actions:
    - action: test.say
      data:
        summary: "{{{{ trigger.calendar_event.summary }}}}"
        start: "{{{{ trigger.calendar_event.start }}}}"
"""


async def test_a_calendar_is_on_while_an_event_goes_on() -> None:
    """Before, it tells which comes next."""
    async with room(PATCHING) as made:
        assert made.state("calendar.maintenance") == "off"
        assert made.attributes("calendar.maintenance")["message"] == "Patch window"
        assert made.attributes("calendar.maintenance")["start_time"] == "2024-03-15 14:00:00"

        await made.clock.advance(hours=2, minutes=1)
        assert made.state("calendar.maintenance") == "on"

        await made.clock.advance(hours=1, minutes=30)
        assert made.state("calendar.maintenance") == "off"


@pytest.mark.parametrize(
    ("event", "offset", "after"), [("start", "00:00", 120), ("start", "-00:30", 90), ("end", "00:00", 210), ("end", "00:10", 220)]
)
async def test_an_event_begins_a_run(event: str, offset: str, after: int) -> None:
    """At its start or end, moved by the offset; once."""
    async with room(PATCHING, ON_START.format(event=event, offset=offset)) as made:
        made.offer("test.say")
        await made.clock.advance(minutes=after - 1)
        assert made.calls == []

        await made.clock.advance(minutes=2)
        assert made.calls == [("test.say", {"summary": "Patch window", "start": "2024-03-15T14:00:00+00:00"})]

        await made.clock.advance(hours=24)
        assert len(made.calls) == 1


async def test_events_by_a_rule_come_again() -> None:
    """Every Tuesday, in the hub's zone, also over the change to summer time."""
    weekly = PATCHING.replace("2024-03-15", "2024-03-12") + "        rrule: FREQ=WEEKLY;BYDAY=TU\n"
    async with room(weekly, ON_START.format(event="start", offset="00:00"), zone="Europe/Berlin") as made:
        made.offer("test.say")

        await made.clock.advance(hours=24 * 28)

        starts = [data["start"] for _, data in made.calls]
        assert starts == [
            "2024-03-19T14:00:00+01:00",
            "2024-03-26T14:00:00+01:00",
            "2024-04-02T14:00:00+02:00",
            "2024-04-09T14:00:00+02:00",
        ]


async def test_an_event_that_had_begun_before_begins_no_run() -> None:
    """Nothing older than the hub's start."""
    async with room(PATCHING.replace("T14:00", "T11:00"), ON_START.format(event="start", offset="00:00")) as made:
        made.offer("test.say")
        assert made.state("calendar.maintenance") == "on"

        await made.clock.advance(hours=5)

        assert made.calls == []


async def test_a_day_lasts_from_midnight_to_midnight() -> None:
    """In the hub's zone."""
    day = PATCHING.replace("2024-03-15T14:00", "2024-03-16").replace("2024-03-15T15:30", "2024-03-17")
    async with room(day, zone="Europe/Berlin") as made:
        await made.clock.advance(hours=10, minutes=59)
        assert made.state("calendar.maintenance") == "off"
        await made.clock.advance(minutes=2)
        assert made.state("calendar.maintenance") == "on"
        assert made.attributes("calendar.maintenance")["all_day"] is True


async def test_an_ics_file_is_read(tmp_path: Path) -> None:
    """As other programs write it; a file that is none leaves the calendar empty."""
    event = (
        "BEGIN:VEVENT",
        "UID:1",
        "SUMMARY:Ada is on call",
        "DTSTART:20240315T130000Z",
        "DTEND:20240315T140000Z",
        "END:VEVENT",
    )
    file = tmp_path / "oncall.ics"
    file.write_text("\r\n".join(("BEGIN:VCALENDAR", *event, "END:VCALENDAR", "")))
    async with room(f"calendar:\n  oncall:\n    file: {file}\n  none:\n    file: {tmp_path}/none.ics\n") as made:
        assert made.attributes("calendar.oncall")["message"] == "Ada is on call"
        assert made.state("calendar.none") == "off"


def test_mistakes_are_told_with_their_place() -> None:
    """An end before the start, and no moment at all."""
    assert problems(PATCHING.replace("T15:30", "T13:30")) == ["5:9: an event must begin before it ends"]
    assert "is not a moment" in problems(PATCHING.replace("2024-03-15T14:00", "soon"))[0]
