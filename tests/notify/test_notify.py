"""`notify.<target>` and groups."""

import datetime as dt
from typing import Any

import pytest

from hub.errors import BadActionData, UnknownAction
from hub.notify.groups import Quiet, parse_groups
from hub.notify.message import Message, parameters
from tests.notify.house import living

QUIET = {"from": "22:00", "to": "07:00", "min_severity": "critical"}


async def test_a_target_becomes_an_action() -> None:
    """The notice carries what the call says."""
    async with living() as house:
        board = house.target("board")

        await house.call(
            "notify.board",
            message="Roof is silent",
            title="Solar",
            severity="Error",
            link="https://hub/roof",
            image="https://hub/roof.png",
            fields={"power": 0},
        )

        (notice,) = board.got
        assert (notice.message, notice.title, notice.severity, notice.link) == (
            "Roof is silent",
            "Solar",
            "error",
            "https://hub/roof",
        )
        assert (notice.image, notice.fields) == ("https://hub/roof.png", {"power": "0"})


async def test_home_assistants_data_is_understood() -> None:
    """What other platforms' `data` holds is let pass."""
    async with living() as house:
        board = house.target("board")
        data = {"url": "https://hub", "images": ["https://hub/a.png", "b"], "tag": "roof", "push": {"sound": "none"}, "ttl": 0}

        await house.call("notify.board", message=21.5, target="ada, bob", data=data)

        (notice,) = board.got
        assert (notice.message, notice.link, notice.image, notice.key) == ("21.5", "https://hub", "https://hub/a.png", "roof")
        assert notice.recipients == ("ada", "bob")
        assert notice.actions == ("acknowledge", "snooze", "open")


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, "message is missing"),
        ({"message": "x", "tittle": "y"}, "tittle is not known; did you mean `title`"),
        ({"message": "x", "severity": "dreadful"}, "severity: .*'info', 'warning', 'error' or 'critical'"),
        ({"message": {"a": 1}}, "message: .*string"),
        ({"message": None}, "message: .*string"),
        ({"message": "x", "fields": 7}, "fields: .*"),
    ],
)
async def test_wrong_data_is_refused_before_anything_is_sent(data: dict[str, Any], wrong: str) -> None:
    """With the nearest name for a misspelt one."""
    async with living() as house:
        board = house.target("board")

        with pytest.raises(BadActionData, match=wrong):
            await house.actions.call("notify.board", data)

        assert board.got == []


def test_every_parameter_is_described() -> None:
    """The descriptions become the documentation."""
    described = {parameter.name: parameter for parameter in parameters(Message)}

    assert all(parameter.description for parameter in described.values())
    assert described["message"].required
    assert {name: described[name].type for name in ("message", "severity", "fields", "target", "data")} == {
        "message": "text",
        "severity": "info | warning | error | critical",
        "fields": "mapping",
        "target": "list",
        "data": "mapping",
    }


async def test_the_action_returns_before_the_notice_arrives() -> None:
    """It is accepted; that the target is away is the outbox's matter."""
    async with living() as house:
        board = house.target("board", OSError("no route"))

        await house.call("notify.board", message="down")
        at_return = board.messages
        await house.clock.advance(2)

        assert at_return == []
        assert board.messages == ["down"]


async def test_a_call_that_is_made_once_more_after_a_crash_sends_nothing_twice() -> None:
    """The key of the call names the notice."""
    async with living() as house:
        board = house.target("board")

        await house.call("notify.board", call_key="run-7/2", message="down")
        await house.call("notify.board", call_key="run-7/2", message="down")

        assert board.messages == ["down"]


async def test_the_action_stays_while_the_target_is_away() -> None:
    """And goes when the target is forgotten."""
    async with living() as house:
        board = house.target("board")
        leave = house.notify.add("board", board.deliver)
        leave()
        await house.call("notify.board", message="while away")
        house.notify.add("board", board.deliver)
        await house.clock.advance()

        house.notify.forget("board")

        assert board.messages == ["while away"]
        with pytest.raises(UnknownAction):
            await house.actions.call("notify.board", {"message": "x"})


async def test_a_group_tells_all_its_members() -> None:
    """Each once, also when it is in two groups of the group."""
    groups = {"leadership": ["board", "pager", "managers"], "managers": ["board", "leadership"]}
    async with living(groups) as house:
        board, pager = house.target("board"), house.target("pager")

        await house.call("notify.leadership", message="down")

        assert (board.messages, pager.messages) == (["down"], ["down"])


