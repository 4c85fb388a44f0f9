"""People who press buttons and use commands."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace as changed
from typing import Any

import hub_discord
import pytest
from hub_discord.config import DiscordConfig
from hub_discord.session import Session
from hub_discord.simulator.company import Company
from hub_discord.simulator.world import Channel

from hub.api import Hub, Notice, Reply, Request, Severity
from hub.clock import SystemClock
from hub.testing import KeptMemory, Running, running

SILENT = Notice(
    title="Roof is silent", message="No file.", severity=Severity.CRITICAL, key="roof", actions=("acknowledge", "snooze"), id="n1"
)


@pytest.fixture
async def hub(company: Company) -> AsyncGenerator[Running[SystemClock], None]:
    """A hub whose bot is connected, and that has told of an alert."""
    async with running(hub_discord, company.config) as hub:
        await hub.notify("notify.board", SILENT)
        yield hub


async def test_a_press_acknowledges_the_alert(company: Company, hub: Running[SystemClock]) -> None:
    """The hub is asked in the person's name, an event is told, and the person alone gets the answer."""
    interaction = await company.interactions.press(first_message(company.board), "hub:acknowledge:roof", company.ada)

    assert await interaction.text() == "acknowledge: done"
    assert interaction.ephemeral
    assert asked(hub) == [Request(verb="acknowledge", subject="roof", person="discord:ada")]
    [event] = hub.told("discord.button")
    assert event == {
        "action": "acknowledge",
        "alert": "roof",
        "person": "ada",
        "person_id": company.ada.id,
        "channel_id": company.board.id,
        "message_id": first_message(company.board),
        "instance": "discord",
    }


async def test_a_press_can_snooze(company: Company, hub: Running[SystemClock]) -> None:
    """The other button."""
    interaction = await company.interactions.press(first_message(company.board), "hub:snooze:roof", company.ada)

    assert await interaction.text() == "snooze: done"


async def test_a_person_without_the_role_is_refused(company: Company, hub: Running[SystemClock]) -> None:
    """Nothing is asked, nothing is told."""
    interaction = await company.interactions.press(first_message(company.board), "hub:acknowledge:roof", company.bob)

    assert "may not do this" in await interaction.text()
    assert interaction.ephemeral
    assert asked(hub) == []
    assert hub.told("discord.button") == []


async def test_a_role_is_looked_at_on_every_press(company: Company, hub: Running[SystemClock]) -> None:
    """Who has lost it may press no more."""
    message = first_message(company.board)
    await (await company.interactions.press(message, "hub:acknowledge:roof", company.ada)).text()
    interaction = await company.interactions.press(message, "hub:acknowledge:roof", changed(company.ada, roles=()))

    assert "may not do this" in await interaction.text()
    assert len(asked(hub)) == 1


async def test_nobody_may_by_default(company: Company) -> None:
    """Without roles and people in the config there is nobody who may."""
    config = {name: value for name, value in company.config.items() if name != "roles"}
    async with running(hub_discord, config) as hub:
        await hub.notify("notify.board", SILENT)
        interaction = await company.interactions.press(first_message(company.board), "hub:acknowledge:roof", company.ada)

        assert "may not do this" in await interaction.text()


async def test_in_direct_messages_the_roles_are_looked_up_on_the_server(company: Company, hub: Running[SystemClock]) -> None:
    """Discord does not send them along there."""
    await hub.notify("notify.ada", SILENT)
    message = first_message(company.oncall)

    allowed = await company.interactions.press(message, "hub:acknowledge:roof", company.ada)
    refused = await company.interactions.press(message, "hub:acknowledge:roof", company.bob)

    assert await allowed.text() == "acknowledge: done"
    assert "may not do this" in await refused.text()


async def test_a_stranger_in_direct_messages_is_refused(company: Company, hub: Running[SystemClock]) -> None:
    """Who is not on the server has no roles."""
    await hub.notify("notify.ada", SILENT)
    stranger = company.world.people.pop(company.bob.id)
    interaction = await company.interactions.press(first_message(company.oncall), "hub:acknowledge:roof", stranger)

    assert "may not do this" in await interaction.text()


async def test_a_person_may_be_named_whatever_the_roles(company: Company) -> None:
    """For those who have none."""
    async with running(hub_discord, company.config | {"users": [company.bob.id]}) as hub:
        await hub.notify("notify.board", SILENT)
        interaction = await company.interactions.press(first_message(company.board), "hub:acknowledge:roof", company.bob)

        assert await interaction.text() == "acknowledge: done"


