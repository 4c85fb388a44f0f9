"""The simulated broker, as aio-pika itself sees it."""

import asyncio
from collections.abc import AsyncGenerator

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import (
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    DeliveryError,
    ProbableAuthenticationError,
    QueueEmpty,
)
from hub_rabbitmq.simulator import Simulator
from hub_rabbitmq.simulator.server import PASSWORD, USER


@pytest.fixture
async def client(broker: Simulator) -> AsyncGenerator[AbstractConnection, None]:
    connection = await aio_pika.connect(host="127.0.0.1", port=broker.port, login=USER, password=PASSWORD)
    async with connection:
        yield connection


async def test_a_message_goes_through_an_exchange_into_queues(client: AbstractConnection) -> None:
    """With all its properties, whatever its size."""
    channel = await client.channel()
    exchange = await channel.declare_exchange("logs", aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue("errors", durable=True)
    await queue.bind(exchange, "*.error.#")
    body = bytes(range(256)) * 2000
    await exchange.publish(aio_pika.Message(body, message_id="m", headers={"a": {"b": [1, "c"]}}), "db.error.disk")
    await exchange.publish(aio_pika.Message(b"no"), "db.info", mandatory=False)

    message = await queue.get()
    await message.ack()

    assert (message.body, message.message_id, message.headers, message.routing_key) == (
        body,
        "m",
        {"a": {"b": [1, "c"]}},
        "db.error.disk",
    )
    with pytest.raises(QueueEmpty):
        await queue.get(timeout=1)


async def test_prefetch_bounds_what_is_on_the_way(client: AbstractConnection, broker: Simulator) -> None:
    """Acknowledging makes room; what is not acknowledged comes back, and says so."""
    channel = await client.channel()
    await channel.set_qos(prefetch_count=3)
    queue = await channel.declare_queue("q")
    for number in range(10):
        broker.put("q", str(number).encode())
    came: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
    await queue.consume(came.put)
    first = [await came.get() for _ in range(3)]
    assert (came.empty(), broker.queue("q").length) == (True, 7)
    await first[0].ack()
    assert (await came.get()).body == b"3"
    await first[1].reject(requeue=True)
    again = await came.get()
    assert (again.body, again.redelivered) == (b"1", True)
    await channel.close()

    assert sorted(message.body for message in broker.queue("q").ready) == [str(number).encode() for number in range(1, 10)]


async def test_what_cannot_be_routed_is_returned(client: AbstractConnection) -> None:
    """And confirmed all the same, as RabbitMQ does."""
    channel = await client.channel(on_return_raises=True)

    with pytest.raises(DeliveryError):
        await channel.default_exchange.publish(aio_pika.Message(b"x"), "nowhere")


async def test_dead_letters_follow_the_queue_s_arguments(client: AbstractConnection, broker: Simulator) -> None:
    """Rejected, or delivered too often."""
    channel = await client.channel()
    await channel.declare_queue("dead")
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": 1,
        "x-dead-letter-exchange": "",
        "x-dead-letter-routing-key": "dead",
    }
    queue = await channel.declare_queue("q", durable=True, arguments=arguments)
    broker.put("q", b"rejected")
    await (await queue.get()).reject(requeue=False)
    broker.put("q", b"tired")
    await (await queue.get()).reject(requeue=True)
    await (await queue.get()).reject(requeue=True)
    await queue.get(fail=False)

    assert [headers["x-first-death-reason"] for headers in broker.headers("dead")] == ["rejected", "delivery_limit"]


async def test_mistakes_close_the_channel_with_the_broker_s_codes(client: AbstractConnection) -> None:
    """406 for other arguments, 404 for what is missing."""
    channel = await client.channel()
    await channel.declare_queue("q", durable=True, arguments={"x-queue-type": "quorum"})
    with pytest.raises(ChannelPreconditionFailed, match="x-queue-type"):
        await channel.declare_queue("q", durable=True)
    with pytest.raises(ChannelNotFoundEntity):
        await (await client.channel()).declare_queue("ghost", passive=True)


async def test_a_stream_is_read_from_any_place_by_anybody(client: AbstractConnection, broker: Simulator) -> None:
    """With offsets; it needs a prefetch."""
    channel = await client.channel()
    stream = await channel.declare_queue("s", durable=True, arguments={"x-queue-type": "stream"})
    for number in range(5):
        broker.put("s", str(number).encode())
    with pytest.raises(ChannelPreconditionFailed, match="prefetch"):
        await stream.consume(asyncio.Queue[object]().put)
    second = await client.channel()
    await second.set_qos(prefetch_count=10)
    came: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
    again = await second.declare_queue("s", passive=True)
    await again.consume(came.put, arguments={"x-stream-offset": 3})

    messages = [await came.get() for _ in range(2)]

    assert [(message.body, message.headers["x-stream-offset"]) for message in messages] == [(b"3", 3), (b"4", 4)]
    assert broker.queue("s").length == 5


async def test_a_queue_can_be_emptied_and_deleted(client: AbstractConnection, broker: Simulator) -> None:
    """Whoever consumes it is told."""
    channel = await client.channel()
    queue = await channel.declare_queue("q")
    broker.put("q", b"x")
    assert (await queue.purge()).message_count == 1
    tag = await queue.consume(asyncio.Queue[object]().put)
    await queue.cancel(tag)
    await queue.delete()

    assert broker.warehouse.queues == {}


async def test_a_wrong_password_is_refused_as_rabbitmq_does(broker: Simulator) -> None:
    """With a reason, after the handshake has begun."""
    with pytest.raises(ProbableAuthenticationError, match="ACCESS_REFUSED"):
        await aio_pika.connect(host="127.0.0.1", port=broker.port, login=USER, password="wrong")


async def test_a_connection_lives_by_its_heartbeats(broker: Simulator) -> None:
    """The simulator sends them, and takes those that come."""
    connection = await aio_pika.connect(host="127.0.0.1", port=broker.port, login=USER, password=PASSWORD, heartbeat=1)
    async with connection:
        await connection.channel()
        await asyncio.sleep(1.6)  # real heartbeats take real time

        assert not connection.is_closed
