"""Alerts: heard of by webhook, found by polling, told once, shown as entities."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hub_librenms.alert import State
from hub_librenms.simulator import SECRET, WEBHOOK, SimulatedLibreNms
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api import PluginError, WebhookReply, WebhookRequest
from hub.clock import SystemClock
from hub.loopback import Serving
from hub.testing import KeptMemory, Running
from plugins.librenms.tests.conftest import Hubs
from plugins.librenms.tests.seen import attributes, ids, value


def told(hub: Running[SystemClock]) -> list[tuple[str, int, str]]:
    """Return what was told of alerts: what, which alert, by whom."""
    return [
        (event.event_type.rpartition("_")[2], event.data["alert_id"], event.data["source"])
        for event in hub.events
        if event.event_type.startswith("librenms.alert_")
    ]


def request(fields: Mapping[str, Any] | str, secret: str = SECRET, method: str = "POST", **more: Any) -> WebhookRequest:
    body = fields if isinstance(fields, str) else json.dumps(fields)
    return WebhookRequest(method=method, headers={"x-hub-secret": secret}, query={}, body=body.encode(), **more)


async def send(hub: Running[SystemClock], fields: Mapping[str, Any] | str, **more: Any) -> int:
    return (await hub.webhook(WEBHOOK, request(fields, **more))).status


@asynccontextmanager
async def address_of(hub: Running[SystemClock]) -> AsyncGenerator[str, None]:
    """Serve the webhooks of a hub over a real socket."""

    async def answer(incoming: Request) -> Response:
        asked = WebhookRequest(
            method=incoming.method,
            headers={name.lower(): text for name, text in incoming.headers.items()},
            query=dict(incoming.query_params),
            body=await incoming.body(),
            remote=incoming.client.host if incoming.client else None,
        )
        reply: WebhookReply = await hub.webhook(incoming.url.path, asked)
        return Response(reply.body, reply.status)

    serving = Serving(Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST", "PUT"])]))
    await serving.start()
    try:
        yield serving.url
    finally:
        await serving.stop()


async def test_polling_alone_tells_the_whole_life_of_an_alert(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Raised, worse, acknowledged, taken back, cleared."""
    network = librenms.network
    async with hub_with() as hub:
        network.go_down(2)
        await hub.until(lambda: len(told(hub)) == 1)
        network.become(2, 1, State.WORSE)
        await hub.until(lambda: len(told(hub)) == 2)
        network.acknowledge(1, "looking", until_clear=True)
        await hub.until(lambda: len(told(hub)) == 3)
        network.unmute(1, "")
        await hub.until(lambda: len(told(hub)) == 4)
        network.come_up(2)
        await hub.until(lambda: len(told(hub)) == 5)

        assert [what for what, _, _ in told(hub)] == ["raised", "changed", "acknowledged", "changed", "cleared"]
        assert [event["change"] for event in hub.told("librenms.alert_changed")] == ["worse", "unacknowledged"]
        (raised,) = hub.told("librenms.alert_raised")
        assert (raised["rule"], raised["severity"], raised["device"], raised["by_hub"]) == (
            "Device down",
            "critical",
            "core-002.example.net",
            False,
        )
        assert "looking" in hub.told("librenms.alert_acknowledged")[0]["note"]


@pytest.mark.parametrize(
    "transport",
    [
        {},
        {"method": "PUT"},
        {"method": "GET", "options": {name: f"{{{{ ${name} }}}}" for name in ("alert_id", "device_id", "state", "timestamp")}},
        {"body": "alert_id={{ $alert_id }}\nstate={{ $state }}\ntimestamp={{ $timestamp }}\nhostname={{ $hostname }}"},
        {"headers": {}, "user": "librenms", "password": SECRET},
        {"url": "?thrown=away"},
    ],
)
async def test_webhook_and_polling_together_tell_each_change_once(
    librenms: SimulatedLibreNms, hub_with: Hubs, transport: dict[str, Any]
) -> None:
    """Over a real socket, in every form that the transport has; the list is asked for at once as well."""
    async with hub_with() as hub, address_of(hub) as url:
        sent = librenms.send_to(url, **{name: text for name, text in transport.items() if name != "url"})
        sent.url += transport.get("url", "")
        librenms.network.go_down(2)
        await hub.until(lambda: told(hub))
        await hub.until(lambda: value(hub, "device_2_up") == "off")
        await hub.clock.sleep(25)
        librenms.network.come_up(2)
        await hub.until(lambda: len(told(hub)) == 2)
        await hub.clock.sleep(25)

        assert told(hub) == [("raised", 1, "webhook"), ("cleared", 1, "webhook")]
        assert sent.answers == [200, 200]
        assert hub.told("librenms.webhook_unreadable") == []


