"""Webhooks come back as events: each counts once, none is lost."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import hub_pagerduty
from hub_pagerduty.event import dedup_key
from hub_pagerduty.simulator import SimulatedPagerDuty
from hub_pagerduty.webhooks import signature
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api import Notice, PluginError, WebhookReply, WebhookRequest
from hub.clock import SimulatedClock, SystemClock
from hub.loopback import Serving
from hub.testing import KeptMemory, Running, running

PATH = "/api/plugin/pagerduty/events"
SECRET = "secret"


def body(kind: str = "incident.acknowledged", event_id: str = "1", key: str = "roof", person: str = "Ada") -> bytes:
    agent = {"type": "user_reference", "summary": person} if person else None
    data = {"id": "P1", "type": "incident", "incident_key": key, "title": "Roof", "status": "acknowledged", "number": 7}
    event = {"id": event_id, "event_type": kind, "agent": agent, "data": data, "occurred_at": "2026-01-01T00:00:00Z"}
    return json.dumps({"event": event}).encode()


def request(content: bytes, header: str | None = None, webhook_id: str = "w1") -> WebhookRequest:
    signed = signature(SECRET, content) if header is None else header
    return WebhookRequest(
        method="POST", headers={"x-pagerduty-signature": signed, "x-webhook-id": webhook_id}, query={}, body=content
    )


@asynccontextmanager
async def hub_with(
    pagerduty: SimulatedPagerDuty, memory: KeptMemory | None = None, **more: Any
) -> AsyncGenerator[Running[SystemClock], None]:
    config = {**pagerduty.config, "webhook_secret": SECRET, **more}
    async with running(hub_pagerduty, config, memory=memory) as hub:
        await hub.until(lambda: hub.connected)
        yield hub


async def test_an_acknowledgement_in_pagerduty_acknowledges_in_the_hub(pagerduty: SimulatedPagerDuty) -> None:
    """In the name of who did it; the event tells automations."""
    async with hub_with(pagerduty) as hub:
        reply = await hub.webhook(PATH, request(body()))
        await hub.until(lambda: hub.requests)

        (asked,) = hub.requests
        (told,) = hub.told("pagerduty.incident_acknowledged")
        assert reply.status == 202
        assert (asked.verb, asked.subject, asked.person) == ("acknowledge", "roof", "pagerduty:Ada")
        assert (told["key"], told["person"], told["number"], told["by_hub"]) == ("roof", "Ada", 7, False)


async def test_a_webhook_that_comes_again_counts_once(pagerduty: SimulatedPagerDuty) -> None:
    """Also with another id in its header, which is not signed; and after a restart."""
    memory = KeptMemory()
    async with hub_with(pagerduty, memory) as hub:
        replies = [await hub.webhook(PATH, request(body(), webhook_id=name)) for name in ("w1", "w1", "w2")]
        await hub.until(lambda: hub.requests)
        first = len(hub.told("pagerduty.incident_acknowledged"))
    async with hub_with(pagerduty, memory) as hub:
        replies.append(await hub.webhook(PATH, request(body())))
        await hub.webhook(PATH, request(body(event_id="2")))
        await hub.until(lambda: hub.requests)

        assert [reply.status for reply in replies] == [202] * 4
        assert first == 1
        assert len(hub.told("pagerduty.incident_acknowledged")) == 1


async def test_a_wrong_signature_is_refused_and_told_once(pagerduty: SimulatedPagerDuty) -> None:
    """Until a right one comes; nothing happens in the hub."""
    async with hub_with(pagerduty) as hub:
        refused = [
            (await hub.webhook(PATH, request(body(), header))).status for header in ("", "v1=00", signature("other", body()))
        ]
        tampered = await hub.webhook(PATH, request(body(key="park"), signature(SECRET, body())))
        told = len(hub.told("pagerduty.webhook_refused"))
        await hub.webhook(PATH, request(body()))
        await hub.until(lambda: hub.requests)
        await hub.webhook(PATH, request(body(), "v1=00"))

        assert (refused, tampered.status) == ([401, 401, 401], 401)
        assert (told, len(hub.told("pagerduty.webhook_refused"))) == (1, 2)
        assert len(hub.requests) == 1


async def test_what_is_signed_but_is_no_webhook_is_let_go(pagerduty: SimulatedPagerDuty) -> None:
    """A refusal would only disable the subscription; a body without end is refused all the same."""
    async with hub_with(pagerduty) as hub:
        odd = [(await hub.webhook(PATH, request(content))).status for content in (b"", b"{", b'{"event": 7}')]
        endless = await hub.webhook(PATH, request(b"x" * (2 << 20)))
        got = await hub.webhook(PATH, WebhookRequest(method="GET", headers={}, query={}, body=b""))

        assert (odd, endless.status, got.status) == ([202, 202, 202], 413, 405)


class FullDisk(KeptMemory):
    """A memory that cannot write for a while."""

    full = True

    async def put(self, changes: Mapping[str, Any]) -> None:
        if self.full:
            raise PluginError("disk full")
        await super().put(changes)


async def test_a_webhook_that_cannot_be_kept_is_asked_for_again(pagerduty: SimulatedPagerDuty) -> None:
    """503: PagerDuty sends it once more; then it counts."""
    memory = FullDisk()
    async with hub_with(pagerduty, memory) as hub:
        first = await hub.webhook(PATH, request(body()))
        memory.full = False
        second = await hub.webhook(PATH, request(body()))
        await hub.until(lambda: hub.requests)

        assert (first.status, second.status, len(hub.requests)) == (503, 202, 1)


class SlowDisk(KeptMemory):
    """A memory that fails, slowly, the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.failed = False

    async def put(self, changes: Mapping[str, Any]) -> None:
        if not self.failed:
            await self.gate.wait()
            self.failed = True
            raise OSError("disk gone")
        await super().put(changes)


