"""Connecting, losing the connection, and what makes no sense to try again."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import discord
import hub_discord
import pytest
from discord.gateway import DiscordWebSocket
from hub_discord.config import DiscordConfig
from hub_discord.posts import Post
from hub_discord.session import Place, Session
from hub_discord.simulator.company import Company, running_company

from hub.api import Hub, NotConnected, Notice, Reply
from hub.clock import SystemClock
from hub.hosting.catalog import Condition
from hub.testing import KeptMemory, Running, running

SILENT = Notice(title="Roof is silent", message="No file.", key="roof", actions=("acknowledge",), id="n1")
MESSAGE_CONTENT = 1 << 15


@pytest.fixture
async def hub(company: Company) -> AsyncGenerator[Running[SystemClock], None]:
    """A hub whose bot is connected."""
    async with running(hub_discord, company.config) as hub:
        assert hub.connected
        yield hub


async def test_a_bad_token_is_tried_once(company: Company) -> None:
    """Trying on would cost the address its right to ask."""
    async with running(hub_discord, company.config | {"token": "wrong"}) as hub:
        assert hub.report.condition is Condition.FAILED
        assert "refused the bot's token" in str(hub.report.last_error)

    assert company.rest.requests == [("GET", "/users/@me")]
    assert company.gateway.identified == 0


async def test_a_token_that_the_gateway_refuses_is_tried_once(company: Company) -> None:
    """Close code 4004."""
    company.gateway.close_with = 4004
    async with running(hub_discord, company.config) as hub:
        assert hub.report.condition is Condition.FAILED

    assert company.gateway.identified == 1


async def test_a_token_that_is_revoked_ends_the_connection_for_good(company: Company, hub: Running[SystemClock]) -> None:
    """Somebody has reset it in the portal."""
    await company.gateway.close(4004)
    await hub.until(lambda: hub.report.condition is Condition.FAILED)

    assert company.gateway.identified == 1


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4008, 4009])
async def test_a_gateway_that_closes_politely_is_resumed(company: Company, hub: Running[SystemClock], code: int) -> None:
    """Most close codes mean no more than that."""
    await company.gateway.close(code)
    await hub.until(lambda: company.gateway.resumed == 1)

    assert hub.connected


async def test_a_missing_intent_is_found_before_the_gateway_is(company: Company) -> None:
    """The application's own page tells, and introductions are counted."""
    async with running(hub_discord, company.config | {"message_content": True}) as hub:
        assert not hub.connected
        assert "Message Content Intent" in str(hub.report.last_error)
        assert hub.report.bugs == 0

    assert company.gateway.identified == 0


@pytest.mark.parametrize("code", [4013, 4014])
async def test_a_gateway_that_refuses_intents_is_told_plainly(company: Company, code: int) -> None:
    """And asked again only after a while."""
    company.gateway.permitted |= MESSAGE_CONTENT
    company.gateway.close_with = code
    async with running(hub_discord, company.config | {"message_content": True}) as hub:
        assert "Message Content Intent" in str(hub.report.last_error)
        assert hub.report.bugs == 0

    assert company.gateway.identified == 1


async def test_a_server_without_the_bot_is_told_with_an_invitation(company: Company) -> None:
    """Before the gateway is asked."""
    async with running(hub_discord, company.config | {"guild": 4711}) as hub:
        assert "is not on the server 4711; invite it: https://discord.com" in str(hub.report.last_error)
        assert hub.report.bugs == 0

    assert company.gateway.identified == 0


async def test_a_bot_without_a_server_still_notifies(company: Company) -> None:
    """Commands are what needs one."""
    config = {name: value for name, value in company.config.items() if name != "guild"}
    async with running(hub_discord, config) as hub:
        await hub.notify("notify.board", SILENT)

    assert len(company.said(company.board)) == 1
    assert company.world.command_writes == 0


