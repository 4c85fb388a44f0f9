"""One connection to a broker.

It is aio-pika's plain connection, not the robust one: the hub connects again by itself, and what a robust connection restores
behind one's back (channels, consumers, queues that the broker had lost) hides exactly what an operator must hear of.
"""

import asyncio
import logging
import ssl
import struct
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aio_pika
import aiormq.abc
from aio_pika.abc import AbstractChannel
from aio_pika.connection import make_url
from pamqp.commands import Basic
from yarl import URL

from hub.api import NotConnected
from hub_rabbitmq.config import RabbitmqConfig
from hub_rabbitmq.delivery import Delivery, Letter
from hub_rabbitmq.failures import Refused, in_our_words, words_of
from hub_rabbitmq.messages import delivery_of, properties_of
from hub_rabbitmq.subscription import Subscription
from hub_rabbitmq.wire import Transport

_CLOSING: Final = 2.0  # seconds for a polite end
# aiormq logs every attempt that fails as an error; the hub says it once.
logging.getLogger("aiormq.connection").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Depth:
    """How much lies in a queue."""

    messages: int
    """Ready to be delivered; those on the way are not counted."""
    consumers: int


class Broker:
    """A connection that stands, until it is lost."""

    def __init__(self, connection: aio_pika.Connection, timeout: float) -> None:
        self._connection = connection
        self._timeout = timeout
        self._lost: asyncio.Future[NotConnected] = asyncio.get_running_loop().create_future()
        self._publisher: AbstractChannel | None = None
        self._opening = asyncio.Lock()
        connection.close_callbacks.add(self._lose)

    async def stand(self) -> None:
        """Wait until the connection is lost. Raises NotConnected."""
        raise await asyncio.shield(self._lost)

    async def declare_exchange(self, name: str, kind: str) -> None:
        """Make a durable exchange, unless it is there. Raises Refused when it is another kind."""
        async with self._channel(f"the exchange {name}") as channel:
            await channel.exchange_declare(name, exchange_type=kind, durable=True)

    async def declare_queue(self, name: str, arguments: Mapping[str, Any], bindings: Mapping[tuple[str, str], None]) -> None:
        """Make a durable queue and its bindings, unless they are there. Raises Refused when it has other arguments."""
        async with self._channel(f"the queue {name}") as channel:
            await channel.queue_declare(name, durable=True, arguments=dict(arguments))
            for exchange, key in bindings:
                await channel.queue_bind(name, exchange, key)

    async def depth(self, name: str) -> Depth:
        """Count what lies in a queue. Raises Refused when there is none."""
        async with self._channel(f"the length of {name}") as channel:
            answer = await channel.queue_declare(name, passive=True)
            return Depth(answer.message_count or 0, answer.consumer_count or 0)

    async def purge(self, name: str) -> int:
        """Throw away all that is ready in a queue; returns how much it was. Raises Refused."""
        async with self._channel(f"emptying {name}") as channel:
            return (await channel.queue_purge(name)).message_count or 0

    @asynccontextmanager
    async def consume(self, queue: str, prefetch: int, arguments: Mapping[str, Any]) -> AsyncGenerator[Subscription, None]:
        """Have messages delivered, for the length of the block. Raises Refused."""
        async with self._channel(f"consuming {queue}", closed_in_time=False) as channel:
            subscription = Subscription(queue, channel, self._timeout)
            await subscription.begin(prefetch, arguments)
            yield subscription

    @asynccontextmanager
    async def borrow(self, queue: str) -> AsyncGenerator["Borrowing", None]:
        """Take messages out of a queue by hand; those that are not kept go back at the end of the block."""
        async with self._channel(f"taking from {queue}", closed_in_time=False) as channel:
            yield Borrowing(queue, channel, self._timeout)

    async def publish(self, letter: Letter) -> None:
        """Send a message and wait until the broker has confirmed it. Raises Refused, NotConnected."""
        what = f"publishing to {letter.exchange or 'the default exchange'} with {letter.routing_key!r}"
        async with in_our_words(what, self._timeout):
            channel = await (await self._publishing()).get_underlay_channel()
            try:
                await channel.basic_publish(
                    letter.body,
                    exchange=letter.exchange,
                    routing_key=letter.routing_key,
                    properties=properties_of(letter),
                    mandatory=letter.mandatory,
                )
            except (TypeError, ValueError, ArithmeticError, struct.error) as error:
                raise Refused(f"its properties or names cannot be sent: {error}") from error

    async def _publishing(self) -> AbstractChannel:
        """Return the channel for publishing; the broker closes it when somebody names an exchange that is not there."""
        async with self._opening:
            if self._publisher is None or self._publisher.is_closed:
                channel = self._connection.channel(publisher_confirms=True, on_return_raises=True)
                await channel.initialize(timeout=self._timeout)
                self._publisher = channel
            return self._publisher

    @asynccontextmanager
    async def _channel(self, what: str, *, closed_in_time: bool = True) -> AsyncGenerator[aiormq.abc.AbstractChannel, None]:
        async with in_our_words(what, self._timeout if closed_in_time else None):
            channel = self._connection.channel(publisher_confirms=False)
            await channel.initialize(timeout=self._timeout)
            try:
                yield await channel.get_underlay_channel()
            finally:
                await _ended(channel.close())

    def _lose(self, _: object, error: BaseException | None) -> None:
        if not self._lost.done():
            self._lost.set_result(NotConnected(f"the connection to the broker is lost: {words_of(error)}"))