async def test_the_second_of_two_at_once_is_not_promised_what_the_first_did_not_do(pagerduty: SimulatedPagerDuty) -> None:
    """A retry that comes while the first is still being kept waits for the outcome."""
    memory = SlowDisk()
    async with hub_with(pagerduty, memory) as hub, asyncio.TaskGroup() as group:
        first = group.create_task(hub.webhook(PATH, request(body())))
        second = group.create_task(hub.webhook(PATH, request(body())))
        await asyncio.sleep(0)
        memory.gate.set()
        await asyncio.wait({first, second})
        await hub.until(lambda: hub.requests)

        assert (first.result().status, second.result().status, len(hub.requests)) == (503, 202, 1)


async def test_what_was_kept_and_not_worked_through_is_taken_up_after_a_crash(pagerduty: SimulatedPagerDuty) -> None:
    """In the order of its coming."""
    kept = {
        "webhook/2": {"at": 20.0, "body": body("incident.resolved", "2").decode()},
        "webhook/1": {"at": 10.0, "body": body(event_id="1").decode()},
        "webhook/0": {"at": 5.0},
        "webhook/odd": 7,
    }
    async with hub_with(pagerduty, KeptMemory(kept)) as hub:
        await hub.until(lambda: len(hub.requests) == 2)

        assert [asked.verb for asked in hub.requests] == ["acknowledge", "resolve"]


async def test_a_webhook_that_breaks_something_does_not_stop_the_next(pagerduty: SimulatedPagerDuty) -> None:
    """Now and after every restart."""
    memory = KeptMemory({"webhook/0": {"at": 1.0, "body": "{"}})
    async with hub_with(pagerduty, memory) as hub:
        await hub.webhook(PATH, request(body()))
        await hub.until(lambda: hub.requests)
        await hub.until(lambda: "body" not in memory.items()["webhook/0"])

        assert hub.connected


async def test_what_is_older_than_three_days_is_forgotten(pagerduty: SimulatedPagerDuty) -> None:
    """What is younger than two days never is."""
    clock, memory = SimulatedClock(1_000_000.0), KeptMemory()
    async with running(hub_pagerduty, {**pagerduty.config, "webhook_secret": SECRET, "api_key": None}, clock, memory) as hub:
        await hub.webhook(PATH, request(body(event_id="1")))
        await hub.until(lambda: hub.requests)
        counts = []
        for hours in (49, 30):
            clock._time += hours * 3600
            await hub.webhook(PATH, request(body(event_id=f"after {hours}")))
            counts.append("webhook/1" in memory.items("webhook/"))

        assert counts == [True, False]


async def test_ten_thousand_webhooks_are_worked_through(pagerduty: SimulatedPagerDuty) -> None:
    """In order, each once."""
    async with hub_with(pagerduty) as hub:
        for number in range(10_000):
            await hub.webhook(PATH, request(body("incident.annotated", str(number))))
        await hub.until(lambda: len(hub.told("pagerduty.incident_annotated")) >= 10_000)

        assert len(hub.told("pagerduty.incident_annotated")) == 10_000


async def test_a_key_that_was_hashed_is_recognised(pagerduty: SimulatedPagerDuty) -> None:
    """After a restart too."""
    memory, long = KeptMemory(), "roof/" + "x" * 400
    async with hub_with(pagerduty, memory) as hub:
        await hub.notify("oncall", Notice(message="no files", key=long))
    async with hub_with(pagerduty, memory) as hub:
        await hub.webhook(PATH, request(body(key=dedup_key(long))))
        await hub.until(lambda: hub.requests)

        assert hub.requests[0].subject == long


async def test_what_the_hub_did_itself_is_told_but_not_done_again(pagerduty: SimulatedPagerDuty) -> None:
    """A program's deed that the hub did not do is done in the hub as well."""
    async with hub_with(pagerduty) as hub:
        await hub.call("pagerduty.resolve", key="roof")
        await hub.webhook(PATH, request(body("incident.resolved", "1", person="")))
        await hub.webhook(PATH, request(body("incident.resolved", "2", key="park", person="")))
        await hub.until(lambda: hub.requests)

        assert [told["by_hub"] for told in hub.told("pagerduty.incident_resolved")] == [True, False]
        assert [(asked.subject, asked.person) for asked in hub.requests] == [("park", "pagerduty:PagerDuty")]


