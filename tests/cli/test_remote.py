"""The commands that talk to a running hub, against the real server."""

import asyncio
from pathlib import Path

import pytest

from hub.model.action import ActionCall, Answer
from hub.model.names import EntityId
from hub.web.address import Address, write_address
from tests.cli.terminal import typed, typed_beside
from tests.web.house import VIEWER, served


async def test_states_are_listed_by_pattern() -> None:
    """Lines for people and JSON for programs."""
    async with served() as house:
        house.set("sensor.roof_power", "12", unit_of_measurement="kW")
        house.set("sensor.wind_power", "7")

        lines = (await typed_beside(house, "states", "sensor.roof_*")).lines
        rows = (await typed_beside(house, "states", "--json")).json
        nothing = await typed_beside(house, "states", "light.*")

        assert lines == [["sensor.roof_power", "12", "kW", "2026-01-05T12:00:00"]]
        assert [row["state"] for row in rows] == ["12", "7"]
        assert (nothing.code, nothing.err) == (1, "error: no entity is called light.*\n")


async def test_an_action_is_called_with_values_in_yaml() -> None:
    """Numbers, lists, mappings; the states that changed are shown."""
    async with served() as house:
        calls: list[ActionCall] = []

        def act(call: ActionCall) -> None:
            calls.append(call)
            house.states.set(EntityId("light.a"), "on", context=call.context)

        house.offer("light.turn_on", act)

        outcome = await typed_beside(
            house, "call", "light.turn_on", "level=5", "ids=[a, b]", "deep={x: 1.5}", "text=a=b", "empty="
        )

        assert calls[0].data == {"level": 5, "ids": ["a", "b"], "deep": {"x": 1.5}, "text": "a=b", "empty": None}
        assert (outcome.code, outcome.lines) == (0, [["light.a", "on"]])


async def test_what_an_action_returns_is_shown() -> None:
    """Without asking when it does nothing else, and when asked."""
    async with served() as house:
        house.offer("ftp.list", lambda call: {"files": ["ä.csv"]}, answer=Answer.ONLY)
        house.offer("ftp.sync", lambda call: {"count": 3} if call.wants_answer else None, answer=Answer.OPTIONAL)

        assert (await typed_beside(house, "call", "ftp.list")).out == "files:\n- ä.csv\n"
        assert (await typed_beside(house, "call", "ftp.sync")).out == ""
        assert (await typed_beside(house, "call", "ftp.sync", "-r")).out == "count: 3\n"
        assert (await typed_beside(house, "call", "ftp.sync", "-r", "--json")).json["service_response"] == {"count": 3}


async def test_what_the_hub_refuses_is_told_in_its_words() -> None:
    """Exit code 1."""
    async with served() as house:
        unknown = await typed_beside(house, "call", "no.such")
        stranger = await typed_beside(house, "states", token="wrong")
        viewer = await typed_beside(house, "token", "list", token=VIEWER)

        assert (unknown.code, unknown.err) == (1, "error: action no.such does not exist\n")
        assert (stranger.code, stranger.err) == (1, "error: the hub does not know this token\n")
        assert (viewer.code, viewer.err) == (1, "error: this needs the role admin; viewer-token is viewer\n")


async def test_events_are_shown_while_they_happen() -> None:
    """States as a change, others with their data."""
    async with served() as house:
        tail = asyncio.create_task(typed_beside(house, "events", "--count", "2"))
        while "*" not in house.bus.listener_counts():
            await asyncio.sleep(0)
        house.set("sensor.roof", "12")
        house.bus.fire("door", {"n": 1})

        outcome = await tail

        assert outcome.out.splitlines() == ["12:00:00.000  sensor.roof: (none) → 12", '12:00:00.000  door {"n": 1}']


async def test_events_of_one_type_come_as_json() -> None:
    """A line each."""
    async with served() as house:
        tail = asyncio.create_task(typed_beside(house, "events", "door", "-n", "1", "--json"))
        while "door" not in house.bus.listener_counts():
            await asyncio.sleep(0)
        house.bus.fire("other")
        house.bus.fire("door", {"n": 1})

        assert (await tail).json["data"] == {"n": 1}


