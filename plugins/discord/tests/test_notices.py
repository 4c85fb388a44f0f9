"""Notices on their way to channels, threads and people."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import hub_discord
import pytest
from hub_discord.embeds import PHASE_COLOURS, SEVERITY_COLOURS
from hub_discord.session import Hasty
from hub_discord.simulator.company import Company
from hub_discord.simulator.world import Kind
from msgspec.structs import replace

from hub.api import ActionError, NotConnected, Notice, Phase, PluginError, Severity
from hub.clock import SystemClock
from hub.errors import StoreError
from hub.testing import KeptMemory, Running, running

SILENT = Notice(
    title="Roof is silent",
    message="No file for two hours.",
    severity=Severity.CRITICAL,
    link="https://hub.example/alerts/roof",
    fields={"Site": "Roof"},
    key="roof",
    actions=("acknowledge", "snooze", "open"),
    id="n1",
)
SEEN = replace(SILENT, phase=Phase.ACKNOWLEDGED, person="discord:ada", id="n2")
OVER = replace(SILENT, phase=Phase.RESOLVED, message="Files again.", id="n3")
REPORT = Notice(title="Energy", message="312 kWh", id="r1")


@pytest.fixture
async def hub(company: Company) -> AsyncGenerator[Running[SystemClock], None]:
    """A hub whose bot is connected."""
    async with running(hub_discord, company.config) as hub:
        assert hub.connected
        yield hub


async def test_a_notice_becomes_a_card(company: Company, hub: Running[SystemClock]) -> None:
    """With colour, title, link, fields, picture and time."""
    await hub.notify("notify.board", replace(SILENT, image="https://hub.example/roof.png"))

    [message] = company.said(company.board)
    [embed] = message["embeds"]
    assert (embed["title"], embed["description"]) == ("Critical: Roof is silent", "No file for two hours.")
    assert (embed["url"], embed["image"]["url"]) == ("https://hub.example/alerts/roof", "https://hub.example/roof.png")
    assert embed["fields"] == [{"name": "Site", "value": "Roof", "inline": True}]
    assert embed["color"] == SEVERITY_COLOURS[Severity.CRITICAL]
    assert embed["timestamp"]


async def test_a_person_gets_direct_messages(company: Company, hub: Running[SystemClock]) -> None:
    """The channel is opened on the way."""
    receipt = await hub.notify("notify.ada", REPORT)

    [message] = company.said(company.oncall)
    assert receipt.reference == f"{company.oncall.id}/{message['id']}"


async def test_a_thread_is_a_channel_too(company: Company) -> None:
    """Its id is all that is needed."""
    thread = company.world.thread(company.board, "Weekly")
    async with running(hub_discord, company.config | {"targets": {"weekly": {"channel": thread.id}}}) as hub:
        await hub.notify("notify.weekly", REPORT)

    assert len(company.said(thread)) == 1


async def test_an_alert_is_edited_rather_than_repeated(company: Company, hub: Running[SystemClock]) -> None:
    """Its colour changes and its buttons go."""
    await hub.notify("notify.board", SILENT)
    [raised] = [dict(message) for message in company.said(company.board)]
    await hub.notify("notify.board", SEEN)

    [message] = company.said(company.board)
    assert [button["label"] for row in raised["components"] for button in row["components"]] == ["Acknowledge", "Snooze", "Open"]
    assert (message["id"], message["components"]) == (raised["id"], [])
    assert message["embeds"][0]["color"] == PHASE_COLOURS[Phase.ACKNOWLEDGED]
    assert message["embeds"][0]["footer"]["text"] == "Critical, acknowledged by ada"


async def test_an_alert_is_edited_after_a_restart(company: Company) -> None:
    """The message's id is remembered on disk."""
    memory = KeptMemory()
    async with running(hub_discord, company.config, SystemClock(), memory) as hub:
        await hub.notify("notify.board", SILENT)
    async with running(hub_discord, company.config, SystemClock(), memory) as hub:
        await hub.notify("notify.board", OVER)

    [message] = company.said(company.board)
    assert message["embeds"][0]["color"] == PHASE_COLOURS[Phase.RESOLVED]


async def test_a_deleted_message_is_sent_anew(company: Company, hub: Running[SystemClock]) -> None:
    """Somebody tidied up while the alert went on."""
    await hub.notify("notify.board", SILENT)
    company.board.messages.clear()
    await hub.notify("notify.board", SEEN)
    await hub.notify("notify.board", OVER)

    [message] = company.said(company.board)
    assert message["embeds"][0]["color"] == PHASE_COLOURS[Phase.RESOLVED]


