"""Servers in trouble, servers that are something else, and servers that mean harm."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import hub_librenms
import pytest
import trustme
from hub_librenms.simulator import SimulatedLibreNms
from hub_librenms.simulator import running as simulated
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response

from hub.clock import SystemClock
from hub.testing import running
from plugins.librenms.tests.conftest import SPEED, Hubs
from plugins.librenms.tests.seen import attributes, ids, value

HALF = PlainTextResponse('{"status": "ok", "devices": [{"device_id": 1, "hostna')
PAGE = HTMLResponse("<html><body>Please log in</body></html>")


async def test_a_wrong_token_gives_up(librenms: SimulatedLibreNms) -> None:
    """Asking again and again would only fill the server's log."""
    async with running(hub_librenms, {**librenms.config, "token": "wrong"}) as hub:
        await hub.until(lambda: hub.report.condition.value == "failed")

        assert "does not know the token" in str(hub.report.last_error)
        assert librenms.rest.calls == ["GET /system"]


async def test_a_token_that_is_revoked_gives_up(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """In the middle of the day."""
    async with hub_with() as hub:
        librenms.rest.troubles.extend([JSONResponse({"message": "Unauthenticated."}, 401)] * 3)
        await hub.until(lambda: hub.report.condition.value == "failed")

        assert value(hub, "device_2_up") == "unavailable"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (PAGE, "is no JSON of LibreNMS"),
        (RedirectResponse("https://other.example.com/login?next=secret"), "is led on to https://other.example.com/login"),
        (Response(status_code=404), "is `url` right"),
        (HALF, "is no JSON of LibreNMS"),
        (Response(status_code=503), "answered 503"),
    ],
)
async def test_what_is_no_librenms_is_not_connected_to(librenms: SimulatedLibreNms, answer: Response, words: str) -> None:
    """It says why, without the query of an address."""
    librenms.rest.trouble_at["/system"] = answer
    async with running(hub_librenms, librenms.config, SystemClock(SPEED)) as hub:
        await hub.until(lambda: hub.report.losses >= 1)

        assert words in str(hub.report.last_error)
        assert "secret" not in str(hub.report.last_error)
        assert (hub.connected, hub.report.bugs) == (False, 0)


@pytest.mark.parametrize(
    "trouble",
    [
        JSONResponse({"message": "Too Many Attempts."}, 429, {"retry-after": "5"}),
        Response(status_code=502),
        JSONResponse({"status": "error", "message": "SQLSTATE[HY000]: server has gone away"}, 500),
    ],
)
async def test_a_server_that_is_busy_for_a_moment_is_waited_for(
    librenms: SimulatedLibreNms, hub_with: Hubs, trouble: Response
) -> None:
    """Nothing becomes unavailable for that."""
    async with hub_with() as hub:
        librenms.rest.troubles.extend([trouble, trouble])
        librenms.network.go_down(2)
        await hub.until(lambda: value(hub, "device_2_up") == "off")

        assert (value(hub, "problems"), hub.report.losses) == ("0", 0)


@pytest.mark.parametrize("trouble", [HALF, Response(status_code=500)])
async def test_a_part_that_does_not_work_is_told_and_the_others_go_on(
    librenms: SimulatedLibreNms, hub_with: Hubs, trouble: Response
) -> None:
    """After three failures its values are unavailable; it comes back by itself."""
    async with hub_with(kinds=["devices", "alerts", "sensors"]) as hub:
        await hub.until(lambda: value(hub, "sensor_2000") == "24.5")
        librenms.rest.trouble_at["/resources/sensors"] = trouble
        await hub.until(lambda: "sensors" in attributes(hub, "problems")["problems"])
        await hub.until(lambda: value(hub, "sensor_2000") == "unavailable")
        librenms.network.go_down(2)
        await hub.until(lambda: hub.told("librenms.device_down"))
        del librenms.rest.trouble_at["/resources/sensors"]
        await hub.until(lambda: value(hub, "sensor_1000") == "24.5")

        assert (value(hub, "problems"), hub.report.losses, hub.report.bugs) == ("0", 0, 0)


