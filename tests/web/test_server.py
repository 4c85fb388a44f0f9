"""The server: where it listens, and how it stops."""

import asyncio
import socket
import stat
import time
from pathlib import Path

import pytest
import uvloop

from hub.model.action import ActionCall
from hub.web.address import Address, read_address, remove_address, write_address
from hub.web.limits import Limits
from hub.web.server import Bound, serving
from tests.web.house import RawClient, served


async def test_port_0_takes_a_free_port_and_says_which() -> None:
    """Two servers beside each other."""
    async with served() as one, served() as two:
        assert one.bound.port != two.bound.port
        async with two.http() as http:
            assert (await http.get("/api/")).status_code == 200


async def test_an_address_that_is_taken_is_an_error_that_names_it() -> None:
    """And no socket stays open."""
    async with served() as house:
        with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1 port {house.bound.port}"):
            async with serving(house.sources, port=house.bound.port):
                pass


async def test_a_name_with_several_addresses_is_served_on_all_of_them() -> None:
    """All have the same port."""
    async with served() as house, serving(house.sources, host="localhost", port=0) as bound:
        found = socket.getaddrinfo("localhost", bound.port, type=socket.SOCK_STREAM)
        for *_, address in found:
            _, writer = await asyncio.open_connection(str(address[0]), bound.port)
            writer.close()
            await writer.wait_closed()


@pytest.mark.parametrize(
    ("bound", "url"),
    [
        (Bound("127.0.0.1", 80), "http://127.0.0.1:80"),
        (Bound("0.0.0.0", 80), "http://127.0.0.1:80"),
        (Bound("::", 80, secure=True), "https://[::1]:80"),
        (Bound("fe80::1", 80), "http://[fe80::1]:80"),
    ],
)
def test_the_address_is_one_that_a_program_here_can_use(bound: Bound, url: str) -> None:
    """Also when the server listens everywhere."""
    assert bound.url == url


async def test_stopping_is_quick_and_leaves_no_task() -> None:
    """With idle connections of both kinds."""
    before = asyncio.all_tasks()
    async with served() as house:
        raw = await RawClient.to(house)
        raw.writer.write(b"GET /api/ HTTP/1.1\r\nHost: x\r\n\r\n")
        await raw.reader.readline()
        started = time.perf_counter()
    assert time.perf_counter() - started < 1.0
    assert asyncio.all_tasks() == before
    await raw.close()


async def test_websocket_clients_are_told_that_the_hub_goes() -> None:
    """With code 1001, so that they come back."""
    async with served() as house:
        talk = await house.talk().__aenter__()
    await talk.socket.wait_closed()
    assert talk.socket.close_code == 1001


async def test_what_is_under_way_is_finished() -> None:
    """A request that came before the end is answered."""
    began, gate = asyncio.Event(), asyncio.Event()

    async def act(call: ActionCall) -> None:
        began.set()
        await gate.wait()

    async with served() as house:
        house.offer("t.act", act)
        client = house.http()
        request = asyncio.create_task(client.post("/api/services/t/act"))
        await began.wait()
        asyncio.get_running_loop().call_soon(gate.set)
    assert (await request).status_code == 200
    await client.aclose()


async def test_what_does_not_end_is_cut_off() -> None:
    """After a time."""
    ended = asyncio.Event()

    async def act(call: ActionCall) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with served(Limits(closing_seconds=0.02)) as house:
        house.offer("t.act", act)
        talk = await house.talk().__aenter__()
        await talk.say({"id": 1, "type": "call_service", "domain": "t", "service": "act"})
        talk.number = 1
        await talk.ask("ping")
    assert ended.is_set()
    await talk.socket.wait_closed()


async def test_a_client_that_does_not_say_goodbye_is_cut_off() -> None:
    """The server does not wait for it longer than for anybody."""
    async with served(Limits(closing_seconds=0.02)) as house:
        client = await RawClient.to(house)
        client.writer.write(
            b"GET /api/websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await client.reader.readuntil(b"auth_required")
        started = time.perf_counter()
    assert time.perf_counter() - started < 1.0
    assert b"the hub stops" in await client.reader.read()
    await client.close()


def test_it_runs_on_uvloop() -> None:
    """Which is what the hub runs on."""

    async def main() -> tuple[int, str]:
        async with served() as house, house.http() as http, house.talk() as talk:
            await talk.result("subscribe_events", event_type="door")
            house.bus.fire("door")
            return (await http.get("/api/")).status_code, (await talk.hear())["event"]["event_type"]

    assert uvloop.run(main()) == (200, "door")


def test_the_address_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds a token; reading gives back what was written."""
    path = write_address(tmp_path, Address("http://127.0.0.1:1", "first"))
    write_address(tmp_path, Address("http://127.0.0.1:2", "second"))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_address(tmp_path) == Address("http://127.0.0.1:2", "second")
    assert [found.name for found in tmp_path.iterdir()] == ["api.json"]
    remove_address(tmp_path)
    remove_address(tmp_path)
    assert read_address(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "5", '{"url": "x"}', "\x00"])
def test_a_broken_address_file_is_as_none(tmp_path: Path, content: str) -> None:
    """The commands then say that no hub runs."""
    (tmp_path / "api.json").write_text(content)

    assert read_address(tmp_path) is None