async def test_what_ends_before_the_next_poll_is_told_all_the_same(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Only the webhook can know; title and message come with it."""
    async with hub_with(intervals={"alerts": 3600, "down": 3600}) as hub, address_of(hub) as url:
        librenms.send_to(url, options={"message": "{{ $msg }}"})
        for _ in range(3):
            librenms.network.go_down(2)
            await asyncio.sleep(0.03)  # two seconds of the network's time: its times are whole seconds
            librenms.network.come_up(2)
            await asyncio.sleep(0.03)
        await hub.until(lambda: len(told(hub)) == 6)

        assert [what for what, _, _ in told(hub)] == ["raised", "cleared"] * 3
        raised = hub.told("librenms.alert_raised")[0]
        assert raised["title"] == "Alert for device core-002 - Device down"
        assert 'Says: "icmp"' in raised["message"]


async def test_an_alert_is_recognised_without_its_own_id(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """`id` is a line of LibreNMS's log; device and rule say which alert it is, once the list has told it."""
    async with hub_with() as hub:
        librenms.network.go_down(2)
        await send(hub, {"id": 905, "hostname": "core-002.example.net", "name": "Device down", "state": 1})
        await hub.until(lambda: told(hub))
        await send(hub, {"id": 905, "uid": 907, "hostname": "core-002.example.net", "name": "Device down", "state": "recovered"})

        assert told(hub) == [("raised", 1, "poll"), ("cleared", 1, "webhook")]


async def test_a_webhook_that_says_wrong_things_is_put_right_by_the_list(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Soon, since each webhook has it asked for."""
    librenms.network.go_down(2)
    async with hub_with() as hub:
        await send(hub, {"alert_id": 1, "device_id": 2, "state": 0, "timestamp": "2999-01-01 00:00:00"})
        await hub.until(lambda: value(hub, "alerts_open") == "1" and len(told(hub)) == 2)

        assert told(hub) == [("cleared", 1, "webhook"), ("raised", 1, "poll")]


async def test_nothing_is_told_twice_over_a_restart(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """What happened while the hub was away is told at its start; what was on at the very first is not."""
    memory, network = KeptMemory(), librenms.network
    network.go_down(1)
    async with hub_with(memory) as hub:
        first = told(hub)
        network.go_down(2)
        await hub.until(lambda: told(hub))
    network.come_up(1)
    network.go_down(3)
    network.acknowledge(2, "", until_clear=True)
    async with hub_with(memory) as hub:
        await hub.until(lambda: len(told(hub)) == 3)
        second = set(told(hub))
        again = await send(hub, {"alert_id": 1, "device_id": 1, "state": 0, "timestamp": network.stamp()})
        third = len(told(hub))
    async with hub_with(memory) as hub:
        await hub.clock.sleep(25)

        assert first == []
        assert second == {("cleared", 1, "poll"), ("acknowledged", 2, "poll"), ("raised", 3, "poll")}
        assert (again, third) == (200, 3)
        assert told(hub) == []


async def test_alerts_are_shown_by_device_and_counted(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """The worst first; acknowledged ones apart."""
    network = librenms.network
    async with hub_with() as hub:
        network.go_down(2)
        network.measure(2000, 99.0)
        network.measure(3000, 99.0)
        await hub.until(lambda: value(hub, "alerts_open") == "3")
        network.acknowledge(3, "", until_clear=True)
        await hub.until(lambda: value(hub, "alerts_acknowledged") == "1")

        shown, opened = attributes(hub, "device_2_alert"), attributes(hub, "alerts_open")
        assert (value(hub, "device_2_alert"), value(hub, "device_3_alert"), value(hub, "device_1_alert")) == ("on", "on", "off")
        assert (shown["severity"], [each["rule"] for each in shown["alerts"]]) == (
            "critical",
            ["Device down", "Sensor over limit"],
        )
        assert (opened["critical"], opened["warning"]) == (1, 1)
        assert attributes(hub, "device_3_alert")["acknowledged"] is True


async def test_alerts_of_devices_that_were_not_chosen_are_nobody_s_business(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Whichever way they come."""
    async with hub_with(devices={"names": "core-*"}) as hub, address_of(hub) as url:
        librenms.send_to(url)
        librenms.network.go_down(1)
        librenms.network.go_down(2)
        await hub.until(lambda: told(hub))
        await hub.clock.sleep(25)

        assert [alert_id for _, alert_id, _ in told(hub)] == [2]
        assert value(hub, "alerts_open") == "1"


async def test_a_wrong_secret_is_refused_and_told_once(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Until a right one comes; nothing happens in the hub."""
    fields = {"alert_id": 1, "device_id": 1, "state": 1}
    async with hub_with() as hub:
        refused = [await send(hub, fields, secret=secret) for secret in ("", "wrong", SECRET + "x")]
        before = (len(told(hub)), len(hub.told("librenms.webhook_refused")))
        taken = await send(hub, fields)
        await send(hub, fields, secret="wrong")

        assert (refused, before, taken) == ([401] * 3, (0, 1), 200)
        assert (len(told(hub)), len(hub.told("librenms.webhook_refused"))) == (1, 2)


async def test_alerts_are_taken_from_known_networks_alone(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Where the admin says so."""
    fields = {"alert_id": 1, "device_id": 1, "state": 1}
    async with hub_with(webhook_from="10.0.0.0/8") as hub:
        answers = [await send(hub, fields, remote=remote) for remote in ("192.0.2.1", None, "nonsense", "10.1.2.3")]

        assert answers == [401, 401, 401, 200]


async def test_without_a_secret_there_is_no_address(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """What cannot be checked is not taken."""
    async with hub_with(webhook_secret=[]) as hub:
        assert await send(hub, {"alert_id": 1}) == 404


async def test_odd_requests_are_answered_and_harm_nobody(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Too large, of another method, of any form; the first unreadable one is told."""
    odd = ["", "{", "[]", "null", '{"alert_id": {}}', '{"alert_id": 1, "state": 77}', '{"alert_id": -1, "state": 1}', "\x00" * 9]
    async with hub_with() as hub:
        statuses = [await send(hub, body) for body in odd]
        large = await send(hub, "x" * (2 << 20))
        method = await send(hub, "", method="DELETE")

        assert (set(statuses), large, method) == ({200}, 413, 405)
        assert 1 <= len(hub.told("librenms.webhook_unreadable")) <= 3
        assert told(hub) == []
        assert (hub.connected, hub.report.bugs) == (True, 0)


class FullDisk(KeptMemory):
    """A memory that cannot write for a while."""

    full = False

    async def put(self, changes: Mapping[str, Any]) -> None:
        if self.full:
            raise PluginError("disk full")
        await super().put(changes)


async def test_an_alert_that_cannot_be_kept_is_not_promised(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """503; the next start tells it again."""
    memory = FullDisk()
    async with hub_with(memory, intervals={"alerts": 3600, "down": 3600}) as hub:
        librenms.network.go_down(1)
        memory.full = True
        status = await send(hub, {"alert_id": 1, "device_id": 1, "state": 1, "timestamp": librenms.network.stamp()})
        first = told(hub)
    memory.full = False
    async with hub_with(memory) as hub:
        await hub.until(lambda: told(hub))

        assert (status, first) == (503, [("raised", 1, "webhook")])
        assert told(hub) == [("raised", 1, "poll")]


async def test_a_storm_of_alerts_costs_few_requests(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Each alert is told; the lists are asked for every few seconds at most."""
    for _ in range(192):
        librenms.network.add()
    async with hub_with(ready=False) as hub, address_of(hub) as url:
        librenms.send_to(url)
        await hub.until(lambda: value(hub, "alerts_open") == "0")
        asked = len(librenms.rest.calls)
        for device_id in range(1, 201):
            librenms.network.go_down(device_id)
        await hub.until(lambda: value(hub, "alerts_open") == "200" and value(hub, "devices_down") == "200", 15)

        assert sorted(alert_id for what, alert_id, _ in told(hub) if what == "raised") == list(range(1, 201))
        assert len(librenms.rest.calls) - asked < 40


async def test_a_token_without_global_read_leaves_the_devices(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """The problem is told, with what is missing."""
    librenms.rest.rights = 0
    async with hub_with(ready=False, kinds=["devices", "alerts", "services", "bgp"]) as hub:
        await hub.until(lambda: value(hub, "problems") == "3")

        problems = attributes(hub, "problems")["problems"]
        assert set(problems) == {"alerts", "services", "bgp"}
        assert all("global read" in reason for reason in problems.values())
        assert value(hub, "device_2_up") == "on"
        assert value(hub, "alerts_open") == "unavailable"
        assert (hub.connected, hub.report.bugs) == (True, 0)


async def test_an_acknowledged_alert_does_not_seem_gone(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Without asking for them by state the list would leave it out."""
    librenms.network.go_down(2)
    librenms.network.acknowledge(1, "", until_clear=True)
    async with hub_with() as hub:
        await hub.clock.sleep(25)

        assert told(hub) == []
        assert (value(hub, "alerts_open"), value(hub, "alerts_acknowledged")) == ("0", "1")
        assert ids(hub)["alerts_open"] == "sensor.librenms_open_alerts"
