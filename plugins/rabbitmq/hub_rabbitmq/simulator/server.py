"""The simulated broker: a port, and what lasts while nobody is connected."""

import asyncio
import ssl
from collections.abc import Mapping
from typing import Any

from pamqp.commands import Basic

from hub_rabbitmq.simulator.conversation import Conversation, Rules
from hub_rabbitmq.simulator.queues import Queue, Warehouse
from hub_rabbitmq.simulator.stored import Stored, read_properties

USER, PASSWORD = "hub", "carrot"
_NO_PROPERTIES = b"\x00\x00"


class Simulator:
    """A broker on 127.0.0.1. What is in its queues survives `stop`."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.port = 0
        self._tls = tls
        self.rules = Rules(USER, PASSWORD)
        self.warehouse = Warehouse()
        self._server: asyncio.Server | None = None
        self._conversations: dict[Conversation, asyncio.Task[None] | None] = {}

    @property
    def config(self) -> Mapping[str, Any]:
        """What a plugin needs to connect."""
        return {"host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD, "timeout": 5}

    @property
    def clients(self) -> int:
        """How many are connected."""
        return len(self._conversations)

    async def start(self) -> None:
        """Listen; the second time at the same port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Die: close the port and every connection without a word."""
        if self._server is not None:
            self._server.close()
        self.cut()
        tasks = [task for task in self._conversations.values() if task is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    def cut(self) -> None:
        """End all connections; new ones are taken."""
        for conversation in self._conversations:
            conversation.cut()

    def say(self, raw: bytes) -> None:
        """Send bytes to everybody, whatever they are."""
        for conversation in self._conversations:
            conversation.say(raw)

    def queue(self, name: str) -> Queue:
        """Return a queue. Raises KeyError."""
        return self.warehouse.queues[name]

    def put(
        self,
        queue: str,
        body: bytes,
        *,
        raw: bytes | None = None,
        routing_key: bytes | None = None,
        exchange: str = "",
        **properties: Any,
    ) -> None:
        """Put a message into a queue; `raw` are its properties as bytes."""
        written = Basic.Properties(**properties).marshal() if properties else _NO_PROPERTIES
        key = queue.encode() if routing_key is None else routing_key
        self.warehouse.queues[queue].put(Stored(exchange, key, written if raw is None else raw, body))

    def publish(self, exchange: str, routing_key: str, body: bytes, **properties: Any) -> None:
        """Publish as a client would; what has no queue is gone."""
        written = Basic.Properties(**properties).marshal()
        for queue in self.warehouse.route(exchange, routing_key.encode()) or ():
            queue.put(Stored(exchange, routing_key.encode(), written, body))

    def headers(self, queue: str) -> list[dict[str, Any]]:
        """Return the headers of all that is ready in a queue."""
        read = [read_properties(message.properties) for message in self.warehouse.queues[queue].ready]
        return [dict(properties.headers or {}) if properties else {} for properties in read]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = Conversation(reader, writer, self.warehouse, self.rules)
        self._conversations[conversation] = asyncio.current_task()
        try:
            await conversation.run()
        finally:
            del self._conversations[conversation]
