"""Pages go out over real sockets, and come to grief as PagerDuty's do."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import hub_pagerduty
import pytest
from hub_pagerduty.event import event_of
from hub_pagerduty.events_api import EventsApi
from hub_pagerduty.failures import Refused, TryLater, Unreachable
from hub_pagerduty.http import opened
from hub_pagerduty.simulator import ROUTING_KEY, SimulatedPagerDuty
from starlette.responses import JSONResponse, PlainTextResponse, Response

from hub.api import ActionError, BadActionData, Notice, Phase, Severity
from hub.clock import SystemClock
from hub.testing import Running, running

DOWN = Notice(message="no files", title="Roof", severity=Severity.CRITICAL, key="roof")


@asynccontextmanager
async def hub_with(pagerduty: SimulatedPagerDuty, speed: float = 1.0, **more: Any) -> AsyncGenerator[Running[SystemClock], None]:
    async with running(hub_pagerduty, {**pagerduty.config, **more}, SystemClock(speed)) as hub:
        await hub.until(lambda: hub.connected)
        yield hub


async def test_an_incident_lives_as_its_notices_say(pagerduty: SimulatedPagerDuty) -> None:
    """Raised, acknowledged, resolved: one incident."""
    async with hub_with(pagerduty) as hub:
        receipt = await hub.notify("oncall", DOWN)
        statuses = [pagerduty.account.incidents[0].status]
        for phase in (Phase.ACKNOWLEDGED, Phase.RESOLVED):
            await hub.notify("oncall", Notice(message="x", key="roof", phase=phase))
            statuses.append(pagerduty.account.incidents[0].status)

        (incident,) = pagerduty.account.incidents
        assert statuses == ["triggered", "acknowledged", "resolved"]
        assert receipt.reference == "roof"
        assert (incident.title, incident.severity, incident.urgency) == ("Roof: no files", "critical", "high")


async def test_what_pagerduty_s_people_did_is_not_sent_back_to_them(pagerduty: SimulatedPagerDuty) -> None:
    """Others' acknowledgements are."""
    async with hub_with(pagerduty) as hub:
        await hub.notify("oncall", DOWN)

        await hub.notify("oncall", Notice(message="x", key="roof", phase=Phase.ACKNOWLEDGED, person="pagerduty:Ada"))
        after_ours = pagerduty.account.incidents[0].status
        await hub.notify("oncall", Notice(message="x", key="roof", phase=Phase.ACKNOWLEDGED, person="discord:ada"))

        assert (after_ours, pagerduty.account.incidents[0].status) == ("triggered", "acknowledged")


async def test_a_refused_event_is_not_tried_again(pagerduty: SimulatedPagerDuty) -> None:
    """400 is for ever; the reason is PagerDuty's."""
    pagerduty.events.troubles.append(JSONResponse({"status": "invalid event", "message": "no", "errors": ["bad key"]}, 400))
    async with hub_with(pagerduty) as hub:
        with pytest.raises(Refused, match=r"\(400\): no; bad key"):
            await hub.call("pagerduty.trigger", summary="x")

        assert pagerduty.events.received == []


@pytest.mark.parametrize(
    ("headers", "wait"),
    [({}, 30.0), ({"Retry-After": "90"}, 90.0), ({"Retry-After": "soon"}, 30.0), ({"Retry-After": "1e9"}, 3600.0)],
)
async def test_a_busy_pagerduty_says_when_to_come_back(
    pagerduty: SimulatedPagerDuty, headers: dict[str, str], wait: float
) -> None:
    """429 is told to the outbox, with the wait."""
    pagerduty.events.troubles.append(JSONResponse({"status": "throttle exceeded"}, 429, headers))
    async with hub_with(pagerduty) as hub:
        with pytest.raises(TryLater) as busy:
            await hub.notify("oncall", DOWN)

        assert busy.value.retry_after == wait


@pytest.mark.parametrize(
    "trouble", [Response(status_code=500), PlainTextResponse("<html>", 502), PlainTextResponse("not JSON", 202)]
)
async def test_a_broken_pagerduty_is_tried_again_by_an_action(pagerduty: SimulatedPagerDuty, trouble: Response) -> None:
    """Three times, a little later each; a message leaves that to the outbox."""
    async with hub_with(pagerduty, speed=20.0) as hub:
        pagerduty.events.troubles.extend([trouble, trouble])
        await hub.call("pagerduty.trigger", summary="x", key="k")
        pagerduty.events.troubles.append(trouble)
        with pytest.raises((TryLater, Unreachable)):
            await hub.notify("oncall", DOWN)

        assert [event["dedup_key"] for event in pagerduty.events.received] == ["k"]