async def test_an_alert_that_comes_back_is_a_new_message(company: Company, hub: Running[SystemClock]) -> None:
    """An edit notifies nobody, and this is a new matter."""
    await hub.notify("notify.board", SILENT)
    await hub.notify("notify.board", OVER)
    await hub.notify("notify.board", replace(SILENT, id="n4"))

    assert len(company.said(company.board)) == 2


@pytest.mark.parametrize("notice", [REPORT, SILENT])
async def test_the_same_notice_is_shown_once(company: Company, hub: Running[SystemClock], notice: Notice) -> None:
    """The outbox delivers at least once."""
    for _ in range(3):
        await hub.notify("notify.board", notice)

    assert len(company.said(company.board)) == 1


async def test_a_crash_between_sending_and_remembering_repeats_nothing(company: Company) -> None:
    """Discord itself knows the nonce."""
    for memory in (KeptMemory(), KeptMemory()):
        async with running(hub_discord, company.config, SystemClock(), memory) as hub:
            await hub.notify("notify.board", SILENT)

    assert len(company.said(company.board)) == 1


async def test_a_message_of_ten_thousand_letters_arrives_whole(company: Company, hub: Running[SystemClock]) -> None:
    """Cut where Discord cuts, and as a file."""
    text = "0123456789" * 1000
    await hub.notify("notify.board", replace(REPORT, message=text))

    [message] = company.said(company.board)
    assert len(message["embeds"][0]["description"]) == 4096
    assert text in message["attachments"][0]["text"]


async def test_a_shorter_update_takes_the_file_away(company: Company, hub: Running[SystemClock]) -> None:
    """What is attached belongs to what is shown."""
    await hub.notify("notify.board", replace(SILENT, message="long " * 2000))
    await hub.notify("notify.board", OVER)

    [message] = company.said(company.board)
    assert message["attachments"] == []


async def test_hostile_text_pings_nobody_and_formats_nothing(company: Company, hub: Running[SystemClock]) -> None:
    """Alerts carry what attackers wrote into logs."""
    hostile = f"@everyone <@{company.ada.id}> <@&{company.operators}> **x** [bank](https://evil.example)\u202e"
    await hub.notify("notify.operations", Notice(title=hostile, message=hostile, fields={hostile: hostile}, id="h1"))

    [message] = company.said(company.operations)
    assert message["content"] == ""
    assert message["allowed_mentions"] == {"parse": []}
    told = json.dumps(message["embeds"])
    assert "**x**" not in told
    assert " [bank](" not in told
    assert "\\u202e" not in told


async def test_a_severe_notice_pings_the_role_of_its_target_and_nobody_else(company: Company, hub: Running[SystemClock]) -> None:
    """Others do not, nor does an update."""
    await hub.notify("notify.operations", replace(SILENT, key=None))
    await hub.notify("notify.operations", replace(SILENT, key=None, severity=Severity.ERROR, id="n5"))

    severe, other = company.said(company.operations)
    assert severe["content"] == f"<@&{company.operators}>"
    assert severe["allowed_mentions"] == {"parse": [], "roles": [company.operators]}
    assert other["content"] == ""


async def test_an_alert_s_further_life_is_told_in_its_thread(company: Company, hub: Running[SystemClock]) -> None:
    """Where the target asks for threads."""
    for notice in (SILENT, SEEN, OVER):
        await hub.notify("notify.operations", notice)

    [thread] = [channel for channel in company.world.channels.values() if channel.kind is Kind.THREAD]
    assert thread.name == "Roof is silent"
    assert [told["embeds"][0]["footer"]["text"] for told in company.said(thread)] == [
        "Critical, acknowledged by ada",
        "Critical, resolved",
    ]


async def test_a_rate_limit_is_waited_out(company: Company, hub: Running[SystemClock]) -> None:
    """Discord says how long."""
    company.rest.throttle.refuse(2, 0.02)
    await hub.notify("notify.board", REPORT)

    assert (len(company.said(company.board)), company.rest.throttle.refused) == (1, 2)


async def test_a_storm_of_notices_arrives_without_a_single_refusal(company: Company, hub: Running[SystemClock]) -> None:
    """The bot keeps to what Discord says is left."""
    company.rest.throttle.window = 0.1
    for number in range(17):
        await hub.notify("notify.board", replace(REPORT, id=f"s{number}", message=f"{number}"))

    assert [message["embeds"][0]["description"] for message in company.said(company.board)] == [f"{n}" for n in range(17)]
    assert company.rest.throttle.refused == 0


