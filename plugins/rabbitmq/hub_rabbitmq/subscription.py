"""Messages of one queue, as they arrive."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Final

import aiormq.abc

from hub.api import NotConnected
from hub_rabbitmq.delivery import Delivery
from hub_rabbitmq.failures import in_our_words, words_of
from hub_rabbitmq.messages import delivery_of

_BATCH: Final = 100  # messages that are dealt with in one turn of the loop


class Subscription:
    """What was delivered and not acknowledged yet; its channel carries nothing else."""

    def __init__(self, queue: str, channel: aiormq.abc.AbstractChannel, patience: float) -> None:
        self.queue = queue
        self._patience = patience  # seconds for an answer
        self._channel = channel
        self._arrived: deque[aiormq.abc.DeliveredMessage] = deque()
        self._something = asyncio.Event()
        self._end: NotConnected | None = None

    async def begin(self, prefetch: int, arguments: Mapping[str, Any]) -> None:
        """Ask for messages. Raises Refused."""
        self._channel.closing.add_done_callback(self._closed)
        self._channel.on_consumer_cancel_callbacks.add(self._cancelled)
        async with in_our_words(f"consuming {self.queue}", self._patience):
            await self._channel.basic_qos(prefetch_count=prefetch)
            await self._channel.basic_consume(self.queue, self._take, arguments=dict(arguments))

    async def batch(self) -> Sequence[Delivery]:
        """Wait for messages and return them in order, at most a hundred. Raises NotConnected when no more can come."""
        while not self._arrived:
            if self._end is not None:
                raise self._end
            self._something.clear()
            await self._something.wait()
        return [delivery_of(self._arrived.popleft()) for _ in range(min(len(self._arrived), _BATCH))]

    async def acknowledge(self, tag: int) -> None:
        """Tell the broker that this message and all before it are dealt with. Raises NotConnected."""
        async with in_our_words(f"acknowledging {self.queue}", None):
            await self._channel.basic_ack(tag, multiple=True, wait=False)

    async def reject(self, tag: int) -> None:
        """Have the broker dead-letter a message as its queue says. Raises NotConnected."""
        async with in_our_words(f"rejecting in {self.queue}", None):
            await self._channel.basic_reject(tag, requeue=False, wait=False)

    async def _take(self, message: aiormq.abc.DeliveredMessage) -> None:
        self._arrived.append(message)
        self._something.set()

    def _cancelled(self, _: object) -> None:
        self._finish("the broker has cancelled it; was the queue deleted?")

    def _closed(self, closing: "asyncio.Future[Any]") -> None:
        self._finish(words_of(None if closing.cancelled() else closing.exception()))

    def _finish(self, why: str) -> None:
        self._end = self._end or NotConnected(f"consuming {self.queue} has ended: {why}")
        self._something.set()
