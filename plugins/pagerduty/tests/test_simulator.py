"""The simulator behaves as PagerDuty is documented to."""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import trustme
from hub_pagerduty import hub_plugin
from hub_pagerduty.http import Http, opened
from hub_pagerduty.simulator import API_KEY, FROM_EMAIL, ROUTING_KEY, SimulatedPagerDuty
from hub_pagerduty.webhooks import is_signed
from pagerduty import EventsApiV2Client, RestApiV2Client
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.clock import SystemClock
from hub.loopback import Serving

HEADERS = {"Authorization": f"Token token={API_KEY}", "Accept": "application/vnd.pagerduty+json;version=2"}
EVENT = {
    "routing_key": ROUTING_KEY,
    "event_action": "trigger",
    "dedup_key": "k",
    "payload": {"summary": "s", "source": "s", "severity": "info"},
}


@pytest.fixture
async def http() -> AsyncGenerator[Http, None]:
    async with opened() as client:
        yield client


async def post(http: Http, pagerduty: SimulatedPagerDuty, event: object, path: str = "/v2/enqueue") -> tuple[int, dict[str, Any]]:
    answer = await http.send("POST", pagerduty.url + path, body=json.dumps(event).encode())
    return answer.status, answer.data()


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        ({}, 202, None),
        ({"dedup_key": None}, 202, None),
        ({"routing_key": "short"}, 400, "routing_key"),
        ({"event_action": "explode"}, 400, "event_action"),
        ({"event_action": "resolve", "dedup_key": ""}, 400, "dedup_key"),
        ({"dedup_key": "k" * 256}, 400, "dedup_key"),
        ({"payload": {"summary": "s" * 1025, "source": "s", "severity": "info"}}, 400, "summary"),
        ({"payload": {"summary": "s", "source": "", "severity": "info"}}, 400, "source"),
        ({"payload": {"summary": "s", "source": "s", "severity": "dreadful"}}, 400, "severity"),
        ({"payload": {"summary": "s", "source": "s", "severity": "info", "custom_details": "x"}}, 400, "custom_details"),
        ({"payload": None}, 400, "payload"),
        ({"images": [{"src": "http://x/a.png"}]}, 400, "https"),
        ({"links": [{"text": "x"}]}, 400, "links"),
        ({"client": "x" * 600_000}, 413, "512 KB"),
    ],
)
async def test_events_are_checked(
    pagerduty: SimulatedPagerDuty, http: Http, change: dict[str, Any], status: int, reason: str | None
) -> None:
    """By schema and limits, with the reasons in the answer."""
    answer = await post(http, pagerduty, {**EVENT, **change})

    assert answer[0] == status
    assert reason is None or reason in str(answer[1]["errors"])


async def test_the_121st_event_of_a_minute_is_too_much(pagerduty: SimulatedPagerDuty, http: Http) -> None:
    """Per routing key."""
    pagerduty.events.limit._clock = SystemClock()

    statuses = [(await post(http, pagerduty, EVENT))[0] for _ in range(121)]

    assert (statuses[:120], statuses[120]) == ([202] * 120, 429)
    assert (await post(http, pagerduty, {**EVENT, "routing_key": "f" * 32}))[0] == 202


async def test_incidents_live_as_documented(pagerduty: SimulatedPagerDuty, http: Http) -> None:
    """Triggers on an open one are appended; the last word is resolved; a trigger after that opens a new one."""
    for action in ("acknowledge", "trigger", "trigger", "acknowledge", "trigger", "resolve", "resolve", "acknowledge", "trigger"):
        await post(http, pagerduty, {**EVENT, "event_action": action})

    statuses = [incident.status for incident in pagerduty.account.incidents]
    timeline = [moment.what.partition(":")[0] for moment in pagerduty.account.incidents[0].timeline]
    assert statuses == ["resolved", "triggered"]
    assert timeline == ["triggered", "triggered again", "acknowledged", "triggered again", "resolved"]


async def test_an_unknown_routing_key_is_accepted_and_dropped(pagerduty: SimulatedPagerDuty, http: Http) -> None:
    """202 means accepted, not processed."""
    status, _ = await post(http, pagerduty, {**EVENT, "routing_key": "f" * 32})

    assert (status, pagerduty.account.incidents) == (202, [])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({**HEADERS, "Authorization": "Token token=other"}, 401),
        ({**HEADERS, "Accept": "text/html"}, 406),
        ({**HEADERS, "Content-Type": "text/plain", "From": FROM_EMAIL}, 415),
        ({**HEADERS, "Content-Type": "application/json"}, 400),
        ({**HEADERS, "Content-Type": "application/json", "From": FROM_EMAIL}, 200),
    ],
)
async def test_the_rest_api_asks_for_its_headers(
    pagerduty: SimulatedPagerDuty, http: Http, headers: dict[str, str], status: int
) -> None:
    """Key, version, content type, and who writes."""
    await post(http, pagerduty, EVENT)

    answer = await http.send(
        "POST", f"{pagerduty.url}/incidents/PINC0001/notes", headers=headers, body=b'{"note": {"content": "x"}}'
    )

    assert answer.status == status


async def test_incidents_are_changed_by_put(pagerduty: SimulatedPagerDuty, http: Http) -> None:
    """At most 250 at a time."""
    await post(http, pagerduty, EVENT)
    headers = {**HEADERS, "Content-Type": "application/json", "From": FROM_EMAIL}
    asked = {"incidents": [{"id": "PINC0001", "type": "incident", "status": "resolved"}]}

    done = await http.send("PUT", f"{pagerduty.url}/incidents", headers=headers, body=json.dumps(asked).encode())
    many = json.dumps({"incidents": asked["incidents"] * 251}).encode()
    too_many = await http.send("PUT", f"{pagerduty.url}/incidents", headers=headers, body=many)

    assert (done.status, too_many.status, pagerduty.account.incidents[0].status) == (200, 413, "resolved")


