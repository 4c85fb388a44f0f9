"""hub-rabbitmq against the real RabbitMQ of Debian."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import hub_rabbitmq
import pytest
from aio_pika.abc import AbstractChannel
from hub_rabbitmq.decoding.records import write_record
from hub_rabbitmq.simulator.trackers import fitness_schema, newer_schema, newer_text

from hub.api import ActionError
from hub.clock import SystemClock
from hub.hosting.catalog import Condition
from hub.testing import KeptMemory, running
from tests.peers.rabbitmq.ordeal import run
from tests.peers.rabbitmq.server import Server, Unavailable, serving

pytestmark = pytest.mark.peer("rabbitmq")

MEASURED: dict[str, Any] = {"device": "Band 7", "measured_at": None, "heart_rate": 61.0, "steps": 900, "battery": 80.0}
QUICK = 20.0  # seconds of patience
_SETTLED = 3.0  # seconds after which the broker has a new queue on its disk


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        with serving() as server:
            yield server
    except Unavailable as reason:
        pytest.skip(f"rabbitmq: {reason}")


@pytest.fixture
async def channel(server: Server) -> AsyncGenerator[AbstractChannel, None]:
    async with await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{server.port}/") as connection:
        yield await connection.channel(on_return_raises=True)


@pytest.fixture
def name() -> str:
    """A queue of the test's own."""
    return f"q{uuid4().hex[:8]}"


def configured(server: Server, name: str, **more: Any) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": server.port, "timeout": 10, "depth_interval": 1, "queues": [{"name": name, **more}]}


async def send(channel: AbstractChannel, queue: str, body: bytes, **properties: Any) -> None:
    message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, **properties)
    await channel.default_exchange.publish(message, queue)


@pytest.mark.parametrize("kind", ["quorum", "classic"])
async def test_telemetry_in_three_forms_becomes_entities(
    server: Server, channel: AbstractChannel, name: str, kind: str, tmp_path: Path
) -> None:
    """Through an exchange; what is acknowledged has left the queue."""
    newer = tmp_path / "newer.avsc"
    newer.write_text(newer_text())
    config = configured(server, name, type=kind, profile="fitness", bindings=[{"exchange": f"x{name}", "routing_key": "t.#"}])
    config |= {"exchanges": [{"name": f"x{name}"}], "schemas": [str(newer)]}
    async with running(hub_rabbitmq, config) as hub:
        exchange = await channel.get_exchange(f"x{name}")
        bodies = [
            json.dumps(MEASURED).encode(),
            write_record(MEASURED, fitness_schema()),
            write_record({**MEASURED, "skin_temperature": 33.5}, newer_schema()),
        ]
        for number, body in enumerate(bodies):
            await exchange.publish(aio_pika.Message(body, message_id=str(number)), "t.7")
        await hub.until(lambda: len(hub.told("rabbitmq.telemetry")) == 3, QUICK)

        assert [told["more"] for told in hub.told("rabbitmq.telemetry")] == [{}, {}, {"skin_temperature": 33.5}]
        await hub.until(lambda: hub.value(f"sensor.rabbitmq_{name}_backlog") == "0", QUICK)
    assert (await channel.declare_queue(name, passive=True)).declaration_result.message_count == 0


async def test_poison_lies_in_the_dead_letter_queue_with_the_reason(server: Server, channel: AbstractChannel, name: str) -> None:
    """It can be looked at and replayed, and its own headers came along."""
    async with running(hub_rabbitmq, configured(server, name, profile="fitness")) as hub:
        await send(channel, name, b'{"device": "Band 7", "battery": 1e9}', message_id="m", headers={"trace": "abc"})
        await hub.until(lambda: hub.value(f"sensor.rabbitmq_{name}_rejected") == "1", QUICK)

        [shown] = (await hub.call("rabbitmq.dead_letters", queue=name))["messages"]
        assert "battery is 1e+09" in shown["reason"]
        await hub.until(lambda: hub.value(f"sensor.rabbitmq_{name}_dead_letters") == "1", QUICK)
        assert await hub.call("rabbitmq.replay", queue=name) == {"replayed": 1}
        await hub.until(lambda: hub.value(f"sensor.rabbitmq_{name}_rejected") == "2", QUICK)
        dead = await (await channel.get_queue(f"{name}.dead")).get(fail=False)
        while dead is None:
            dead = await (await channel.get_queue(f"{name}.dead")).get(fail=False)
        await dead.ack()
        assert (dead.headers["trace"], dead.headers["x-hub-fault"]) == ("abc", "value")