async def test_a_part_in_trouble_is_asked_more_and_more_seldom(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Up to eight times its interval."""
    async with hub_with(kinds=["devices", "alerts", "sensors"]) as hub:
        librenms.rest.trouble_at["/resources/sensors"] = PAGE
        began = librenms.rest.calls.count("GET /resources/sensors")
        await hub.clock.sleep(150)

        assert librenms.rest.calls.count("GET /resources/sensors") - began <= 3


async def test_without_devices_nothing_works(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """A list that fails three times in a row ends the connection; it comes back when the list does."""
    async with hub_with() as hub:
        librenms.rest.trouble_at["/devices"] = HALF
        await hub.until(lambda: hub.report.losses >= 2, 15)
        lost = (value(hub, "device_2_up"), hub.connected)
        del librenms.rest.trouble_at["/devices"]
        await hub.until(lambda: value(hub, "device_2_up") == "on", 15)

        assert lost[0] == "unavailable"
        assert hub.told("librenms.device_down") == []
        assert hub.report.bugs == 0


@asynccontextmanager
async def tcp(talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]) -> AsyncGenerator[str, None]:
    """Serve bytes; yields the address."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await talk(reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200_000 + b"\r\n\r\n",
        b"HTTP/1.1 999 \xff\r\n\r\n",
    ],
)
async def test_bytes_that_are_no_answer_are_a_loss_and_no_bug(words: bytes) -> None:
    """Half an answer, another protocol, headers without end."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)

    async with tcp(talk) as url, running(hub_librenms, {"url": url, "token": "x"}, SystemClock(SPEED)) as hub:
        await hub.until(lambda: hub.report.losses >= 1)

        assert (hub.connected, hub.report.bugs) == (False, 0)


ODD_ROWS: list[Any] = [
    {},
    None,
    7,
    "x",
    [],
    {"device_id": "one", "hostname": "a"},
    {"device_id": {}, "hostname": []},
    {"device_id": 2**80, "hostname": "a"},
    {"device_id": 50, "hostname": "x" * 5000, "sysName": {}, "status": [], "uptime": "soon", "location": 7, "os": None},
    {"device_id": 51, "hostname": "\u0000", "uptime": -5, "status": "maybe"},
    {"device_id": 52, "hostname": "../../etc", "uptime": 10**17},
    {"device_id": 52, "hostname": "twice"},
]


def listing(name: str, rows: list[Any]) -> Response:
    """Answer with rows, in the ASCII that PHP writes."""
    return Response(json.dumps({"status": "ok", name: rows}), media_type="application/json")


async def test_rows_of_wrong_types_are_left_out_or_read_as_far_as_they_go(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """The good ones beside them are shown."""
    good = list(librenms.network.devices.values())
    librenms.rest.trouble_at["/devices"] = listing("devices", [*ODD_ROWS, *good])
    async with hub_with(kinds=["devices", "alerts", "uptime"]) as hub:
        await hub.until(lambda: value(hub, "device_2_up") == "on")

        assert {key for key in ids(hub) if key.endswith("_up")} >= {"device_50_up", "device_52_up", "device_8_up"}
        assert {value(hub, "device_50_up"), value(hub, "device_51_up")} <= {"unknown", "off"}
        assert (hub.connected, hub.report.bugs) == (True, 0)


@pytest.mark.parametrize("path", ["/alerts", "/rules", "/services", "/bgp", "/resources/sensors", "/ports"])
async def test_odd_rows_of_every_list_break_nothing(librenms: SimulatedLibreNms, hub_with: Hubs, path: str) -> None:
    """Whatever stands in them."""
    name = {"/bgp": "bgp_sessions", "/resources/sensors": "sensors"}.get(path, path.strip("/"))
    columns = ("id", "device_id", "rule_id", "port_id", "sensor_id", "service_id", "bgpPeer_id", "state", "hostname", "name")
    wrong = [dict.fromkeys(columns, odd) for odd in (None, {}, [], "", "x", -1, 1e300, True, 2**70)]
    mixed = [
        {"id": 1, "device_id": 1, "port_id": 1, "sensor_id": 1, "service_id": 1, "bgpPeer_id": 1, "state": {}, "rule_id": []}
    ]
    librenms.rest.trouble_at[path] = listing(name, [*ODD_ROWS, *wrong, *mixed, [wrong, mixed]])
    async with hub_with(kinds=["devices", "alerts", "ports", "traffic", "sensors", "services", "bgp"], ready=False) as hub:
        await hub.until(lambda: any(call.startswith(f"GET {path}") for call in librenms.rest.calls))
        await hub.clock.sleep(25)

        assert (hub.connected, hub.report.bugs) == (True, 0)
        assert value(hub, "device_2_up") == "on"


async def test_ten_thousand_devices_are_shown() -> None:
    """And one that goes down among them is told."""
    async with simulated(SystemClock(SPEED), 10_000, ports=0) as librenms:
        config = {**librenms.config, "kinds": ["devices", "alerts"], "intervals": {"down": 10}}
        async with running(hub_librenms, config, SystemClock(20.0)) as hub:
            await hub.until(lambda: value(hub, "devices_down") == "0" and value(hub, "device_10000_alert") == "off", 40)
            librenms.network.go_down(7777)
            await hub.until(lambda: hub.told("librenms.device_down"), 20)

            assert len(ids(hub)) > 20_000
            assert hub.told("librenms.device_down")[0]["device_id"] == 7777
            assert librenms.rest.calls.count("GET /devices") == 1
            assert hub.report.bugs == 0


async def test_a_server_never_has_more_than_so_many_requests_at_a_time(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """However many lists are wanted at once."""
    running_now, most = 0, 0
    guarded = librenms.serving._config.app

    async def counting(scope: Any, receive: Any, send: Any) -> None:
        nonlocal running_now, most
        running_now += 1
        most = max(most, running_now)
        await asyncio.sleep(0.01)
        try:
            await guarded(scope, receive, send)  # type: ignore[operator]
        finally:
            running_now -= 1

    await librenms.serving.stop()
    librenms.serving._config.loaded_app = counting
    await librenms.serving.start()
    async with hub_with(kinds=list(librenms.config["kinds"]), ready=False, requests_at_once=2) as hub:
        await hub.until(lambda: value(hub, "bgp_20") == "on" and value(hub, "service_900") == "ok")

        assert most == 2


async def test_a_certificate_that_nobody_trusts_is_refused(tmp_path: Any) -> None:
    """Unless its authority is named; a file that is not there is told."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = _server_context(authority)

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = b'{"status": "ok", "system": [{"local_ver": "26.1.0"}]}'
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await talk(reader, writer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    seen = []
    for more in ({}, {"ca_file": str(tmp_path / "ca.pem")}, {"ca_file": str(tmp_path / "none.pem")}, {"verify_tls": False}):
        config = {"url": url, "token": "x", **more}
        async with running(hub_librenms, config, SystemClock(60.0)) as hub:
            seen.append((value(hub, "version") if "version" in ids(hub) else None, str(hub.report.last_error)))
    server.close()

    assert [version for version, _ in seen] == [None, "26.1.0", None, "26.1.0"]
    assert "certificate" in seen[0][1].lower()
    assert "ca_file" in seen[2][1]


def _server_context(authority: trustme.CA) -> Any:
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context
