"""The simulator behaves as LibreNMS's own sources say."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hub_librenms import hub_plugin, simulator
from hub_librenms.http import Http, opened
from hub_librenms.simulator import TOKEN, SimulatedLibreNms
from hub_librenms.simulator.network import notification
from hub_librenms.simulator.story import play
from hub_librenms.simulator.transport import filled

from hub.clock import SimulatedClock, SystemClock

HEADERS = {"X-Auth-Token": TOKEN, "Accept": "application/json"}


@pytest.fixture
async def http() -> AsyncGenerator[Http, None]:
    async with opened() as client:
        yield client


async def ask(http: Http, librenms: SimulatedLibreNms, path: str, method: str = "GET", body: Any = None) -> tuple[int, Any]:
    content = None if body is None else json.dumps(body).encode()
    path, _, query = path.partition("?")
    answer = await http.send(method, f"{librenms.url}/api/v0{path}", headers=HEADERS, params=parse_qsl(query), body=content)
    return answer.status, json.loads(answer.body)


async def test_a_wrong_token_is_answered_or_led_to_the_login(librenms: SimulatedLibreNms, http: Http) -> None:
    """By what the client accepts."""
    url = f"{librenms.url}/api/v0/system"

    program = await http.send("GET", url, headers={"X-Auth-Token": "x", "Accept": "application/json"})
    browser = await http.send("GET", url, headers={"Accept": "text/html"})

    assert (program.status, browser.status, browser.headers["location"]) == (401, 307, "/login")


async def test_without_a_state_only_alerts_in_state_one_are_listed(librenms: SimulatedLibreNms, http: Http) -> None:
    """One that is acknowledged seems gone."""
    librenms.network.go_down(1)
    librenms.network.go_down(2)
    librenms.network.acknowledge(1, "", until_clear=True)

    counts = [(await ask(http, librenms, f"/alerts{query}"))[1]["count"] for query in ("", "?state=2", "?state=1,2", "?state=0")]

    assert counts == [1, 1, 2, 0]


async def test_unknown_alerts_are_acknowledged_with_200(librenms: SimulatedLibreNms, http: Http) -> None:
    """The message says that there is none."""
    assert await ask(http, librenms, "/alerts/99", "PUT", {}) == (200, {"status": "ok", "message": "No Alert by that ID"})
    assert (await ask(http, librenms, "/alerts/x", "PUT", {}))[0] == 400


async def test_empty_lists_are_sometimes_404_and_sometimes_not(librenms: SimulatedLibreNms, http: Http) -> None:
    """As each function of LibreNMS happens to do it; an unknown route is a 404 of the same form."""
    librenms.network.sensors.clear()
    librenms.network.sessions.clear()
    librenms.network.groups["Empty"] = set()

    answers = [await ask(http, librenms, path) for path in ("/resources/sensors", "/bgp", "/devicegroups/Empty", "/nothing")]

    assert [status for status, _ in answers] == [404, 200, 404, 404]
    assert answers[3][1]["message"] == "This API route doesn't exist."


async def test_ports_tell_two_columns_unless_asked_for_others(librenms: SimulatedLibreNms, http: Http) -> None:
    """An unknown one is refused, with all the others."""
    plain = await ask(http, librenms, "/ports")
    wrong = await ask(http, librenms, "/ports?columns=port_id,ifMagic")

    assert set(plain[1]["ports"][0]) == {"port_id", "ifName"}
    assert wrong == (400, {"status": "error", "message": "Invalid columns: ifMagic"})


async def test_rights_are_those_of_the_token_s_user(librenms: SimulatedLibreNms, http: Http) -> None:
    """Devices for anybody, alerts with global read, changes for admins."""
    found = []
    for rights in range(3):
        librenms.rest.rights = rights
        calls = [("/devices", "GET"), ("/alerts", "GET"), ("/alerts/1", "PUT")]
        found.append([(await ask(http, librenms, path, method, {}))[0] for path, method in calls])

    assert found == [[200, 403, 403], [200, 200, 403], [200, 200, 200]]


def test_a_template_is_filled_as_librenms_fills_it() -> None:
    """One blank inside the braces; filters; nothing of nothing, and nothing of lists."""
    values = {"title": 'a "b"\nc', "none": None, "faults": [1], "state": 0}

    assert filled("{{ $title|json_encode }}", values) == '"a \\"b\\"\\nc"'
    assert filled("{{ $state }}{{ $none|json_encode }}{{ $faults }}{{ $other }}", values) == "0"
    assert filled("{{$title}} {{  $title }}", values) == "{{$title}} {{  $title }}"
    assert filled("{{ $title|upper|url_encode }}", {"title": "a b"}) == "A+B"


async def test_an_alert_is_one_row_for_ever_and_a_new_line_of_the_log_each_time(librenms: SimulatedLibreNms) -> None:
    """`alert_id` stays, `uid` is new, and `id` of the end is that of the beginning."""
    sent: list[dict[str, Any]] = []
    librenms.network.listeners.append(sent.append)
    for _ in range(2):
        librenms.network.go_down(1)
        librenms.network.come_up(1)

    assert [(each["alert_id"], each["state"]) for each in sent] == [(1, 1), (1, 0), (1, 1), (1, 0)]
    assert len({each["uid"] for each in sent}) == 4
    assert [sent[0]["id"] == sent[1]["id"], sent[0]["id"] == sent[2]["id"]] == [True, False]
    row = librenms.network.alerts[1]
    assert (
        "recovered"
        in notification(librenms.network.devices[1], {"id": 1, "name": "n", "severity": "s"}, row, first=1, line=2)["title"]
    )


async def test_the_story_raises_and_clears_by_the_clock() -> None:
    """And begins anew after a quarter of an hour."""
    clock = SimulatedClock(1_000_000.0)
    librenms = SimulatedLibreNms(clock)
    playing = asyncio.create_task(play(librenms.network, clock))
    seen = []
    for _ in range(4):
        await clock.advance(minutes=10)
        seen.append((librenms.network.counts["raised"], librenms.network.counts["cleared"]))
    playing.cancel()
    await asyncio.gather(playing, return_exceptions=True)

    assert seen == [(3, 3), (6, 4), (6, 6), (9, 9)]


async def test_the_rehearsal_sends_alerts_to_the_hub_and_shows_a_page() -> None:
    """People can take devices down and acknowledge."""
    rehearse = hub_plugin().rehearse
    assert rehearse is not None
    async with rehearse(SystemClock()) as rehearsal, opened() as http:
        rehearsal.hub_at("http://127.0.0.1:1")
        page = rehearsal.pages["LibreNMS"]
        html = await http.send("GET", page)
        pressed = [
            (await http.send("POST", page + path)).status
            for path in ("page/devices/2/down", "page/devices/2/explode", "page/devices/99/up", "page/alerts/1/acknowledge")
        ]
        state = json.loads((await http.send("GET", page + "page/network")).body)

        assert b"<html" in html.body
        assert pressed == [204, 404, 404, 204]
        assert (state["alerts"][0]["state"], state["devices"][1]["status"]) == (2, 0)
        assert (rehearsal.summary()["raised"], rehearsal.summary()["webhooks"]) == (1, 0)
        assert "ada" in state["alerts"][0]["note"]
    assert simulator.WEBHOOK == "/api/plugin/librenms/alerts"
