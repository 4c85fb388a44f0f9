"""What automations can do on Discord."""

from collections.abc import AsyncGenerator

import hub_discord
import pytest
from hub_discord.simulator.company import Company
from hub_discord.simulator.world import Kind

from hub.api import ActionError, BadActionData, PluginError
from hub.clock import SystemClock
from hub.testing import Running, running


@pytest.fixture
async def hub(company: Company) -> AsyncGenerator[Running[SystemClock], None]:
    """A hub whose bot is connected."""
    async with running(hub_discord, company.config) as hub:
        yield hub


async def test_a_message_goes_to_a_target_a_channel_or_a_person(company: Company, hub: Running[SystemClock]) -> None:
    """And the response says where it is."""
    await hub.call("discord.send", message="to the **target**", target="board")
    await hub.call("discord.send", message="to the channel", channel=str(company.board.id))
    told = await hub.call("discord.send", message="to the person", user=company.ada.id)

    assert [message["content"] for message in company.said(company.board)] == ["to the **target**", "to the channel"]
    [direct] = company.said(company.oncall)
    assert told == {"channel": company.oncall.id, "message": int(direct["id"])}


async def test_a_card_has_what_it_is_given(company: Company, hub: Running[SystemClock]) -> None:
    """As soon as there is a title, a field, a link or a picture."""
    await hub.call("discord.send", message="42 kWh", target="board", title="Energy", severity="warning", fields={"Site": "Roof"})

    [message] = company.said(company.board)
    assert message["embeds"][0]["title"] == "Warning: Energy"
    assert message["embeds"][0]["fields"][0]["value"] == "Roof"


async def test_a_long_message_becomes_several(company: Company, hub: Running[SystemClock]) -> None:
    """Cut between lines."""
    await hub.call("discord.send", message="a line of the report\n" * 200, target="board")

    parts = [message["content"] for message in company.said(company.board)]
    assert len(parts) == 3
    assert all(part.startswith("a line") for part in parts)
    assert "".join(parts).count("report") == 200


async def test_nobody_is_pinged(company: Company, hub: Running[SystemClock]) -> None:
    """Whatever a template has put into the text."""
    await hub.call("discord.send", message="@everyone <@1>", target="board")

    assert company.said(company.board)[0]["allowed_mentions"] == {"parse": []}


async def test_a_call_that_is_made_once_more_is_shown_once(company: Company, hub: Running[SystemClock]) -> None:
    """After a crash the hub repeats it with the same key."""
    company.rest.throttle.window = 0.1
    for key in ("run/1", "run/1", "run/2"):
        await hub.actions.call("discord.send", {"message": "x " * 1500, "target": "board"}, key=key)

    assert len(company.said(company.board)) == 4


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({"message": "x"}, "one of target, channel and user"),
        ({"message": "x", "target": "board", "user": 1}, "one of target, channel and user"),
        ({"message": "x", "target": "bord"}, "there is no target 'bord'; there are: ada, board"),
        ({"message": " \n", "target": "board"}, "is empty"),
        ({"message": "x" * 20_001, "target": "board"}, "longer than 10"),
    ],
)
async def test_a_call_that_makes_no_sense_is_refused(hub: Running[SystemClock], data: dict[str, object], wrong: str) -> None:
    """Before anything is sent."""
    with pytest.raises(ActionError, match=wrong):
        await hub.actions.call("discord.send", data)


async def test_an_id_that_is_none_is_refused(hub: Running[SystemClock]) -> None:
    """A channel is named by a positive number."""
    for channel in (-1, "general", 1 << 63):
        with pytest.raises(BadActionData):
            await hub.call("discord.send", message="x", channel=channel)


async def test_a_message_is_edited_and_deleted(company: Company, hub: Running[SystemClock]) -> None:
    """Deleting twice is no error; editing what is gone is one."""
    told = await hub.call("discord.send", message="first", target="board")
    where = {"channel": told["channel"], "message_id": told["message"]}
    await hub.call("discord.edit", message="second" * 500, **where)
    edited = [len(message["content"]) for message in company.said(company.board)]
    await hub.call("discord.delete", **where)
    await hub.call("discord.delete", **where)

    assert edited == [2000]
    assert company.said(company.board) == []
    with pytest.raises(PluginError, match="Unknown Message"):
        await hub.call("discord.edit", message="third", **where)


async def test_a_thread_is_opened(company: Company, hub: Running[SystemClock]) -> None:
    """Under a message or by itself; a person has none."""
    told = await hub.call("discord.send", message="first", target="board")
    under = await open_thread(hub, channel=told["channel"], message_id=told["message"], name="n" * 300)
    alone = await open_thread(hub, channel=company.board.id, name=" a\nb ")
    await hub.call("discord.send", message="in it", channel=alone)

    names = {channel.id: channel.name for channel in company.world.channels.values() if channel.kind is Kind.THREAD}
    assert names == {alone: "a b", under: "n" * 99 + "…"}
    assert [message["content"] for message in company.said(company.world.channels[alone])] == ["in it"]
    with pytest.raises(PluginError, match="cannot have threads"):
        await open_thread(hub, channel=company.oncall.id, name="x")
    with pytest.raises(ActionError, match="needs a name"):
        await open_thread(hub, channel=company.board.id, name=" ")


async def test_nothing_can_be_sent_while_discord_is_away(company: Company, hub: Running[SystemClock]) -> None:
    """The caller hears so."""
    await company.stop()

    with pytest.raises((ActionError, PluginError)):
        await hub.call("discord.send", message="x", target="board")


async def open_thread(hub: Running[SystemClock], **data: object) -> int:
    response = await hub.actions.call("discord.create_thread", data, wants_answer=True)
    return int((response or {})["channel"])
