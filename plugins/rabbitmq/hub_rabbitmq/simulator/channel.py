"""One channel of a client of the simulated broker: the methods that it may send, and what it is answered."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from pamqp.base import Frame
from pamqp.commands import Basic, Channel, Confirm, Exchange, Queue

from hub_rabbitmq.simulator import queues
from hub_rabbitmq.simulator.stored import Stored

Send = Callable[[int, Frame], None]
SendContent = Callable[[int, Frame, bytes, bytes], None]
_DECLARED: Final = ("x-queue-type", "x-delivery-limit", "x-dead-letter-exchange", "x-dead-letter-routing-key")


class Complaint(Exception):
    """The client asked for something that closes its channel."""

    def __init__(self, code: int, text: str, method: Frame) -> None:
        super().__init__(text)
        self.frame = Channel.Close(code, text, method.index >> 16, method.index & 0xFFFF)


class Subscriber:
    """A consumer on a channel."""

    def __init__(self, channel: "ServedChannel", tag: str) -> None:
        self.place = 0
        self._channel = channel
        self._tag = tag

    def has_room(self) -> bool:
        """Whether the prefetch allows one more."""
        return self._channel.has_room()

    def deliver(self, queue: queues.Queue, message: Stored, added: Mapping[str, Any]) -> None:
        """Send a message."""
        tag = self._channel.hold(queue, message)
        method = Basic.Deliver(self._tag, tag, message.redelivered, message.exchange, "")
        self._channel.send_message(method, message, added)

    def cancel(self) -> None:
        """Tell that the queue is gone."""
        self._channel.send(Basic.Cancel(self._tag, True))


class ServedChannel:
    """The broker's side of one channel."""

    def __init__(self, number: int, warehouse: queues.Warehouse, send: Send, send_content: SendContent) -> None:
        self.number = number
        self._warehouse = warehouse
        self._send = send
        self._send_content = send_content
        self._prefetch = 0
        self._tags = 0
        self._unacknowledged: dict[int, tuple[queues.Queue, Stored]] = {}
        self._subscribers: dict[str, tuple[queues.Queue, Subscriber]] = {}
        self._confirms: int | None = None
        self.holds_confirms = False
        self._answers: dict[type[Frame], Callable[[Any], None]] = {
            Channel.Open: lambda _: self.send(Channel.OpenOk()),
            Confirm.Select: self._select_confirms,
            Basic.Qos: self._set_prefetch,
            Exchange.Declare: self._declare_exchange,
            Queue.Declare: self._declare_queue,
            Queue.Bind: self._bind,
            Queue.Purge: self._purge,
            Queue.Delete: self._delete,
            Basic.Consume: self._consume,
            Basic.Cancel: self._cancel,
            Basic.Get: self._get,
            Basic.Ack: self._acknowledge,
            Basic.Nack: self._refuse,
            Basic.Reject: self._refuse,
        }

    def answer(self, method: Frame) -> None:
        """Do what the client asks. Raises Complaint."""
        handler = self._answers.get(type(method))
        if handler is None:
            raise Complaint(540, f"NOT_IMPLEMENTED - {method.name}", method)
        handler(method)

    def send(self, method: Frame) -> None:
        """Send a method."""
        self._send(self.number, method)

    def send_message(self, method: Frame, message: Stored, added: Mapping[str, Any]) -> None:
        """Send a method with a message behind it; the routing key goes as it came."""
        cast("Any", method).routing_key = message.routing_key
        self._send_content(self.number, method, message.header(added), message.body)

    def has_room(self) -> bool:
        """Whether the prefetch allows one more."""
        return not self._prefetch or len(self._unacknowledged) < self._prefetch

    def hold(self, queue: queues.Queue, message: Stored) -> int:
        """Remember a message until it is acknowledged; returns its tag."""
        self._tags += 1
        self._unacknowledged[self._tags] = (queue, message)
        return self._tags

    def publish(self, method: Basic.Publish, routing_key: bytes, properties: bytes, body: bytes) -> None:
        """Take a message. Raises Complaint."""
        message = Stored(method.exchange, routing_key, properties, body)
        targets = self._warehouse.route(method.exchange, routing_key)
        if targets is None:
            raise Complaint(404, f"NOT_FOUND - no exchange '{method.exchange}' in vhost '/'", method)
        if not targets and method.mandatory:
            self.send_message(Basic.Return(312, "NO_ROUTE", method.exchange, ""), message, {})
        for queue in targets:
            queue.put(Stored(method.exchange, routing_key, properties, body))
        if self._confirms is not None:
            self._confirms += 1
            if not self.holds_confirms:
                self.send(Basic.Ack(self._confirms, False))

    def close(self) -> None:
        """Give back what was not acknowledged."""
        for queue, subscriber in self._subscribers.values():
            if subscriber in queue.consumers:
                queue.consumers.remove(subscriber)
        self._subscribers.clear()
        self._give_back(list(self._unacknowledged))

    def _give_back(self, tags: list[int]) -> None:
        touched = {}
        for tag in sorted(tags, reverse=True):
            queue, message = self._unacknowledged.pop(tag)
            self._warehouse.give_back(queue, message)
            touched[queue.name] = queue
        for queue in touched.values():
            queue.pump()

    def _select_confirms(self, _: Confirm.Select) -> None:
        self._confirms = self._confirms or 0
        self.send(Confirm.SelectOk())

    def _set_prefetch(self, method: Basic.Qos) -> None:
        self._prefetch = method.prefetch_count
        self.send(Basic.QosOk())

    def _declare_exchange(self, method: Exchange.Declare) -> None:
        known = self._warehouse.exchanges.get(method.exchange)
        if known is not None and known.kind != method.exchange_type and not method.passive:
            raise Complaint(406, f"PRECONDITION_FAILED - inequivalent arg 'type' for exchange '{method.exchange}'", method)
        if known is None and method.passive:
            raise Complaint(404, f"NOT_FOUND - no exchange '{method.exchange}'", method)
        self._warehouse.exchanges.setdefault(method.exchange, queues.Exchange(method.exchange_type))
        self.send(Exchange.DeclareOk())

    def _declare_queue(self, method: Queue.Declare) -> None:
        known = self._warehouse.queues.get(method.queue)
        if known is None and method.passive:
            raise Complaint(404, f"NOT_FOUND - no queue '{method.queue}' in vhost '/'", method)
        if known is None:
            known = self._warehouse.queues[method.queue] = queues.Queue(method.queue, dict(method.arguments or {}))
        for name in () if method.passive else _DECLARED:
            if known.arguments.get(name) != (method.arguments or {}).get(name):
                raise Complaint(406, f"PRECONDITION_FAILED - inequivalent arg '{name}' for queue '{method.queue}'", method)
        self.send(Queue.DeclareOk(method.queue, known.length, len(known.consumers)))

    def _bind(self, method: Queue.Bind) -> None:
        exchange = self._warehouse.exchanges.get(method.exchange)
        if exchange is None or method.queue not in self._warehouse.queues:
            raise Complaint(404, f"NOT_FOUND - no exchange '{method.exchange}' or queue '{method.queue}'", method)
        exchange.bindings.add((method.routing_key, method.queue))
        self.send(Queue.BindOk())

    def _purge(self, method: Queue.Purge) -> None:
        queue = self._queue(method.queue, method)
        purged = queue.length
        queue.ready.clear()
        self.send(Queue.PurgeOk(purged))

    def _delete(self, method: Queue.Delete) -> None:
        queue = self._warehouse.queues.pop(method.queue or "", None)
        for consumer in queue.consumers if queue else ():
            consumer.cancel()
        self.send(Queue.DeleteOk(queue.length if queue else 0))

    def _consume(self, method: Basic.Consume) -> None:
        queue = self._queue(method.queue, method)
        if queue.is_stream and not self._prefetch:
            raise Complaint(406, "PRECONDITION_FAILED - consumer prefetch count is not set for stream", method)
        subscriber = Subscriber(self, method.consumer_tag)
        self._subscribers[method.consumer_tag] = (queue, subscriber)
        self.send(Basic.ConsumeOk(method.consumer_tag))
        queue.add(subscriber, (method.arguments or {}).get("x-stream-offset", "next"))

    def _cancel(self, method: Basic.Cancel) -> None:
        queue, subscriber = self._subscribers.pop(method.consumer_tag or "")
        queue.consumers.remove(subscriber)
        self.send(Basic.CancelOk(method.consumer_tag))

    def _get(self, method: Basic.Get) -> None:
        queue = self._queue(method.queue, method)
        if not queue.ready:
            self.send(Basic.GetEmpty())
            return
        message = queue.ready.popleft()
        tag = self.hold(queue, message)
        self.send_message(Basic.GetOk(tag, message.redelivered, message.exchange, "", len(queue.ready)), message, {})

    def _acknowledge(self, method: Basic.Ack) -> None:
        touched = {
            queue.name: queue for queue, _ in [self._unacknowledged.pop(tag) for tag in self._meant(method, method.multiple)]
        }
        for queue in touched.values():
            queue.pump()

    def _refuse(self, method: Basic.Nack | Basic.Reject) -> None:
        tags = self._meant(method, isinstance(method, Basic.Nack) and method.multiple)
        if method.requeue:
            self._give_back(tags)
            return
        for tag in tags:
            queue, message = self._unacknowledged.pop(tag)
            self._warehouse.bury(queue, message, "rejected")
            queue.pump()

    def _meant(self, method: Basic.Ack | Basic.Nack | Basic.Reject, multiple: bool) -> list[int]:
        if method.delivery_tag not in self._unacknowledged and not (multiple and method.delivery_tag == 0):
            raise Complaint(406, f"PRECONDITION_FAILED - unknown delivery tag {method.delivery_tag}", method)
        last = method.delivery_tag or max(self._unacknowledged, default=0)
        return [tag for tag in self._unacknowledged if tag == last or (multiple and tag < last)]

    def _queue(self, name: str, method: Frame) -> queues.Queue:
        if name not in self._warehouse.queues:
            raise Complaint(404, f"NOT_FOUND - no queue '{name}' in vhost '/'", method)
        return self._warehouse.queues[name]
