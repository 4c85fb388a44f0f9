"""What the plugin sends fits PagerDuty's own OpenAPI documents, checked by prism.

`tests/peers/pagerduty/fetch` fetches prism; the documents (`pagerduty-events-v2.openapi.json`, `pagerduty-rest.openapi.json`) lie
where HUB_SPECS says, or beside the repository in `shared/specs`.
"""

import os
import socket
import subprocess
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import hub_pagerduty
import pytest
from hub_pagerduty.http import opened
from hub_pagerduty.simulator import ROUTING_KEY
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api import Notice, Phase, Severity
from hub.clock import SystemClock
from hub.loopback import Serving
from hub.testing import Running, running

ROOT = Path(__file__).parents[3]
PRISM = ROOT / ".peers" / "prism" / "node_modules" / ".bin" / "prism"
SPECS = Path(os.environ.get("HUB_SPECS", ROOT.parent / "shared" / "specs"))
EVENTS, REST = SPECS / "pagerduty-events-v2.openapi.json", SPECS / "pagerduty-rest.openapi.json"

pytestmark = [
    pytest.mark.peer("prism"),
    pytest.mark.skipif(not PRISM.exists(), reason="run tests/peers/pagerduty/fetch first"),
    pytest.mark.skipif(not (EVENTS.exists() and REST.exists()), reason=f"PagerDuty's OpenAPI documents are not in {SPECS}"),
    pytest.mark.timeout(120),
]


@contextmanager
def prism(document: Path, log: Path) -> Iterator[int]:
    """Run prism as a mock that refuses what the document does not allow."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [str(PRISM), "mock", "--errors", "--port", str(port), "--host", "127.0.0.1", str(document)]
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                if b"is listening" in log.read_bytes():
                    break
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Where the mocks of the Events API and the REST API listen."""
    folder = tmp_path_factory.mktemp("prism")
    with prism(EVENTS, folder / "events.log") as events, prism(REST, folder / "rest.log") as rest:
        yield events, rest


class Front:
    """Stands before the mocks: takes `/v2` off the path of events, and asks for plain JSON, which is all that prism speaks."""

    def __init__(self, events: int, rest: int) -> None:
        self._events, self._rest = events, rest
        self.answers: list[tuple[str, int, str]] = []
        self.serving = Serving(Starlette(routes=[Route("/{path:path}", self._pass, methods=["GET", "POST", "PUT", "DELETE"])]))

    async def _pass(self, request: Request) -> Response:
        path, port = request.url.path, self._rest
        if path.startswith("/v2/"):
            path, port = path.removeprefix("/v2"), self._events
        kept = {"authorization", "content-type", "from"}
        headers = {name: value for name, value in request.headers.items() if name in kept} | {"accept": "*/*"}
        query = list(request.query_params.multi_items())
        body = await request.body() or None
        async with opened() as http:
            answer = await http.send(request.method, f"http://127.0.0.1:{port}{path}", headers=headers, params=query, body=body)
        self.answers.append((f"{request.method} {request.url.path}", answer.status, answer.body.decode()))
        return Response(answer.body, answer.status, {"content-type": answer.headers.get("content-type", "")})

    def refusals(self) -> list[tuple[str, int, str]]:
        """Return the calls that the documents do not allow."""
        return [answer for answer in self.answers if answer[1] >= 400 and answer[0] != "GET /"]

    def called(self) -> set[str]:
        """Return what was called with success."""
        return {call for call, status, _ in self.answers if status < 300}


@asynccontextmanager
async def hub_before(ports: tuple[int, int], **more: Any) -> AsyncGenerator[tuple[Running[SystemClock], Front], None]:
    front = Front(*ports)
    await front.serving.start()
    config = {
        "targets": {"oncall": {"routing_key": ROUTING_KEY}},
        "api_key": "key",
        "from_email": "ada@example.com",
        "events_url": front.serving.url,
        "api_url": front.serving.url,
        **more,
    }
    try:
        async with running(hub_pagerduty, config) as hub:
            await hub.until(lambda: hub.connected)
            yield hub, front
    finally:
        await front.serving.stop()


async def test_events_fit_the_document(ports: tuple[int, int]) -> None:
    """Triggers with everything in them, follow-ups, changes."""
    notice = Notice(
        message="m" * 5000,
        title="Roof",
        severity=Severity.CRITICAL,
        key="k" * 300,
        link="https://hub.example.com/roof",
        image="https://hub.example.com/roof.png",
        fields={"site": "Berlin"},
    )
    async with hub_before(ports, api_key=None, external_url="https://hub.example.com") as (hub, front):
        await hub.notify("oncall", notice)
        for phase in (Phase.ACKNOWLEDGED, Phase.RESOLVED):
            await hub.notify("oncall", Notice(message="x", key="roof", phase=phase))
        await hub.call(
            "pagerduty.trigger", summary="x", impact="high", urgency="low", component="c", group="g", kind="k", details={"n": 1}
        )
        await hub.call("pagerduty.change_event", summary="Deployed", details={"by": "ada"}, link="https://ci.example.com")

        assert front.refusals() == []
        assert front.called() == {"POST /v2/enqueue", "POST /v2/change/enqueue"}


async def test_calls_of_the_rest_api_fit_the_document(ports: tuple[int, int]) -> None:
    """Incidents, people on call, notes and subscriptions."""
    async with hub_before(
        ports, external_url="https://hub.example.com", services=["PSVC001"], escalation_policies=["PPOL001"]
    ) as (hub, front):
        await hub.until(lambda: "POST /webhook_subscriptions" in front.called(), 60)
        await hub.call("pagerduty.add_note", text="looking", incident="PT4KHLK")

        assert front.refusals() == []
        assert front.called() >= {"GET /incidents", "GET /oncalls", "GET /webhook_subscriptions", "POST /incidents/PT4KHLK/notes"}
        assert hub.value("binary_sensor.pagerduty_rest_api") == "on"
        assert hub.report.bugs == 0


async def test_prism_refuses_what_is_wrong(ports: tuple[int, int]) -> None:
    """So that the tests above mean something."""
    async with opened() as http:
        wrong = await http.send(
            "POST",
            f"http://127.0.0.1:{ports[0]}/enqueue",
            headers={"content-type": "application/json"},
            body=b'{"event_action": "explode"}',
        )

    assert wrong.status in (400, 422)
