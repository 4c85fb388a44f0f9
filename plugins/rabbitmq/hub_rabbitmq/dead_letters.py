"""Where messages go that cannot be read.

They are published to the dead-letter queue with the reason in their headers. One that was not received whole stays with the
broker, which dead-letters it by the queue's own arguments; those that the plugin declares lead to the same dead-letter queue.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol

from hub.api import Clock
from hub_rabbitmq.broker import Broker
from hub_rabbitmq.config import QueueConfig
from hub_rabbitmq.decoding.unreadable import Unreadable
from hub_rabbitmq.delivery import Delivery, Letter
from hub_rabbitmq.failures import Refused

FAULT, REASON, QUEUE, EXCHANGE, ROUTING_KEY, AT = (
    f"x-hub-{name}" for name in ("fault", "reason", "queue", "exchange", "routing-key", "at")
)
OURS: Final = (FAULT, REASON, QUEUE, EXCHANGE, ROUTING_KEY, AT)
"""Headers that are added to a dead letter."""
_LONGEST_REASON: Final = 500


class Judged(Protocol):
    """A message that something is wrong with."""

    @property
    def delivery(self) -> Delivery:
        """The message."""

    @property
    def wrong(self) -> Unreadable | None:
        """What is wrong with it."""


class DeadLetters:
    """Takes the dead letters of one queue."""

    def __init__(self, broker: Broker, queue: QueueConfig, clock: Clock) -> None:
        self._broker = broker
        self._queue = queue
        self._clock = clock

    async def take(self, judged: Sequence[Judged], is_stream: bool) -> list[int]:
        """Publish them, confirmed; returns the tags of those that only the broker has whole. Raises PluginError."""
        whole = [each for each in judged if each.delivery.damage is None]
        await asyncio.gather(*(self._publish(each.delivery, each.wrong) for each in whole))
        # A stream keeps all that it has, and cannot reject.
        return [] if is_stream else [each.delivery.tag for each in judged if each.delivery.damage is not None]

    async def _publish(self, delivery: Delivery, wrong: Unreadable | None) -> None:
        letter = Letter(
            body=delivery.body,
            routing_key=self._queue.dead_letters,
            message_id=delivery.message_id,
            content_type=delivery.content_type or None,
            headers={**_without_ours(delivery.headers), **self._added(delivery, wrong)},
            properties={name: value for name, value in delivery.properties.items() if name != "expiration"},
        )
        try:
            await self._broker.publish(letter)
        except Refused:
            # Perhaps it is what the publisher put beside the body; the body matters more.
            await self._broker.publish(replace(letter, headers=self._added(delivery, wrong), properties={}))

    def _added(self, delivery: Delivery, wrong: Unreadable | None) -> dict[str, Any]:
        values = (
            "" if wrong is None else wrong.fault.value,
            str(wrong)[:_LONGEST_REASON],
            self._queue.name,
            delivery.exchange,
            delivery.routing_key,
            self._clock.now().isoformat(),
        )
        return dict(zip(OURS, values, strict=True))


def _without_ours(headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if name not in OURS and name != "x-stream-offset"}