async def test_a_group_does_not_fail_because_one_member_does(caplog: pytest.LogCaptureFixture) -> None:
    """A member that is not there is named with its nearest; what is for it waits."""
    async with living([{"name": "Leadership", "targets": ["boards", "pager"]}]) as house:
        board, pager = house.target("board"), house.target("pager")

        await house.call("notify.leadership", message="down")

        assert (board.messages, pager.messages) == ([], ["down"])
        assert "notify.boards does not exist; did you mean `board`?" in caplog.text
        assert house.target("boards").messages == []
        assert {status.target: status.waiting for status in house.outbox.status()}["boards"] == 1


async def test_a_member_hears_only_of_what_is_bad_enough() -> None:
    """`min_severity` per member; `data` changes what a member is told."""
    pager = {"target": "pager", "min_severity": "error", "data": {"title": "PAGE"}}
    async with living([{"name": "leadership", "targets": ["board", pager]}]) as house:
        board_target, pager_target = house.target("board"), house.target("pager")

        await house.call("notify.leadership", message="cloudy", severity="warning")
        await house.call("notify.leadership", message="silent", severity="critical", title="Roof")

        assert board_target.messages == ["cloudy", "silent"]
        assert [(notice.message, notice.title) for notice in pager_target.got] == [("silent", "PAGE")]


async def test_quiet_hours_hold_notices_until_they_end() -> None:
    """What is bad enough goes out at once; what speaks of a held matter does not overtake it."""
    async with living([{"name": "leadership", "targets": [{"target": "board", "quiet": QUIET}]}]) as house:
        board = house.target("board")
        await house.clock.advance(hours=11)

        await house.call("notify.leadership", message="report")
        await house.call("notify.leadership", message="fire", severity="critical")
        await house.call("notify.leadership", message="silent", key="roof")
        await house.call("notify.leadership", message="files are back", key="roof", phase="resolved", severity="critical")
        at_night = board.messages
        await house.clock.advance(hours=8)

        assert at_night == ["fire"]
        assert board.messages == ["fire", "report", "silent", "files are back"]
        assert board.phases[2:] == ["raised", "resolved"]


@pytest.mark.parametrize(
    ("now", "ends"),
    [("21:59", None), ("22:00", "2026-01-06T07:00"), ("06:59", "2026-01-05T07:00"), ("07:00", None)],
)
def test_quiet_hours_go_over_midnight(now: str, ends: str | None) -> None:
    """The end is exact and in the hub's zone."""
    found = Quiet.model_validate(QUIET).ends(dt.datetime.fromisoformat(f"2026-01-05T{now}"))

    assert found == (None if ends is None else dt.datetime.fromisoformat(ends))


def test_yaml_times_without_quotes_are_understood() -> None:
    """YAML 1.1 reads `22:00` as 1320 and `22:30:00` as 81000."""
    quiet = Quiet.model_validate({"from": 1320, "to": 81000})

    assert (quiet.start, quiet.end) == (dt.time(22, 0), dt.time(22, 30))


async def test_notify_notify_goes_where_target_says() -> None:
    """To the only target when it does not say; with several it must."""
    async with living({"all": ["board", "pager"]}) as house:
        board = house.target("board")
        await house.call("notify.notify", message="one")
        pager = house.target("pager")

        await house.call("notify.notify", message="two", target=["notify.all"])
        with pytest.raises(BadActionData, match="there are all, board, pager"):
            await house.actions.call("notify.notify", {"message": "three"})
        with pytest.raises(BadActionData, match="did you mean `board`"):
            await house.actions.call("notify.notify", {"message": "three", "target": "bord"})

        assert (board.messages, pager.messages) == (["one", "two"], ["two"])


async def test_groups_can_be_replaced_while_the_hub_runs() -> None:
    """Actions of groups that are gone are withdrawn."""
    async with living({"leadership": ["board"]}) as house:
        board = house.target("board")

        house.notify.regroup(parse_groups({"night_shift": ["board"]}))
        await house.call("notify.night_shift", message="hello")

        assert board.messages == ["hello"]
        assert house.actions.get("notify.leadership") is None