@asynccontextmanager
async def receiver(*answers: int) -> AsyncGenerator[tuple[str, list[tuple[dict[str, str], bytes]]], None]:
    """Take webhooks, and answer with these, then with 202."""
    left, got = list(answers), list[tuple[dict[str, str], bytes]]()

    async def take(request: Request) -> Response:
        got.append((dict(request.headers), await request.body()))
        return Response(status_code=left.pop(0) if left else 202)

    serving = Serving(Starlette(routes=[Route("/", take, methods=["POST"])]))
    await serving.start()
    try:
        yield f"{serving.url}/", got
    finally:
        await serving.stop()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_webhooks_are_signed_and_repeated_with_the_same_id(pagerduty: SimulatedPagerDuty, http: Http) -> None:
    """After 503 and 429; in order."""
    async with receiver(503, 429) as (url, got):
        subscription = pagerduty.sender.subscribe(url, ["incident.triggered", "incident.resolved"])
        for action in ("trigger", "acknowledge", "resolve"):
            await post(http, pagerduty, {**EVENT, "event_action": action})
        await until(lambda: len(got) == 4)

        kinds = [json.loads(content)["event"]["event_type"] for _, content in got]
        ids = [headers["x-webhook-id"] for headers, _ in got]
        assert kinds == ["incident.triggered"] * 3 + ["incident.resolved"]
        assert ids[0] == ids[1] == ids[2] != ids[3]
        assert all(is_signed(headers["x-pagerduty-signature"], content, [subscription.secret]) for headers, content in got)


async def test_three_dropped_webhooks_disable_the_subscription(pagerduty: SimulatedPagerDuty, http: Http) -> None:
    """A 4xx drops at once; what comes afterwards is not sent."""
    async with receiver(*[401] * 10) as (url, got):
        subscription = pagerduty.sender.subscribe(url, ["incident.triggered"])
        for number in range(3):
            await post(http, pagerduty, {**EVENT, "dedup_key": str(number)})
        await until(lambda: subscription.disabled_until)
        await post(http, pagerduty, {**EVENT, "dedup_key": "late"})
        await asyncio.sleep(0)

        assert len(got) == 3
        assert not subscription.waiting
        assert subscription.as_rest()["delivery_method"]["temporarily_disabled"]


async def test_a_person_can_look_and_press(pagerduty: SimulatedPagerDuty, http: Http) -> None:
    """The page, what it shows, and its buttons; what cannot be is said so."""
    await post(http, pagerduty, {**EVENT, "payload": {**EVENT["payload"], "summary": "<b>bold</b>"}})  # type: ignore[dict-item]  # it is a dict
    page = await http.send("GET", f"{pagerduty.url}/")
    presses = [
        (await http.send("POST", f"{pagerduty.url}/page/incidents/{incident}/{does}")).status
        for incident, does in (
            ("PINC0001", "acknowledge"),
            ("PINC0001", "acknowledge"),
            ("PINC0001", "explode"),
            ("none", "resolve"),
        )
    ]
    shown = (await http.send("GET", f"{pagerduty.url}/page/account")).data()

    assert b"Acknowledge" in page.body
    assert presses == [204, 409, 404, 404]
    assert shown["incidents"][0]["timeline"][-1]["who"] == "Ada Lovelace"


async def test_the_rehearsal_says_where_to_look_and_counts() -> None:
    """The configuration is the plugin's section."""
    plugin = hub_plugin()
    assert plugin.rehearse is not None
    async with plugin.rehearse(SystemClock()) as rehearsal, opened() as http:
        assert isinstance(rehearsal.config, dict)
        plugin.config.model_validate(rehearsal.config)
        page = await http.send("GET", rehearsal.pages["PagerDuty"])

        assert page.status == 200
        assert rehearsal.summary()["incidents"] == 0


@asynccontextmanager
async def secured(pagerduty: SimulatedPagerDuty, authority: trustme.CA) -> AsyncGenerator[str, None]:
    """Put a TLS front before the simulator: the official clients take nothing but https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
        writer.close()

    async def front(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", pagerduty.serving.port)
        await asyncio.gather(pipe(reader, inner_writer), pipe(inner_reader, writer), return_exceptions=True)
        inner_writer.close()
        await asyncio.gather(inner_writer.wait_closed(), writer.wait_closed(), return_exceptions=True)

    async with await asyncio.start_server(front, "127.0.0.1", 0, ssl=context) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_the_official_clients_accept_the_simulator(
    pagerduty: SimulatedPagerDuty, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """Trigger, acknowledge and resolve by the Events API client; incidents by the REST client."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))

    def use(url: str) -> list[Any]:
        with EventsApiV2Client(ROUTING_KEY, base_url=url) as events:
            key = events.trigger("it burns", "roof", severity="critical", dedup_key="official")
            events.acknowledge(key)
            events.resolve(key)
        with RestApiV2Client(API_KEY, base_url=url, default_from=FROM_EMAIL) as rest:
            return list(rest.iter_all("incidents"))

    async with secured(pagerduty, authority) as url:
        incidents = await asyncio.to_thread(use, url)

    assert [(incident["title"], incident["status"], incident["incident_key"]) for incident in incidents] == [
        ("it burns", "resolved", "official")
    ]