async def test_a_long_rate_limit_is_left_to_the_caller(company: Company, hub: Running[SystemClock]) -> None:
    """Who knows when to come back."""
    company.rest.throttle.refuse(1, 3600.0)

    with pytest.raises(Hasty, match="wait 3600 seconds") as caught:
        await hub.notify("notify.board", REPORT)

    assert caught.value.retry_after == 3600.0


async def test_a_failing_discord_is_worth_another_try(company: Company, hub: Running[SystemClock]) -> None:
    """The caller hears PluginError and calls again."""
    company.rest.failing = 503
    with pytest.raises(PluginError, match="503"):
        await hub.notify("notify.board", REPORT)
    company.rest.failing = None
    await hub.notify("notify.board", REPORT)

    assert len(company.said(company.board)) == 1


async def test_a_target_that_leads_nowhere_is_reported_at_once(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    """And again by whoever uses it; the others work."""
    forum = company.world.add_channel("ideas", Kind.FORUM)
    targets = {"gone": {"channel": 42}, "ideas": {"channel": forum.id}, "board": {"channel": company.board.id}}
    async with running(hub_discord, company.config | {"targets": targets}) as hub:
        with pytest.raises(PluginError, match="Unknown Channel"):
            await hub.notify("notify.gone", REPORT)
        with pytest.raises(ActionError, match="non-text channel"):
            await hub.notify("notify.ideas", REPORT)
        await hub.notify("notify.board", REPORT)
        await hub.until(lambda: "notify.ideas leads nowhere" in caplog.text)

    assert "notify.gone leads nowhere" in caplog.text
    assert len(company.said(company.board)) == 1


async def test_an_address_that_only_discord_refuses_costs_no_alert(company: Company, hub: Running[SystemClock]) -> None:
    """Its rules are stricter than its documentation: here an underscore in the host."""
    strange = replace(SILENT, link="https://roof_1.example/x")
    await hub.notify("notify.board", strange)
    await hub.notify("notify.board", replace(strange, phase=Phase.ACKNOWLEDGED, id="n6"))

    [message] = company.said(company.board)
    assert message["embeds"][0]["description"] == "No file for two hours.\nhttps://roof_1.example/x"
    assert message["embeds"][0]["color"] == PHASE_COLOURS[Phase.ACKNOWLEDGED]


async def test_a_thread_that_is_gone_hurts_nobody(company: Company, hub: Running[SystemClock]) -> None:
    """The alert itself is still edited, not repeated."""
    await hub.notify("notify.operations", SILENT)
    [thread] = [channel for channel in company.world.channels.values() if channel.kind is Kind.THREAD]
    del company.world.channels[thread.id]
    await hub.notify("notify.operations", OVER)

    [message] = company.said(company.operations)
    assert message["embeds"][0]["color"] == PHASE_COLOURS[Phase.RESOLVED]


async def test_a_person_who_takes_no_direct_messages_is_told_of(company: Company, hub: Running[SystemClock]) -> None:
    """And what to do about it."""
    company.world.reclusive.add(company.ada.id)

    with pytest.raises(PluginError, match="must allow direct messages"):
        await hub.notify("notify.ada", REPORT)


async def test_targets_are_known_before_discord_answers(company: Company) -> None:
    """However long that takes; what is told meanwhile counts as not tried."""
    company.gateway.mute = True
    async with running(hub_discord, company.config, wait=False) as hub:
        await hub.until(lambda: hub.notifiers)

        assert set(hub.notifiers) == {"board", "operations", "ada"}
        with pytest.raises(NotConnected, match="still connecting"):
            await hub.notify("notify.board", REPORT)


async def test_sent_messages_are_counted_over_restarts(company: Company) -> None:
    """So the counter is a counter."""
    memory = KeptMemory()
    for number in range(2):
        async with running(hub_discord, company.config, SystemClock(), memory) as hub:
            await hub.notify("notify.board", replace(REPORT, id=f"c{number}"))
            counted = _value(hub, "messages_sent")

    assert counted == "2"


async def test_a_full_disk_neither_silences_nor_multiplies_an_alert(company: Company) -> None:
    """The bot connects all the same; the message is out, so failing to remember it is told to the log alone."""
    async with running(hub_discord, company.config, SystemClock(), FullDisk()) as hub:
        await hub.notify("notify.board", SILENT)

        assert hub.report.losses == 0

    assert len(company.said(company.board)) == 1


class FullDisk(KeptMemory):
    """A memory that has no room."""

    async def put(self, changes: Any) -> None:
        raise StoreError("No space left on device")


def _value(hub: Running[SystemClock], key: str) -> str | None:
    return next(state.state for state in hub.states.all() if state.entity_id.endswith(key))