async def test_without_a_secret_there_is_no_address(pagerduty: SimulatedPagerDuty) -> None:
    """What cannot be checked is not taken."""
    async with running(hub_pagerduty, pagerduty.config) as hub:
        assert (await hub.webhook(PATH, request(body()))).status == 404


@asynccontextmanager
async def address_of_a_hub() -> AsyncGenerator[tuple[Serving, list[Running[SystemClock]]], None]:
    """Serve the webhooks of the hub that is put into the list."""
    hubs: list[Running[SystemClock]] = []

    async def answer(incoming: Request) -> Response:
        content = await incoming.body()
        asked = WebhookRequest(method=incoming.method, headers=dict(incoming.headers), query={}, body=content)
        reply = await hubs[-1].webhook(incoming.url.path, asked) if hubs else WebhookReply(status=503)
        return Response(reply.body, reply.status)

    serving = Serving(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])]))
    await serving.start()
    try:
        yield serving, hubs
    finally:
        await serving.stop()


async def test_the_hub_subscribes_by_itself_and_acknowledgements_come_back(pagerduty: SimulatedPagerDuty) -> None:
    """All over real sockets: page, press, webhook, request to the hub; a second start subscribes no more."""
    memory = KeptMemory()
    async with address_of_a_hub() as (address, hubs):
        config = {**pagerduty.config, "external_url": address.url}
        for _ in range(2):
            async with running(hub_pagerduty, config, memory=memory) as hub:
                hubs.append(hub)
                await hub.until(lambda: memory.get("subscription") and "GET /webhook_subscriptions" in pagerduty.rest.calls)
        async with running(hub_pagerduty, config, memory=memory) as hub:
            hubs.append(hub)
            await hub.until(lambda: hub.connected)
            await hub.notify("oncall", Notice(message="no files", key="roof"))
            incident = pagerduty.account.incidents[0]
            pagerduty.account.become(incident, "acknowledged", pagerduty.account.person("PADA001"))
            pagerduty.account.become(incident, "resolved", pagerduty.account.person("PBOB002"))
            await hub.until(lambda: len(hub.requests) == 2)

            assert [(asked.verb, asked.person) for asked in hub.requests] == [
                ("acknowledge", "pagerduty:Ada Lovelace"),
                ("resolve", "pagerduty:Bob Kahn"),
            ]
            assert [told["by_hub"] for told in hub.told("pagerduty.incident_triggered")] == [True]
            assert len(pagerduty.sender.subscriptions) == 1


async def test_a_webhook_that_is_quicker_than_its_secret_is_asked_for_again(pagerduty: SimulatedPagerDuty) -> None:
    """Until the subscription is settled a wrong signature may be a right one."""
    pagerduty.rest.troubles.extend([Response(status_code=500, headers={"retry-after": "20"})] * 3)
    async with running(hub_pagerduty, {**pagerduty.config, "external_url": pagerduty.url}) as hub:
        early = await hub.webhook(PATH, request(body()))

        assert early.status == 503
        assert hub.told("pagerduty.webhook_refused") == []


async def test_a_subscription_that_cannot_be_kept_is_good_until_the_next_start(pagerduty: SimulatedPagerDuty) -> None:
    """A full disk stops neither webhooks nor sensors."""
    async with running(hub_pagerduty, {**pagerduty.config, "external_url": pagerduty.url}, memory=FullDisk()) as hub:
        await hub.until(lambda: hub.value("binary_sensor.pagerduty_rest_api") == "on" and pagerduty.sender.subscriptions)
        content, secret = body(), pagerduty.sender.subscriptions[0].secret
        await hub.until(lambda: pagerduty.rest.calls[-1] == "POST /webhook_subscriptions")
        reply = await hub.webhook(PATH, request(content, signature(secret, content)))

        assert reply.status == 503
        assert hub.connected
        assert hub.report.bugs == 0


async def test_a_subscription_whose_secret_nobody_knows_is_replaced(pagerduty: SimulatedPagerDuty) -> None:
    """The secret is told only when it is made."""
    url = f"{pagerduty.url}{PATH}"
    old = pagerduty.sender.subscribe(url, ["incident.triggered"])

    async with running(hub_pagerduty, {**pagerduty.config, "external_url": pagerduty.url}) as hub:
        await hub.until(
            lambda: (
                [each.id for each in pagerduty.sender.subscriptions] not in ([old.id], [])
                and len(pagerduty.sender.subscriptions) == 1
            )
        )

        assert pagerduty.sender.subscriptions[0].url == url
        assert hub.memory.get("subscription")["id"] == pagerduty.sender.subscriptions[0].id