async def test_properties_that_no_client_can_parse_and_bodies_without_end(
    server: Server, channel: AbstractChannel, name: str
) -> None:
    """The connection stays; the broker dead-letters them whole; what is behind them is told."""
    raw = await channel.get_underlay_channel()
    async with running(hub_rabbitmq, {**configured(server, name), "max_message_bytes": 10_000}) as hub:
        hostile = aio_pika.Message(b"{}").properties
        hostile.headers = {"when": Timestamp(1 << 62)}
        await raw.basic_publish(b'"year 60000"', routing_key=name, properties=hostile)
        await send(channel, name, b"x" * 5_000_000, message_id="huge")
        await send(channel, name, b"{}", message_id="good")
        await hub.until(lambda: hub.told("rabbitmq.message"), QUICK)

        assert [told["fault"] for told in hub.told("rabbitmq.rejected")] == ["properties", "too_large"]
        assert (hub.report.losses, hub.report.bugs) == (0, 0)
        await hub.until(lambda: hub.value(f"sensor.rabbitmq_{name}_dead_letters") == "2", QUICK)


class Timestamp(int):
    """Encoded below as a 64-bit time."""


@pytest.fixture(autouse=True)
def _timestamps_beyond_all_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library sends no such times; a hostile publisher does."""
    from pamqp import encode

    usual = encode.encode_table_value

    def encode_any(value: Any) -> bytes:
        return b"T" + int(value).to_bytes(8, "big") if isinstance(value, Timestamp) else usual(value)

    monkeypatch.setattr(encode, "encode_table_value", encode_any)


async def test_a_stream_goes_on_where_it_was(server: Server, channel: AbstractChannel, name: str) -> None:
    """From its first message, then from the place that is remembered."""
    memory = KeptMemory()
    config = configured(server, name, type="stream", start="first")
    async with running(hub_rabbitmq, config, memory=memory) as hub:
        for number in range(500):
            await send(channel, name, json.dumps(number).encode())
        await hub.until(lambda: hub.value(f"sensor.rabbitmq_{name}_messages") == "500", QUICK)
    await send(channel, name, b"500")

    async with running(hub_rabbitmq, config, memory=memory) as again:
        await again.until(lambda: again.told("rabbitmq.message"), QUICK)
        assert [told["body"] for told in again.told("rabbitmq.message")] == [500]


async def test_publishing_is_confirmed_or_an_error(server: Server, channel: AbstractChannel, name: str) -> None:
    """Unroutable, an exchange that is not there, a full queue; the connection goes on."""
    full: dict[str, Any] = {"x-max-length": 1, "x-overflow": "reject-publish"}
    await channel.declare_queue(f"{name}.full", arguments=full, auto_delete=True)
    async with running(hub_rabbitmq, configured(server, name)) as hub:
        await hub.call("rabbitmq.publish", routing_key=name, body={"n": 1})
        await hub.until(lambda: hub.told("rabbitmq.message"), QUICK)
        with pytest.raises(ActionError, match="NO_ROUTE"):
            await hub.call("rabbitmq.publish", routing_key="nowhere", body=1)
        with pytest.raises(ActionError, match="no exchange 'ghost'"):
            await hub.call("rabbitmq.publish", exchange="ghost", routing_key="x", body=1)
        await hub.call("rabbitmq.publish", routing_key=f"{name}.full", body=1)
        with pytest.raises(ActionError, match="does not take it"):
            await hub.call("rabbitmq.publish", routing_key=f"{name}.full", body=1)
        await hub.call("rabbitmq.publish", routing_key=name, body={"n": 2})

        assert hub.connected


@pytest.mark.parametrize(
    ("more", "condition", "reason"),
    [
        ({"password": "wrong"}, Condition.FAILED, "ACCESS_REFUSED"),
        ({"vhost": "ghost"}, Condition.CONNECTING, "vhost ghost not found"),
        ({"queues": [{"name": "ghost", "declare": False}]}, Condition.CONNECTING, "no queue 'ghost'"),
    ],
)
async def test_refusals_say_why(server: Server, name: str, more: dict[str, Any], condition: Condition, reason: str) -> None:
    """In the broker's own words; a refused login is not tried again."""
    async with running(hub_rabbitmq, {**configured(server, name), **more}) as hub:
        assert reason in (hub.report.last_error or "")
        assert hub.report.condition is condition