class Borrowing:
    """Messages that are taken out by hand, one after the other."""

    def __init__(self, queue: str, channel: aiormq.abc.AbstractChannel, timeout: float) -> None:
        self._queue = queue
        self._channel = channel
        self._timeout = timeout

    async def next(self) -> Delivery | None:
        """Return the next message, or None when there is none. Raises Refused, NotConnected."""
        async with in_our_words(f"taking from {self._queue}", self._timeout):
            got = await self._channel.basic_get(self._queue)
        return delivery_of(got) if isinstance(got.delivery, Basic.GetOk) else None

    async def keep(self, delivery: Delivery) -> None:
        """The message is dealt with and leaves the queue."""
        await self._channel.basic_ack(delivery.tag)


@asynccontextmanager
async def open_broker(config: RabbitmqConfig, tls: ssl.SSLContext | None, name: str) -> AsyncGenerator[Broker, None]:
    """Connect and log in. Raises NotConnected, AuthenticationFailed."""
    host, port = config.address
    transport = Transport(tls, config.max_message_bytes)
    url = make_url(
        host=host,
        port=port,
        login=config.user,
        password=config.password.get_secret_value(),
        virtualhost=config.vhost,
        heartbeat=str(int(config.heartbeat.total_seconds())),
        name=name,
    )
    connection = _Connection(url, transport)
    timeout = config.timeout.total_seconds()
    try:
        await _connect(connection, transport, f"connecting to {host}:{port}", timeout)
        yield Broker(connection, timeout)
    finally:
        await _close(connection, transport)


class _Connection(aio_pika.Connection):
    """aio-pika's connection over a socket of our own."""

    def __init__(self, url: URL, transport: Transport) -> None:
        super().__init__(url)
        self.kwargs["transport_factory"] = transport


async def _connect(connection: aio_pika.Connection, transport: Transport, what: str, timeout: float) -> None:  # noqa: ASYNC109  # seconds
    try:
        async with in_our_words(what, timeout):
            await connection.connect()
    except NotConnected as error:
        if not transport.farewell:
            raise
        # The library has no words for a virtual host that is not there, or may not be entered.
        raise NotConnected(f"the broker refuses the connection: {transport.farewell}") from error


async def _close(connection: aio_pika.Connection, transport: Transport) -> None:
    try:
        await _ended(connection.close())
    finally:
        transport.cut()


async def _ended(closing: Awaitable[None]) -> None:
    """Wait a while for something to close, in a task of its own: the library swallows a cancellation that reaches it then."""
    task = asyncio.ensure_future(closing)
    await asyncio.wait({task}, timeout=_CLOSING)
    if not task.done():
        task.cancel()
    elif not task.cancelled():
        task.exception()  # it is closed all the same
