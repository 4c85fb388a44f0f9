"""Alerts are kept by key; people acknowledge, snooze and resolve them."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.errors import ActionError, BadActionData, StoreError
from hub.model.context import Context
from hub.model.notice import Notice
from hub.notify.alerts import Alerts, UnknownAlert
from hub.notify.outbox import Outbox
from hub.notify.person import verbs
from hub.notify.routing import Stop
from hub.notify.shelf import MemoryShelf
from hub.plugin import Request
from hub.states import StateMachine
from tests.notify.house import House, living

ALL = {"all": ["board", "pager"]}


async def raise_roof(house: House, **more: Any) -> None:
    await house.call("notify.all", **{"message": "no files", "title": "Roof", "severity": "error", "key": "site/roof", **more})


async def test_a_keyed_notice_opens_an_alert() -> None:
    """It has an entity and an event."""
    async with living(ALL) as house:
        house.target("board")
        house.target("pager")

        await raise_roof(house)

        state = house.states.get("alert.site_roof")
        assert state is not None
        assert (state.state, state.name, state.attributes["severity"], state.attributes["key"]) == (
            "raised",
            "Roof",
            "error",
            "site/roof",
        )
        assert [told["key"] for told in house.told("alert.raised")] == ["site/roof"]


async def test_an_acknowledgement_reaches_every_target_that_saw_the_alert() -> None:
    """With who it was; once, however often it is said."""
    async with living(ALL) as house:
        board, pager = house.target("board"), house.target("pager")
        await raise_roof(house)

        await house.alerts.acknowledge("site/roof", "discord:ada")
        await house.alerts.acknowledge("site/roof", "pagerduty:bob")
        await house.clock.advance()

        assert (board.phases, pager.phases) == (["raised", "acknowledged"], ["raised", "acknowledged"])
        assert board.got[-1].fields["Acknowledged by"] == "ada (discord)"
        assert board.got[-1].person == "discord:ada"
        assert [(told["key"], told["person"], told["title"]) for told in house.told("alert.acknowledged")] == [
            ("site/roof", "discord:ada", "Roof")
        ]
        state = house.states.get("alert.site_roof")
        assert state is not None
        assert (state.state, state.attributes["acknowledged_by"]) == ("acknowledged", "discord:ada")


async def test_an_all_clear_reaches_those_who_saw_it_although_it_is_not_severe() -> None:
    """A member's minimum severity does not keep the end of the matter from it; a second all-clear is not sent."""
    groups = [{"name": "all", "targets": ["board", {"target": "pager", "min_severity": "error"}]}]
    async with living(groups) as house:
        board, pager = house.target("board"), house.target("pager")
        await raise_roof(house)

        for _ in range(2):
            await house.call("notify.all", message="files are back", key="site/roof", phase="resolved")

        assert board.messages == pager.messages == ["no files", "files are back"]
        assert pager.phases == ["raised", "resolved"]
        assert len(house.told("alert.resolved")) == 1


async def test_people_resolve_by_action() -> None:
    """By key or by entity; the user of the call is who did it."""
    async with living(ALL) as house:
        board = house.target("board")
        await raise_roof(house)
        await raise_roof(house, key="site/park", title="Park")

        await house.actions.call("alert.resolve", {"entity_id": "alert.site_roof"}, Context.new(user_id="ada"))
        await house.call("alert.acknowledge", key="site/park")

        states = {str(state.entity_id): state.state for state in house.states.all("alert")}
        assert states == {"alert.site_park": "acknowledged", "alert.site_roof": "resolved"}
        assert board.got[-2].fields["Resolved by"] == "ada"


async def test_an_unknown_alert_is_named_with_its_nearest() -> None:
    """For actions as for people."""
    async with living(ALL) as house:
        await raise_roof(house)

        with pytest.raises(UnknownAlert, match="did you mean `site/roof`"):
            await house.actions.call("alert.acknowledge", {"key": "site/rof"})
        with pytest.raises(BadActionData, match="key is missing"):
            await house.actions.call("alert.acknowledge", {})
        reply = await verbs(house.alerts)["acknowledge"](Request(verb="acknowledge", subject="nothing like it"))

        assert (reply.ok, reply.text) == (False, "there is no alert 'nothing like it'")


