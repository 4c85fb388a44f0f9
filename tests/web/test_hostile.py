"""Clients that mean harm, or do not know better."""

import asyncio
import json
import os
import struct

import httpx2
import pytest
from websockets.asyncio.client import connect

from hub.model.action import ActionCall
from hub.web.limits import Limits
from tests.web.house import ADMIN, RawClient, served

AUTH = f"Authorization: Bearer {ADMIN}\r\n".encode()
UPGRADE = (
    b"GET %b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def _frame(opcode: int, payload: bytes, *, fin: bool = True, masked: bool = True, length: int | None = None) -> bytes:
    size = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | opcode])
    mark = 0x80 if masked else 0
    if size < 126:
        head += bytes([mark | size])
    elif size < 1 << 16:
        head += bytes([mark | 126]) + struct.pack("!H", size)
    else:
        head += bytes([mark | 127]) + struct.pack("!Q", size)
    return head + (b"\0\0\0\0" if masked else b"") + payload


async def _upgraded(client: RawClient) -> None:
    client.writer.write(UPGRADE % b"/api/websocket")
    assert b"101" in await client.reader.readuntil(b"\r\n\r\n")


@pytest.mark.parametrize("says_length", [True, False])
async def test_a_body_that_is_too_large_is_refused_before_it_was_read(says_length: bool) -> None:
    """413, and the connection is closed instead of reading on."""
    async with served(Limits(body=1000)) as house:
        client = await RawClient.to(house)
        head = b"POST /api/states/sensor.a HTTP/1.1\r\nHost: x\r\n" + AUTH
        if says_length:
            request = head + b"Content-Length: 1000000000\r\n\r\n"
        else:
            request = head + b"Transfer-Encoding: chunked\r\n\r\n" + b"400\r\n" + b"x" * 1024 + b"\r\n"

        answer = await client.exchange(request)

        assert answer.startswith(b"HTTP/1.1 413")
        await client.close()


async def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    """408."""
    async with served(Limits(body_seconds=0.01)) as house:
        client = await RawClient.to(house)

        answer = await client.exchange(b"POST /api/events/x HTTP/1.1\r\nHost: x\r\n" + AUTH + b"Content-Length: 5\r\n\r\n{")

        assert answer.startswith(b"HTTP/1.1 408")
        await client.close()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/events/x HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/events/x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + os.urandom(64),
    ],
)
async def test_what_is_no_http_harms_nobody(data: bytes) -> None:
    """The connection ends or is refused; others are served."""
    async with served() as house, house.http() as http:
        client = await RawClient.to(house)
        client.writer.write(data)
        client.writer.write_eof()
        await client.reader.read()
        await client.close()

        assert (await http.get("/api/")).status_code == 200


async def test_a_client_that_leaves_in_the_middle_harms_nobody() -> None:
    """Half a request, half a body, half a handshake, half a frame."""
    async with served() as house, house.http() as http:
        for data in (
            b"GET /api/ HT",
            b"POST /api/events/x HTTP/1.1\r\nHost: x\r\n" + AUTH + b"Content-Length: 50\r\n\r\n{",
            UPGRADE[:50],
            UPGRADE % b"/api/websocket" + _frame(1, b"{}")[:3],
        ):
            client = await RawClient.to(house)
            client.writer.write(data)
            await client.close()

        assert (await http.get("/api/")).status_code == 200


async def test_a_thousand_connections_come_and_go() -> None:
    """HTTP and WebSocket; nothing is left of them."""
    async with served() as house, house.http() as http:
        for _ in range(20):
            clients = await asyncio.gather(*(RawClient.to(house) for _ in range(50)))
            for number, client in enumerate(clients):
                client.writer.write(UPGRADE % b"/api/websocket" if number % 2 else b"GET /api/ HTTP/1.1\r\nHost: x\r\n\r\n")
            await asyncio.gather(*(client.reader.read(1) for client in clients))
            await asyncio.gather(*(client.close() for client in clients))

        assert (await http.get("/api/")).status_code == 200
        assert "hub_websocket_clients 0" in (await http.get("/metrics")).text


async def test_too_many_connections_are_refused_and_then_welcome_again() -> None:
    """503 for those beyond the limit."""
    async with served(Limits(connections=5)) as house:
        crowd = [await RawClient.to(house) for _ in range(5)]
        await asyncio.sleep(0)
        refused = await RawClient.to(house)
        refused.writer.write(b"GET /api/ HTTP/1.1\r\nHost: x\r\n" + AUTH + b"\r\n")
        assert b"503" in await refused.reader.readline()
        for client in (*crowd, refused):
            await client.close()

        async with house.http() as http:
            while (status := (await http.get("/api/")).status_code) == 503:
                await asyncio.sleep(0)
        assert status == 200


@pytest.mark.parametrize("path", [b"/", b"/api/websocket/", b"/api/states", b"/api/websocket%00"])
async def test_there_is_a_websocket_at_one_address_only(path: bytes) -> None:
    """404 elsewhere."""
    async with served() as house:
        client = await RawClient.to(house)

        assert (await client.exchange(UPGRADE % path)).startswith(b"HTTP/1.1 404")
        await client.close()


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (_frame(1, b"{"), 1007),
        (_frame(1, b"\xff\xfe"), 1007),
        (_frame(2, b"{}"), 1003),
        (_frame(1, b"{}", masked=False), 1002),
        (_frame(3, b"{}"), 1002),
        (_frame(0, b"{}"), 1002),
        (_frame(1, b"{", fin=False) + _frame(1, b"}"), 1002),
        (_frame(9, b"x" * 126), 1002),
        (_frame(1, b"", length=1 << 40), 1009),
        (_frame(1, b"[" * 60_000), 1007),
    ],
)
async def test_frames_that_break_the_rules_end_the_connection(frames: bytes, code: int) -> None:
    """With the code that says why."""
    async with served() as house:
        client = await RawClient.to(house)
        await _upgraded(client)

        client.writer.write(frames)
        client.writer.write_eof()
        said = await client.reader.read()

        assert b"\x88" in said
        assert struct.pack("!H", code) in said
        await client.close()