async def test_a_connection_that_breaks_in_the_middle_of_an_answer_is_an_expected_failure() -> None:
    """Half a message, then nothing."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if request.startswith(b"POST"):
            writer.write(b'HTTP/1.1 202 Accepted\r\nContent-Length: 1000\r\n\r\n{"status"')
        else:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(half, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        config = {"targets": {"oncall": {"routing_key": ROUTING_KEY}}, "events_url": f"http://127.0.0.1:{port}"}
        async with running(hub_pagerduty, config) as hub:
            await hub.until(lambda: hub.connected)

            with pytest.raises(Unreachable):
                await hub.notify("oncall", DOWN)


async def test_more_than_pagerduty_takes_is_spread_over_time(pagerduty: SimulatedPagerDuty) -> None:
    """The simulator refuses the 121st event of a minute; none is refused."""
    async with opened() as http:
        events = EventsApi(http, SystemClock(1000.0), pagerduty.url, 100)

        await asyncio.gather(
            *(events.send(event_of(Notice(message="x", id=str(n)), ROUTING_KEY, "hub", None)) for n in range(100))
        )

        assert len(pagerduty.account.incidents) == 100


async def test_a_page_by_action_follows_impact_and_urgency(pagerduty: SimulatedPagerDuty) -> None:
    """The severity is derived unless it is said; the answer names the key."""
    async with hub_with(pagerduty) as hub:
        answer = await hub.call(
            "pagerduty.trigger",
            summary="Disk full",
            impact="high",
            urgency="medium",
            source="db1",
            component="disk",
            group="eu",
            kind="full",
        )
        await hub.call(
            "pagerduty.trigger", summary="Disk full", key=answer["key"], impact="low", urgency="low", severity="warning"
        )

        payloads = [event["payload"] for event in pagerduty.events.received]
        assert (answer["severity"], answer["priority"]) == ("error", "P2")
        assert payloads[0]["custom_details"] == {"priority": "P2"}
        assert (payloads[0]["source"], payloads[0]["component"], payloads[0]["group"], payloads[0]["class"]) == (
            "db1",
            "disk",
            "eu",
            "full",
        )
        assert payloads[1]["severity"] == "warning"
        assert len(pagerduty.account.incidents) == 1


async def test_a_page_that_is_repeated_after_a_crash_opens_no_second_incident(pagerduty: SimulatedPagerDuty) -> None:
    """The key of the call is the dedup key when nobody said one."""
    async with hub_with(pagerduty) as hub:
        for _ in range(2):
            await hub.actions.call("pagerduty.trigger", {"summary": "x"}, key="run-7/3")

        assert [incident.key for incident in pagerduty.account.incidents] == ["run-7/3"]


async def test_acknowledge_and_resolve_by_action(pagerduty: SimulatedPagerDuty) -> None:
    """To every target, because only the routing key that opened an alert finds it; unknown keys are no error."""
    second = "f" * 32
    pagerduty.account.services[second] = "PSVC002"
    targets = {"oncall": {"routing_key": ROUTING_KEY}, "network": {"routing_key": second}}
    async with hub_with(pagerduty, targets=targets) as hub:
        await hub.call("pagerduty.trigger", summary="x", key="k", target="network")

        await hub.call("pagerduty.acknowledge", key="k")
        acknowledged = pagerduty.account.incidents[0].status
        await hub.call("pagerduty.resolve", key="k", target="notify.network")
        await hub.call("pagerduty.resolve", key="nobody")

        assert (acknowledged, pagerduty.account.incidents[0].status) == ("acknowledged", "resolved")
        with pytest.raises(BadActionData, match="say which, of network, oncall"):
            await hub.call("pagerduty.trigger", summary="x")


async def test_half_of_impact_and_urgency_is_a_mistake(pagerduty: SimulatedPagerDuty) -> None:
    """Nothing is sent."""
    async with hub_with(pagerduty) as hub:
        with pytest.raises(BadActionData, match="belong together"):
            await hub.call("pagerduty.trigger", summary="x", impact="high")

        assert pagerduty.events.received == []


async def test_a_change_pages_nobody(pagerduty: SimulatedPagerDuty) -> None:
    """It is shown beside the incidents of the service."""
    async with hub_with(pagerduty) as hub:
        await hub.call("pagerduty.change_event", summary="Deployed 1.2", source="ci", details={"by": "ada"}, link="https://ci/1")

        assert [change["summary"] for change in pagerduty.account.changes] == ["Deployed 1.2"]
        assert pagerduty.account.incidents == []


async def test_a_note_is_written_by_id_or_by_key(pagerduty: SimulatedPagerDuty) -> None:
    """A key that nobody opened is an error."""
    async with hub_with(pagerduty) as hub:
        await hub.call("pagerduty.trigger", summary="x", key="k")
        incident = pagerduty.account.incidents[0]

        by_key = await hub.call("pagerduty.add_note", text="looking", key="k")
        await hub.call("pagerduty.add_note", text="found it", incident=incident.id)

        assert by_key == {"incident": incident.id}
        assert [note["content"] for note in incident.notes] == ["looking", "found it"]
        with pytest.raises(ActionError, match="no incident with the key 'nobody'"):
            await hub.call("pagerduty.add_note", text="x", key="nobody")
        with pytest.raises(BadActionData, match="say which"):
            await hub.call("pagerduty.add_note", text="x")


async def test_without_a_from_address_a_note_is_refused_with_the_reason(pagerduty: SimulatedPagerDuty) -> None:
    """PagerDuty wants to know in whose name."""
    async with hub_with(pagerduty, from_email=None) as hub:
        await hub.call("pagerduty.trigger", summary="x", key="k")

        with pytest.raises(Refused, match="From header"):
            await hub.call("pagerduty.add_note", text="x", key="k")


async def test_secrets_are_in_no_message(pagerduty: SimulatedPagerDuty, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in errors nor in the log."""
    caplog.set_level("DEBUG", "hub")
    pagerduty.events.troubles.append(Response(status_code=500))
    async with hub_with(pagerduty) as hub:
        with pytest.raises(TryLater) as error:
            await hub.notify("oncall", DOWN)

        assert ROUTING_KEY not in str(error.value) + caplog.text
        assert ROUTING_KEY not in json.dumps([dict(state.attributes) for state in hub.states.all()], default=str)