async def test_a_press_of_a_button_is_answered_with_how_the_alert_stands() -> None:
    """The slower of two people reads who was quicker."""
    async with living(ALL) as house:
        await raise_roof(house)
        presses = verbs(house.alerts)

        first = await presses["acknowledge"](Request(verb="acknowledge", subject="site/roof", person="discord:ada"))
        second = await presses["acknowledge"](Request(verb="acknowledge", subject="site/roof", person="discord:bob"))
        end = await presses["resolve"](Request(verb="resolve", subject="site/roof", person="discord:bob"))

        assert first.text == second.text == "Roof: acknowledged by ada (discord)"
        assert (end.ok, end.text) == (True, "Roof: resolved by bob (discord)")


async def test_a_snoozed_alert_is_quiet_and_comes_back() -> None:
    """What is raised meanwhile is counted, not sent."""
    async with living(ALL) as house:
        board = house.target("board")
        await raise_roof(house)

        await house.call("alert.snooze", key="site/roof", duration="30m")
        await raise_roof(house, message="still no files")
        quiet = board.phases
        await house.clock.advance(minutes=30)

        assert quiet == ["raised", "acknowledged"]
        assert board.phases == ["raised", "acknowledged", "raised"]
        assert board.messages[-1] == "still no files"
        alert = house.alerts.get("site/roof")
        assert alert is not None
        assert (alert.count, alert.snoozed_until, alert.acknowledged_by) == (2, None, None)


async def test_a_snoozed_alert_that_is_resolved_does_not_come_back() -> None:
    """Nor does one that somebody takes care of for good."""
    async with living(ALL) as house:
        board = house.target("board")
        await raise_roof(house)
        await raise_roof(house, key="site/park")
        for key in ("site/roof", "site/park"):
            await house.alerts.snooze(key, timedelta(minutes=5), "ada")

        await house.alerts.resolve("site/roof", "ada")
        await house.alerts.acknowledge("site/park", "ada")
        await house.clock.advance(hours=1)

        assert board.phases.count("raised") == 2


@pytest.mark.parametrize(
    ("duration", "seconds"), [("30m", 1800), ("1:30", 5400), ("00:05:00", 300), (90, 90), ({"minutes": 2}, 120), ("PT1H", 3600)]
)
async def test_durations_are_written_as_people_write_them(duration: Any, seconds: float) -> None:
    """By action and by press alike."""
    async with living(ALL) as house:
        await raise_roof(house)

        await verbs(house.alerts)["snooze"](
            Request(verb="snooze", subject="site/roof", person="a", details={"duration": duration})
        )

        alert = house.alerts.get("site/roof")
        assert alert is not None
        assert alert.snoozed_until == house.clock.time() + seconds


@pytest.mark.parametrize("duration", ["soon", -5, "", [], {"fortnights": 1}, float("nan")])
async def test_nonsense_for_a_duration_is_refused(duration: Any) -> None:
    """The person is told what would do."""
    async with living(ALL) as house:
        await raise_roof(house)

        reply = await verbs(house.alerts)["snooze"](Request(verb="snooze", subject="site/roof", details={"duration": duration}))

        assert not reply.ok
        assert house.told("alert.snoozed") == []


async def test_what_is_raised_again_while_somebody_takes_care_of_it_does_not_call_people_again() -> None:
    """The message is brought up to date; only what is worse than before asks for people anew."""
    async with living(ALL) as house:
        board = house.target("board")
        await raise_roof(house)
        await house.alerts.acknowledge("site/roof", "ada")

        await raise_roof(house, message="still no files")
        await raise_roof(house, message="on fire", severity="critical")

        assert board.phases == ["raised", "acknowledged", "acknowledged", "raised"]
        assert len(house.told("alert.raised")) == 2


async def test_an_alert_that_is_over_can_be_raised_anew() -> None:
    """It begins again, with a count of its own."""
    async with living(ALL) as house:
        board = house.target("board")
        await raise_roof(house)
        await house.alerts.resolve("site/roof", "ada")

        await raise_roof(house)

        alert = house.alerts.get("site/roof")
        assert alert is not None
        assert (alert.phase, alert.count, alert.resolved_by) == ("raised", 1, None)
        assert board.phases == ["raised", "resolved", "raised"]


async def test_an_acknowledgement_or_all_clear_of_an_unknown_key_goes_where_it_is_sent() -> None:
    """Nobody saw it raised, so only the named targets hear of it; no alert comes to be."""
    async with living(ALL) as house:
        board, pager = house.target("board"), house.target("pager")

        await house.call("notify.board", message="fine", key="new", phase="resolved")
        await house.call("notify.pager", message="mine", key="new", phase="acknowledged")

        assert (board.phases, pager.phases) == (["resolved"], ["acknowledged"])
        assert house.alerts.all() == []