@pytest.mark.parametrize("key", ["roof", "r" * 300, "#hash", "zwei Wörter: ☀️\n", "key:with:colons"])
async def test_a_button_works_after_a_restart(company: Company, key: str) -> None:
    """Whatever the key: long ones are remembered on disk."""
    memory = KeptMemory()
    async with running(hub_discord, company.config, SystemClock(), memory) as hub:
        await hub.notify("notify.board", Notice(message="No file.", key=key, actions=("acknowledge",), id="n1"))
    [row] = company.said(company.board)[0]["components"]
    async with running(hub_discord, company.config, SystemClock(), memory) as hub:
        interaction = await company.interactions.press(
            first_message(company.board), row["components"][0]["custom_id"], company.ada
        )

        assert await interaction.text() == "acknowledge: done"
        assert [request.subject for request in asked(hub)] == [key]


async def test_a_hub_that_thinks_long_is_waited_for(company: Company) -> None:
    """Discord hears at once that there will be an answer; otherwise it would say that the application did not respond."""
    thought = asyncio.Event()
    plugin = changed(hub_discord.hub_plugin(), connect=thinking(thought))
    async with running(plugin, company.config) as hub:
        await hub.notify("notify.board", SILENT)
        interaction = await company.interactions.press(first_message(company.board), "hub:acknowledge:roof", company.ada)
        await interaction.reaction()
        before = (interaction.deferred, interaction.answer)
        thought.set()

        assert await interaction.text() == "acknowledge: done"
        assert before == (True, None)


async def test_a_connection_that_ends_while_the_hub_thinks_leaves_nothing(company: Company) -> None:
    """The unanswered press ends with it."""
    plugin = changed(hub_discord.hub_plugin(), connect=thinking(asyncio.Event()))
    tasks = asyncio.all_tasks()
    async with running(plugin, company.config) as hub:
        await hub.notify("notify.board", SILENT)
        await (await company.interactions.press(first_message(company.board), "hub:acknowledge:roof", company.ada)).reaction()

    assert [task for task in asyncio.all_tasks() - tasks if "answer" in task.get_name()] == []


async def test_a_press_that_nobody_waits_for_any_more_hurts_nobody(company: Company, hub: Running[SystemClock]) -> None:
    """Discord forgets an interaction after three seconds."""
    company.interactions.by_token = Forgetful()
    await company.interactions.press(first_message(company.board), "hub:acknowledge:roof", company.ada)
    await hub.until(lambda: any("callback" in path for _, path in company.rest.requests))
    company.interactions.by_token = {}
    interaction = await company.interactions.press(first_message(company.board), "hub:acknowledge:roof", company.ada)

    assert await interaction.text() == "acknowledge: done"
    assert hub.connected
    assert hub.report.bugs == 0


@pytest.mark.parametrize(
    ("command", "options", "verb", "subject"),
    [
        ("ack", {"alert": "roof"}, "acknowledge", "roof"),
        ("run", {"automation": "automation.report"}, "run", "automation.report"),
    ],
)
async def test_a_command_asks_the_hub(
    company: Company, hub: Running[SystemClock], command: str, options: dict[str, str], verb: str, subject: str
) -> None:
    """In the person's name."""
    interaction = await company.interactions.run_command(command, options, company.board, company.ada)

    assert await interaction.text() == f"{verb}: done"
    assert interaction.ephemeral
    assert asked(hub) == [Request(verb=verb, subject=subject, person="discord:ada")]
    assert [(event["command"], event["subject"], event["person"]) for event in hub.told("discord.command")] == [
        (command, subject, "ada")
    ]


async def test_status_and_state_show_what_the_hub_knows(company: Company, hub: Running[SystemClock]) -> None:
    """With its facts."""
    hub.publish("sensor.roof_power", 42)
    status = await company.interactions.run_command("status", {}, company.board, company.ada)
    state = await company.interactions.run_command("state", {"entity": "sensor.roof_power"}, company.board, company.ada)

    assert "1 of 1 plugins connected" in await status.text()
    assert "roof power: 42" in (await state.text()).replace("\\", "")