async def test_a_tail_ends_with_a_word_when_it_cannot_go_on() -> None:
    """A wrong token, a role that is too small, a hub that stops."""
    async with served() as house:
        wrong = await typed_beside(house, "events", token="wrong")
        small = await typed_beside(house, "events", token=VIEWER)
        tail = asyncio.create_task(typed_beside(house, "events", "door"))
        while "door" not in house.bus.listener_counts():
            await asyncio.sleep(0)
    stopped = await tail

    assert (wrong.code, small.code, stopped.code) == (1, 1, 1)
    assert "does not know this token" in wrong.err
    assert "only an admin" in small.err
    assert "the hub" in stopped.err


async def test_a_run_is_shown_as_a_tree() -> None:
    """The last one, or the one that is named; with or without the domain."""
    async with served() as house:
        last = await typed_beside(house, "trace", "page")
        named = await typed_beside(house, "trace", "automation.page", "--run", "7", "--json")
        listed = await typed_beside(house, "trace", "page", "--list")
        none = await typed_beside(house, "trace", "script.other")
        missing = await typed_beside(house, "trace", "page", "--run", "8")

        assert "automation.page run 7: finished" in last.out
        assert [line.split("─")[-1].strip() for line in last.out.splitlines()[1:]] == [
            "trigger/0  +0.000s  state of sensor.roof",
            "action/0  +1.000s  params={service: page}",
            "action/0/if  +1.000s  result=yes",
            "action/0/then/0  +1.000s",
            "action/0/then/0  +2.000s    it failed",
        ]
        assert named.json["run_id"] == "7"
        assert listed.lines[0][0] == "7"
        assert (none.code, none.err) == (1, "error: script.other has not run\n")
        assert (missing.code, missing.err) == (1, "error: automation.page has no run 8\n")


async def test_tokens_are_made_listed_and_ended() -> None:
    """The token alone on the output, so that a script can take it."""
    async with served() as house:
        made = await typed_beside(house, "token", "create", "dash board/1", "--role", "viewer")
        listed = await typed_beside(house, "token", "list")
        ended = await typed_beside(house, "token", "revoke", "dash board/1")
        again = await typed_beside(house, "token", "revoke", "dash board/1")

        assert (made.code, made.out) == (0, "dash board/1\n")
        assert ["dash board/1", "viewer", "2026-01-05 12:00", ""] in listed.lines
        assert (ended.code, again.code) == (0, 1)


@pytest.mark.parametrize("below", [".", "demo/data"])
async def test_the_hub_of_this_computer_is_found_by_its_file(tmp_path: Path, below: str) -> None:
    """Neither address nor token need be typed; where no hub runs but the demonstration, it is that one."""
    (tmp_path / below).mkdir(parents=True, exist_ok=True)
    async with served() as house:
        house.set("sensor.roof", "1")
        write_address(tmp_path / below, Address(house.bound.url, VIEWER))

        outcome = await asyncio.to_thread(typed, "states", "--data-dir", str(tmp_path))

        assert outcome.lines[0][:2] == ["sensor.roof", "1"]


def test_when_no_hub_runs_it_is_said(tmp_path: Path) -> None:
    """No file, a file that is left over, an address without a token, no address at all."""
    nothing = typed("states", "--data-dir", str(tmp_path))
    write_address(tmp_path, Address("http://127.0.0.1:9", "t"))
    left_over = typed("states", "--data-dir", str(tmp_path))
    left_over_tail = typed("events", "--data-dir", str(tmp_path))
    no_token = typed("states", "--data-dir", str(tmp_path), "--url", "http://127.0.0.1:10")

    assert [each.code for each in (nothing, left_over, left_over_tail, no_token)] == [1, 1, 1, 1]
    assert "start one with `hub run`" in nothing.err
    assert "no hub answers at http://127.0.0.1:9" in left_over.err
    assert "no hub answers at http://127.0.0.1:9" in left_over_tail.err
    assert "a token is needed" in no_token.err


@pytest.mark.parametrize("url", ["hub", "ftp://x", "http://", "http://x:port", "http://[::1"])
def test_what_is_no_address_is_refused(url: str) -> None:
    """With an example."""
    outcome = typed("states", "--url", url, "--token", "t")

    assert (outcome.code, "is no address of a hub" in outcome.err) == (1, True)


async def test_what_answers_and_is_no_hub_is_told_so() -> None:
    """Something else listens there."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"220 ftp.example.org ready\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        outcome = await asyncio.to_thread(typed, "states", "--url", f"http://127.0.0.1:{port}", "--token", "t")

    assert (outcome.code, "no hub" in outcome.err) == (1, True)