async def test_alerts_survive_a_restart() -> None:
    """Through JSON and back: who was told, who acknowledged, and the snooze that goes on counting."""
    kept: dict[str, Any] = {}
    async with living(ALL, kept=kept) as house:
        await raise_roof(house)
        await house.alerts.snooze("site/roof", timedelta(minutes=10), "discord:ada")
        exported, as_kept = json.dumps(house.alerts.export()), json.dumps(kept)

    kept = json.loads(as_kept)
    async with living(ALL, kept=kept) as house:
        board = house.target("board")
        restored = house.alerts.get("site/roof")
        state = house.states.get("alert.site_roof")
        await house.clock.advance(minutes=10)

        assert exported == as_kept
        assert restored is not None
        assert (restored.targets, restored.acknowledged_by) == (("board", "pager"), "discord:ada")
        assert state is not None
        assert state.state == "acknowledged"
        assert board.phases == ["raised"]


async def test_what_cannot_be_read_after_a_restart_is_reported_and_left_out(caplog: pytest.LogCaptureFixture) -> None:
    """The others are there."""
    kept: dict[str, Any] = {}
    async with living(ALL, kept=kept) as house:
        await raise_roof(house)

    async with living(ALL, kept={**kept, "broken": {"key": 7}, "worse": None}) as house:
        assert [alert.key for alert in house.alerts.all()] == ["site/roof"]

    assert "'broken' cannot be read" in caplog.text


async def test_keys_that_look_alike_have_entities_of_their_own() -> None:
    """Also keys without any letter, and very long ones."""
    async with living(ALL) as house:
        for key in ("a b", "a-b", "!", "x" * 5000):
            await raise_roof(house, key=key)

        ids = house.states.ids("alert")
        assert len(ids) == 4
        assert {house.alerts.key_of(entity_id) for entity_id in ids} == {"a b", "a-b", "!", "x" * 5000}


async def test_old_matters_are_forgotten_in_time() -> None:
    """Of 600 resolved alerts the last 500 are remembered; open ones always."""
    async with living(ALL) as house:
        await raise_roof(house, key="open")
        for number in range(600):
            await house.alerts.send(Notice(message="x", key=f"k{number}"), [], Context.new())
            await house.alerts.resolve(f"k{number}", "ada")

        assert len(house.alerts.all()) == len(house.states) == len(house.kept) == 501
        assert house.alerts.get("k99") is None
        assert house.alerts.get("open") is not None


async def test_alerts_that_cannot_be_kept_reach_people_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    """A full disk is logged."""

    async def full(changes: object) -> None:
        raise StoreError("disk full")

    clock = SimulatedClock()
    bus = Bus(clock)
    outbox = Outbox(bus, clock)
    alerts = Alerts(outbox, bus, StateMachine(bus, clock), clock, full)

    await alerts.send(notice := Notice(message="down", key="roof"), [Stop("board", notice)], Context.new())

    assert outbox.status()[0].waiting == 1
    assert "disk full" in caplog.text


async def test_what_is_said_of_a_matter_goes_out_in_the_order_in_which_it_happened() -> None:
    """Also when the first thing takes longer to be kept than the second."""
    gates = [asyncio.Event(), asyncio.Event()]
    waiting = list(gates)

    async def slowly(changes: object) -> None:
        await waiting.pop(0).wait()

    clock = SimulatedClock()
    bus = Bus(clock)
    shelf = MemoryShelf()
    alerts = Alerts(Outbox(bus, clock, shelf), bus, StateMachine(bus, clock), clock, slowly)

    async with asyncio.TaskGroup() as group:
        raised = Notice(message="down", key="roof")
        group.create_task(alerts.send(raised, [Stop("board", raised)], Context.new()))
        await asyncio.sleep(0)
        group.create_task(alerts.resolve("roof", "ada"))
        gates[1].set()
        await clock.advance()
        gates[0].set()

    assert [parcel.notice.phase for parcel in shelf.waiting()] == ["raised", "resolved"]


async def test_a_group_of_targets_that_are_all_full_says_so() -> None:
    """One that takes the notice is enough."""
    async with living(ALL) as house:
        house.notify.expect("board")
        for number in range(20_000):
            await house.outbox.put("board", Notice(message=str(number)), Context.new())

        await house.call("notify.all", message="to the pager at least")
        with pytest.raises(ActionError, match="20000 notices wait"):
            await house.actions.call("notify.board", {"message": "too much"})

        assert {status.target: status.waiting for status in house.outbox.status()}["pager"] == 1