async def test_a_bot_invited_without_commands_still_notifies(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    """And says what is missing."""
    company.world.takes_commands = False
    async with running(hub_discord, company.config) as hub:
        await hub.notify("notify.board", SILENT)

    assert len(company.said(company.board)) == 1
    assert "was the bot invited with applications.commands?" in caplog.text


async def test_what_was_begun_before_the_end_fails_as_a_lost_connection(company: Company) -> None:
    """So the outbox keeps it, without counting a failure."""
    sessions: list[Session] = []

    @asynccontextmanager
    async def connect(config: DiscordConfig, hub: Hub) -> AsyncGenerator[Session, None]:
        async with hub_discord.connect(config, hub) as session:
            sessions.append(session)
            yield session

    async with running(replace(hub_discord.hub_plugin(), connect=connect), company.config):
        [session] = sessions

    with pytest.raises(NotConnected, match="is leaving"):
        await session.send(Place(channel=company.board.id), Post(content="late"))


async def test_a_line_that_is_cut_is_resumed(company: Company, hub: Running[SystemClock]) -> None:
    """Nothing that happened meanwhile is lost, and the hub notices nothing."""
    await hub.notify("notify.board", SILENT)
    company.gateway.drop()
    interaction = await company.interactions.press(next(iter(company.board.messages)), "hub:acknowledge:roof", company.ada)

    assert await interaction.text() == "acknowledge: done"
    assert (company.gateway.identified, company.gateway.resumed) == (1, 1)
    assert hub.report.losses == 0


async def test_discord_may_ask_to_reconnect(company: Company, hub: Running[SystemClock]) -> None:
    """It does so when it moves its servers."""
    await company.gateway.ask_to_reconnect()
    await hub.until(lambda: company.gateway.resumed == 1)

    assert hub.connected
    assert company.gateway.identified == 1


async def test_a_session_that_discord_has_forgotten_begins_anew(company: Company) -> None:
    """The supervisor connects again."""
    async with running(hub_discord, company.config, SystemClock(20)) as hub:
        company.gateway.sessions.clear()
        company.gateway.drop()
        await hub.until(lambda: company.gateway.identified == 2 and hub.connected)

        assert hub.report.bugs == 0


async def test_a_gateway_that_hangs_up_again_and_again_is_left_alone(company: Company, hub: Running[SystemClock]) -> None:
    """The library would resume without end and without a pause."""
    company.gateway.hang_up = True
    company.gateway.drop()
    await hub.until(lambda: not hub.connected and hub.report.last_error is not None)

    assert "lost 5 times within a minute" in str(hub.report.last_error)
    assert hub.report.bugs == 0


async def test_a_gateway_that_does_not_answer_the_goodbye_is_left_anyway(company: Company) -> None:
    """The library would wait for half a minute, and the hub take the plugin for one that never stops."""
    company.gateway.deaf = True
    loop = asyncio.get_running_loop()
    async with running(hub_discord, company.config) as hub:
        assert hub.connected
        began = loop.time()

    assert loop.time() - began < 3
    assert [thread for thread in threading.enumerate() if "keep-alive" in thread.name] == []


async def test_a_gateway_that_hangs_up_before_it_says_hello_is_tried_again(company: Company) -> None:
    """By the supervisor, after a wait."""
    company.gateway.hang_up = True
    async with running(hub_discord, company.config, SystemClock(20)) as hub:
        assert "before it said hello" in str(hub.report.last_error)
        company.gateway.hang_up = False
        await hub.until(lambda: hub.connected)

        assert hub.report.bugs == 0


async def test_too_many_introductions_are_not_made(company: Company) -> None:
    """At a thousand in a day Discord would reset the token; a restart does not begin to count anew."""
    clock = SystemClock()
    memory = KeptMemory({"introductions": [clock.time() - 3600, 500]})
    async with running(hub_discord, company.config, clock, memory) as hub:
        assert "to save its token it waits 23 hours" in str(hub.report.last_error)
        assert hub.report.bugs == 0

    assert company.gateway.identified == 0


async def test_introductions_are_counted_by_the_day(company: Company) -> None:
    """Yesterday's do not matter."""
    clock = SystemClock()
    memory = KeptMemory({"introductions": [clock.time() - 86_401, 500]})
    async with running(hub_discord, company.config, clock, memory) as hub:
        assert hub.connected

    assert memory.get("introductions")[1] == 1


async def test_two_bots_of_one_process_go_each_their_own_way(company: Company) -> None:
    """One may be a rehearsal and the other the real one, so the library's addresses stay what they are."""
    async with (
        running_company(SystemClock()) as other,
        running(hub_discord, company.config) as here,
        running(hub_discord, other.config) as there,
    ):
        await here.notify("notify.board", SILENT)
        await there.notify("notify.board", SILENT)
        interaction = await other.interactions.press(next(iter(other.board.messages)), "hub:acknowledge:roof", other.ada)

        assert await interaction.text() == "acknowledge: done"
    assert (len(company.said(company.board)), len(other.said(other.board))) == (1, 1)
    assert here.told("discord.button") == []
    assert discord.http.Route.BASE == "https://discord.com/api/v10"
    assert DiscordWebSocket.DEFAULT_GATEWAY.host == "gateway.discord.gg"


async def test_the_presence_shows_how_the_hub_is(company: Company, hub: Running[SystemClock]) -> None:
    """Beside the bot's name, green when all is well."""
    await hub.until(lambda: company.gateway.presences)

    [presence] = company.gateway.presences
    assert presence["status"] == "online"
    assert presence["activities"][0]["state"].startswith("1 of 1 plugins connected")


async def test_the_presence_turns_red_when_something_is_wrong(company: Company) -> None:
    """Whoever looks at the list of members sees it."""
    async with running(hub_discord, company.config | {"presence_interval": 15}, SystemClock(60)) as hub:
        await hub.until(lambda: company.gateway.presences)
        hub.replies["status"] = Reply(text="1 of 2 plugins connected", fields={"ftp": "connecting"})
        await hub.until(lambda: company.gateway.presences[-1]["status"] == "dnd")

    assert company.gateway.presences[-1]["activities"][0]["state"] == "1 of 2 plugins connected"


async def test_every_entity_belongs_to_the_bot(company: Company, hub: Running[SystemClock]) -> None:
    """Latency is known once Discord has answered a heartbeat."""
    values = {state.entity_id.rpartition("hub_")[2]: state.state for state in hub.states.all()}

    assert values["messages_sent"] == "0"
    assert values["last_message"] == "unknown"
    assert "latency" in values
    assert [device.name for device in hub.devices.all()] == ["Discord Hub"]
