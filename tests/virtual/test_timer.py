"""`timer:` counting down."""

from datetime import timedelta

import pytest

from hub.errors import ActionError
from tests.virtual.rooms import START, Room, begin, room, was

OVEN = "timer: {oven: {name: Oven, duration: '00:01:00'}}"


def told(hub: Room) -> list[str]:
    return [event.event_type.removeprefix("timer.") for event in hub.events if event.event_type.startswith("timer.")]


async def test_a_timer_runs_and_finishes() -> None:
    async with room(OVEN) as hub:
        assert (hub.state("timer.oven"), dict(hub.attributes("timer.oven"))) == (
            "idle",
            {"duration": "0:01:00", "editable": False, "friendly_name": "Oven"},
        )

        await hub.call("timer.start", "timer.oven")
        assert hub.state("timer.oven") == "active"
        assert hub.attributes("timer.oven")["finishes_at"] == "2024-03-15T12:01:00+00:00"
        assert hub.attributes("timer.oven")["remaining"] == "0:01:00"

        await hub.clock.advance(60)
        assert hub.state("timer.oven") == "idle"
        assert hub.fired("timer.started") == [{"entity_id": "timer.oven"}]
        assert hub.fired("timer.finished") == [{"entity_id": "timer.oven", "finished_at": "2024-03-15T12:01:00+00:00"}]


async def test_a_pause_keeps_what_is_left() -> None:
    async with room(OVEN) as hub:
        await hub.call("timer.start", "timer.oven")
        await hub.clock.advance(20)
        await hub.call("timer.pause", "timer.oven")
        assert (hub.state("timer.oven"), hub.attributes("timer.oven")["remaining"]) == ("paused", "0:00:40")
        assert "finishes_at" not in hub.attributes("timer.oven")

        await hub.clock.advance(minutes=10)
        await hub.call("timer.start", "timer.oven")
        await hub.clock.advance(39)
        assert hub.state("timer.oven") == "active"

        await hub.clock.advance(1)
        assert told(hub) == ["started", "paused", "restarted", "finished"]


async def test_starting_a_timer_that_runs_begins_again() -> None:
    """With another duration if one is given; the next start has the defined one again."""
    async with room(OVEN) as hub:
        await hub.call("timer.start", "timer.oven", duration={"minutes": 5})
        await hub.clock.advance(299)
        await hub.call("timer.start", "timer.oven")
        await hub.clock.advance(299)
        assert hub.state("timer.oven") == "active"

        await hub.clock.advance(1)
        await hub.call("timer.start", "timer.oven")
        await hub.clock.advance(60)
        assert told(hub) == ["started", "restarted", "finished", "started", "finished"]


async def test_a_running_timer_can_be_changed_within_its_duration() -> None:
    async with room(OVEN) as hub:
        await hub.call("timer.start", "timer.oven")
        await hub.call("timer.change", "timer.oven", duration=-50)
        await hub.clock.advance(9)
        assert hub.state("timer.oven") == "active"
        for wrong in (60, -20):
            with pytest.raises(ActionError):
                await hub.call("timer.change", "timer.oven", duration=wrong)

        await hub.clock.advance(1)
        with pytest.raises(ActionError, match="only a running timer can be changed"):
            await hub.call("timer.change", "timer.oven", duration=1)
        assert told(hub) == ["started", "changed", "finished"]


async def test_cancel_and_finish_end_it_before_its_time() -> None:
    """Pausing or finishing a timer that does not run does nothing."""
    async with room(OVEN) as hub:
        for action in ("pause", "finish", "start", "finish", "start", "cancel"):
            await hub.call(f"timer.{action}", "timer.oven")
        await hub.clock.advance(minutes=5)

        assert told(hub) == ["started", "finished", "started", "cancelled"]
        assert hub.attributes("timer.oven")["last_transition"] == "cancelled"


async def test_timers_count_in_whole_seconds() -> None:
    """As in Home Assistant: one that starts between two seconds ends with a second."""
    async with room(OVEN) as hub:
        await hub.clock.advance(0.7)
        await hub.call("timer.start", "timer.oven")
        await hub.clock.advance(59.3)

        assert hub.state("timer.oven") == "idle"


RESTORED = "timer: {oven: {duration: 60, restore: true}}"


async def test_a_timer_goes_on_after_a_restart() -> None:
    last = was("timer.oven", "active", duration="0:05:00", finishes_at="2024-03-15T12:02:00+00:00", remaining="0:05:00")
    async with room(RESTORED, last=last) as hub:
        assert hub.attributes("timer.oven")["duration"] == "0:05:00"
        await hub.clock.advance(119)
        assert hub.state("timer.oven") == "active"

        await hub.clock.advance(1)
        assert hub.fired("timer.finished") == [{"entity_id": "timer.oven", "finished_at": "2024-03-15T12:02:00+00:00"}]


async def test_a_timer_that_ended_while_the_hub_was_down_is_told_at_the_start() -> None:
    """When automations listen, and with the moment when it ended."""
    last = was("timer.oven", "active", duration="0:01:00", finishes_at="2024-03-15T09:00:00+00:00", remaining="0:01:00")
    async with room(RESTORED, last=last, started=False) as hub:
        assert told(hub) == []

        begin(hub)
        await hub.clock.advance(1)

        assert hub.fired("timer.finished") == [{"entity_id": "timer.oven", "finished_at": "2024-03-15T09:00:00+00:00"}]
        assert hub.state("timer.oven") == "idle"


async def test_a_paused_timer_is_paused_after_a_restart() -> None:
    async with room(RESTORED, last=was("timer.oven", "paused", duration="0:01:00", remaining="0:00:10")) as hub:
        assert hub.state("timer.oven") == "paused"

        await hub.call("timer.start", "timer.oven")
        await hub.clock.advance(10)
        assert told(hub) == ["restarted", "finished"]


@pytest.mark.parametrize(
    ("configuration", "state", "attributes"),
    [
        (OVEN, "active", {"duration": "0:01:00", "finishes_at": "2024-03-15T12:02:00+00:00"}),
        (RESTORED, "active", {"duration": "0:01:00"}),
        (RESTORED, "active", {"duration": "0:01:00", "finishes_at": "soon"}),
        (RESTORED, "paused", {"duration": "0:01:00", "remaining": None}),
        (RESTORED, "unavailable", {}),
    ],
)
async def test_without_restore_or_with_a_broken_past_a_timer_is_idle(
    configuration: str, state: str, attributes: dict[str, object]
) -> None:
    async with room(configuration, last=was("timer.oven", state, START, **attributes)) as hub:
        assert hub.state("timer.oven") == "idle"


async def test_a_reload_does_not_stop_a_running_timer() -> None:
    """Its new duration counts from the next start."""
    async with room(OVEN) as hub:
        await hub.call("timer.start", "timer.oven")
        hub.load("timer: {oven: {duration: 10}}")
        await hub.clock.advance(59)
        assert hub.state("timer.oven") == "active"

        await hub.clock.advance(1)
        assert hub.attributes("timer.oven")["duration"] == "0:00:10"


async def test_a_timer_that_is_removed_never_finishes() -> None:
    async with room(OVEN) as hub:
        await hub.call("timer.start", "timer.oven")
        hub.load("")
        await hub.clock.advance(timedelta(hours=1).total_seconds())

        assert told(hub) == ["started"]
        assert hub.state("timer.oven") is None
