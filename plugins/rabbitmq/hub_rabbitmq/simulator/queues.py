"""What the simulated broker keeps: exchanges, queues, streams, and who consumes them."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from hub_rabbitmq.simulator.stored import Stored

_FIRST_OF_A_STREAM = {"first": 0}


class Consumer(Protocol):
    """Somebody who wants the messages of a queue."""

    place: int
    """Streams: the offset that comes next."""

    def has_room(self) -> bool:
        """Whether the prefetch allows one more."""

    def deliver(self, queue: "Queue", message: Stored, added: Mapping[str, Any]) -> None:
        """Send a message."""

    def cancel(self) -> None:
        """Tell that the queue is gone."""


@dataclass(slots=True, eq=False)
class Queue:
    """One queue or stream."""

    name: str
    arguments: Mapping[str, Any]
    ready: deque[Stored] = field(default_factory=deque)
    log: list[Stored] = field(default_factory=list)
    consumers: deque[Consumer] = field(default_factory=deque)

    @property
    def is_stream(self) -> bool:
        """Whether messages stay when they are read."""
        return self.arguments.get("x-queue-type") == "stream"

    @property
    def length(self) -> int:
        """How much is ready."""
        return len(self.log) if self.is_stream else len(self.ready)

    def put(self, message: Stored) -> None:
        """Take a message and deliver what can be delivered."""
        (self.log if self.is_stream else self.ready).append(message)
        self.pump()

    def add(self, consumer: Consumer, wanted: object) -> None:
        """Begin to deliver; `wanted` is where in a stream."""
        consumer.place = wanted if isinstance(wanted, int) else _FIRST_OF_A_STREAM.get(str(wanted), len(self.log))
        self.consumers.append(consumer)
        self.pump()

    def pump(self) -> None:
        """Deliver while there are messages and somebody has room."""
        for _ in range(len(self.consumers)):
            self.consumers.rotate(-1)
            consumer = self.consumers[-1]
            while consumer.has_room() and (self.is_stream or self.ready):
                if not self.is_stream:
                    self._deliver_next(consumer)
                elif consumer.place < len(self.log):
                    consumer.deliver(self, self.log[consumer.place], {"x-stream-offset": consumer.place})
                    consumer.place += 1
                else:
                    break

    def _deliver_next(self, consumer: Consumer) -> None:
        message = self.ready.popleft()
        is_counted = self.arguments.get("x-queue-type") == "quorum" and message.attempts
        consumer.deliver(self, message, {"x-delivery-count": message.attempts} if is_counted else {})


@dataclass(slots=True, eq=False)
class Exchange:
    """Chooses queues by the routing key."""

    kind: str
    bindings: set[tuple[str, str]] = field(default_factory=set)
    """Pattern and name of the queue."""

    def queues_for(self, routing_key: str) -> set[str]:
        """Return the names of the queues for a key."""
        return {queue for pattern, queue in self.bindings if self._fits(pattern, routing_key)}

    def _fits(self, pattern: str, key: str) -> bool:
        if self.kind == "fanout":
            return True
        return _topic(pattern.split("."), key.split(".")) if self.kind == "topic" else pattern == key


class Warehouse:
    """All of it."""

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {}
        self.exchanges: dict[str, Exchange] = {}

    def route(self, exchange: str, routing_key: bytes) -> list[Queue] | None:
        """Return the queues for a message; None when there is no such exchange."""
        key = routing_key.decode(errors="replace")
        if not exchange:
            return [self.queues[key]] if key in self.queues else []
        if exchange not in self.exchanges:
            return None
        return [self.queues[name] for name in self.exchanges[exchange].queues_for(key) if name in self.queues]

    def give_back(self, queue: Queue, message: Stored) -> None:
        """Put a message back to the front; one that came back too often is dead-lettered."""
        message.redelivered, message.attempts = True, message.attempts + 1
        limit = queue.arguments.get("x-delivery-limit")
        if isinstance(limit, int) and message.attempts > limit:
            self.bury(queue, message, "delivery_limit")
        elif not queue.is_stream:
            queue.ready.appendleft(message)

    def bury(self, queue: Queue, message: Stored, reason: str) -> None:
        """Dead-letter a message, as the queue's arguments say; without such it is gone."""
        exchange = queue.arguments.get("x-dead-letter-exchange")
        if exchange is None or queue.is_stream:
            return
        key = str(queue.arguments.get("x-dead-letter-routing-key", message.routing_key.decode(errors="replace")))
        death = {"queue": queue.name, "reason": reason, "count": 1, "exchange": message.exchange}
        added = {"x-death": [death], "x-first-death-reason": reason, "x-first-death-queue": queue.name}
        for target in self.route(str(exchange), key.encode()) or ():
            target.put(message.elsewhere(str(exchange), key, added))


def _topic(pattern: list[str], key: list[str]) -> bool:
    if not pattern:
        return not key
    if pattern[0] == "#":
        return any(_topic(pattern[1:], key[place:]) for place in range(len(key) + 1))
    return bool(key) and pattern[0] in ("*", key[0]) and _topic(pattern[1:], key[1:])