async def test_a_queue_with_other_arguments_is_not_touched(server: Server, channel: AbstractChannel, name: str) -> None:
    """The error names the argument."""
    await channel.declare_queue(name, durable=True)
    async with running(hub_rabbitmq, configured(server, name, type="quorum")) as hub:
        assert "inequivalent arg 'x-" in (hub.report.last_error or "")
    async with running(hub_rabbitmq, configured(server, name, declare=False)) as hub:
        assert hub.connected


async def test_a_queue_that_is_deleted_is_noticed(server: Server, channel: AbstractChannel, name: str) -> None:
    """The broker cancels the consumer; it is made again."""
    async with running(hub_rabbitmq, configured(server, name), SystemClock(20)) as hub:
        await channel.queue_delete(name)
        await hub.until(lambda: hub.report.losses >= 1 and hub.connected, QUICK)
        await send(channel, name, b"{}")
        await hub.until(lambda: hub.told("rabbitmq.message"), QUICK)


async def test_a_broker_that_is_killed_and_comes_back_is_found_again(name: str) -> None:
    """Entities are unavailable meanwhile; what was in the queue is told; how long it took is printed."""
    try:
        with serving() as server:
            async with running(hub_rabbitmq, configured(server, name), SystemClock(20)) as hub:
                await asyncio.sleep(_SETTLED)
                await hub.call("rabbitmq.publish", routing_key=f"{name}.dead", body=1)
                await asyncio.to_thread(server.kill)
                await hub.until(lambda: hub.value(f"sensor.rabbitmq_{name}_messages") == "unavailable", QUICK)
                with pytest.raises(Exception, match="not connected"):
                    await hub.call("rabbitmq.publish", routing_key=name, body=1)
                await asyncio.to_thread(server.start)
                began = time.monotonic()
                await hub.until(lambda: hub.connected, 30)
                print(f"\nfound again {time.monotonic() - began:.1f} s after the broker spoke")
                await hub.until(lambda: hub.value(f"sensor.rabbitmq_{name}_dead_letters") == "1", QUICK)
                await hub.call("rabbitmq.publish", routing_key=name, body=2)
                await hub.until(lambda: hub.told("rabbitmq.message"), QUICK)
    except Unavailable as reason:
        pytest.skip(f"rabbitmq: {reason}")


@pytest.mark.timeout(240)
def test_twenty_thousand_messages_survive_five_kills_of_the_hub_and_two_restarts_of_the_broker(tmp_path: Path) -> None:
    """Every one is in the hub's history or among the dead letters; the hub's own count is exact."""
    try:
        account = run(20_000, 5, tmp_path)
    except Unavailable as reason:
        pytest.skip(f"rabbitmq: {reason}")

    print(f"\n{account}")
    assert (account.missing, account.told, account.dead) == (0, 19_960, 40)
    assert account.counted == 19_960
    assert account.broker_restarts == 2