async def test_a_message_in_many_parts_is_one_message() -> None:
    """Fragments are joined, with a ping between them."""
    async with served() as house:
        client = await RawClient.to(house)
        await _upgraded(client)
        text = json.dumps({"type": "auth", "access_token": ADMIN}).encode()

        client.writer.write(
            _frame(1, text[:5], fin=False) + _frame(9, b"hi") + _frame(0, text[5:9], fin=False) + _frame(0, text[9:])
        )

        said = b""
        while b"auth_ok" not in said:
            said += await client.reader.read(1000)
        assert b"\x8a\x02hi" in said
        await client.close()


async def test_a_stranger_may_not_send_much() -> None:
    """Who has not said who they are is cut off long before the limit for messages."""
    async with served(Limits(before_auth=2000)) as house, connect(house.websocket_url) as socket:
        await socket.send(json.dumps({"type": "auth", "access_token": "x" * 5000}))

        await socket.wait_closed()
        assert socket.close_code == 1006


async def test_a_client_that_reads_slowly_is_disconnected_and_others_are_not() -> None:
    """Its backlog is bounded; the hub does not grow for it."""
    async with served(Limits(backlog=200_000)) as house, house.talk() as quick, house.http() as http:
        slow = await RawClient.to(house)
        await _upgraded(slow)
        for message in ({"type": "auth", "access_token": ADMIN}, {"id": 1, "type": "subscribe_events", "event_type": "noise"}):
            slow.writer.write(_frame(1, json.dumps(message).encode()))
        await quick.result("subscribe_events", event_type="noise")
        said = b""
        while b'"success":true' not in said:
            said += await slow.reader.read(1000)
        slow.writer.transport.pause_reading()

        rounds = 0
        while await _clients(http) == 2:
            house.bus.fire("noise", {"text": "x" * 50_000})
            assert (await quick.hear())["type"] == "event"
            rounds += 1
            assert rounds < 1000

        assert (await quick.ask("ping"))["type"] == "pong"
        slow.writer.transport.abort()


async def _clients(http: httpx2.AsyncClient) -> int:
    text = (await http.get("/metrics")).text
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("hub_websocket_clients "))


async def test_a_client_that_no_longer_answers_is_disconnected() -> None:
    """It is asked whether it is there."""
    async with served(Limits(ping_seconds=0.01, pong_seconds=0.01)) as house:
        client = await RawClient.to(house)
        await _upgraded(client)

        said = await client.reader.read(-1)

        assert b"\x89\x00" in said
        await client.close()


async def test_a_client_that_answers_stays() -> None:
    """However often it is asked."""
    async with served(Limits(ping_seconds=0.005, pong_seconds=5.0)) as house, house.talk() as talk:
        for _ in range(300):
            await talk.result("get_panels")

        assert (await talk.ask("ping"))["type"] == "pong"


async def test_a_flood_of_commands_is_answered_in_order() -> None:
    """Ten thousand in one go."""
    async with served() as house, house.talk() as talk:
        await talk.say([{"id": number, "type": "ping"} for number in range(1, 10_001)])

        assert [(await talk.hear())["id"] for _ in range(10_000)] == list(range(1, 10_001))


async def test_subscriptions_are_limited() -> None:
    """One client cannot fill the hub with them."""
    async with served(Limits(subscriptions=3)) as house, house.talk() as talk:
        for _ in range(3):
            await talk.result("subscribe_events", event_type="door")

        assert await talk.error("subscribe_events", event_type="door") == "too_many_requests"
        assert house.bus.listener_counts()["door"] == 1


@pytest.mark.parametrize("begun", [b"", b"GET /api/ HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["nothing", "half a request"])
async def test_a_connection_that_does_not_say_what_it_wants_is_closed(begun: bytes) -> None:
    """As its first request, and as its second."""
    async with served(Limits(request_seconds=0.3)) as house:
        fresh = await RawClient.to(house)
        assert await fresh.exchange(begun) == b""

        used = await RawClient.to(house)
        used.writer.write(b"GET /api/ HTTP/1.1\r\nHost: x\r\n" + AUTH + b"\r\n")
        await used.reader.readuntil(b"API running")
        said = await used.exchange(begun or b"G")

        assert b"HTTP" not in said
        for client in (fresh, used):
            await client.close()


async def test_a_request_that_takes_long_is_not_cut_off() -> None:
    """Once it is clear what is wanted, there is time; and a WebSocket may stay."""
    async with served(Limits(request_seconds=0.3)) as house, house.talk() as talk, house.http() as http:

        async def act(call: ActionCall) -> None:
            await asyncio.sleep(0.4)

        house.offer("t.act", act)

        assert (await http.post("/api/services/t/act")).status_code == 200
        assert (await talk.ask("ping"))["type"] == "pong"