async def test_a_command_of_a_person_without_the_role_is_refused(company: Company, hub: Running[SystemClock]) -> None:
    """Also the harmless ones: states are nobody's business."""
    for name, options in (
        ("status", {}),
        ("state", {"entity": "sensor.x"}),
        ("ack", {"alert": "roof"}),
        ("run", {"automation": "x"}),
    ):
        interaction = await company.interactions.run_command(name, options, company.board, company.bob)
        assert "may not do this" in await interaction.text()

    assert asked(hub) == []
    assert hub.told("discord.command") == []


async def test_open_alerts_are_offered_while_typing(company: Company, hub: Running[SystemClock]) -> None:
    """To those who may acknowledge them."""
    await hub.notify("notify.board", Notice(message="No wind.", key="wind", id="n2"))
    offered = await company.interactions.complete("ack", "alert", "", company.board, company.ada)
    near = await company.interactions.complete("ack", "alert", "OO", company.board, company.ada)
    refused = await company.interactions.complete("ack", "alert", "", company.board, company.bob)

    assert sorted(await offered.choices()) == ["roof", "wind"]
    assert await near.choices() == ["roof"]
    assert await refused.choices() == []


async def test_hostile_answers_are_escaped(company: Company, hub: Running[SystemClock]) -> None:
    """States carry what others wrote."""
    hub.replies["acknowledge"] = Reply(text="[click](https://evil.example) @everyone", fields={"": "**x**"}, ok=False)
    interaction = await company.interactions.run_command("ack", {"alert": "roof"}, company.board, company.ada)

    assert await interaction.text() == "\\[click](https://evil.example) \\@everyone\n\u200b\n\\*\\*x\\*\\*"


async def test_commands_are_written_only_when_they_changed(company: Company) -> None:
    """Discord allows 200 creations a day."""
    memory = KeptMemory()
    for _ in range(3):
        async with running(hub_discord, company.config, SystemClock(), memory):
            names = sorted(command["name"] for command in company.world.commands)

    assert names == ["ack", "run", "state", "status"]
    assert company.world.command_writes == 1


async def test_messages_are_heard_where_the_intent_is_granted(company: Company) -> None:
    """In channels and in direct messages, but not the bot's own."""
    company.gateway.permitted |= 1 << 15
    async with running(hub_discord, company.config | {"message_content": True}) as hub:
        await company.interactions.say("hello", company.board, company.bob)
        await company.interactions.say("secret", company.oncall, company.ada)
        await company.interactions.say("echo", company.board, company.world.bot)
        await company.interactions.say("end", company.board, company.bob)
        await hub.until(lambda: hub.told("discord.message")[-1]["text"] == "end")
        heard = [(event["text"], event["person"], event["channel"], event["direct"]) for event in hub.told("discord.message")]

    assert heard == [("hello", "bob", "board", False), ("secret", "ada", "", True), ("end", "bob", "board", False)]


async def test_messages_are_not_heard_by_default(company: Company, hub: Running[SystemClock]) -> None:
    """The bot does not ask for what it does not need."""
    await company.interactions.say("hello", company.board, company.bob)
    await (await company.interactions.run_command("status", {}, company.board, company.ada)).text()

    assert hub.told("discord.message") == []
    assert [session.intents for session in company.gateway.sessions.values()] == [1]


class Forgetful(dict[str, Any]):
    """Discord's memory of interactions, after too long a time."""

    def get(self, key: str, default: Any = None) -> Any:
        return None


def thinking(thought: asyncio.Event) -> Any:
    """The plugin's `connect`, in a hub that answers only when it has thought."""

    def connect(config: DiscordConfig, hub: Hub) -> AbstractAsyncContextManager[Session]:
        return hub_discord.connect(config, Thinking(hub, thought))

    return connect


class Thinking:
    """A hub that takes its time over anything but its status."""

    def __init__(self, hub: Hub, thought: asyncio.Event) -> None:
        self._hub = hub
        self._thought = thought

    def __getattr__(self, name: str) -> Any:
        return getattr(self._hub, name)

    async def ask(self, request: Request) -> Reply:
        if request.verb != "status":
            await self._thought.wait()
        return await self._hub.ask(request)


def first_message(channel: Channel) -> int:
    return next(iter(channel.messages))


def asked(hub: Running[SystemClock]) -> list[Request]:
    """What people asked; the bot itself asks for the status."""
    return [request for request in hub.requests if request.person]
