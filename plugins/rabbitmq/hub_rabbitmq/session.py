"""One connected broker: its queues are declared and consumed, their lengths are looked at."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from hub.api import Hub, NotConnected, PluginError
from hub_rabbitmq.board import Board
from hub_rabbitmq.broker import Broker
from hub_rabbitmq.config import Profile, QueueConfig, QueueType, RabbitmqConfig
from hub_rabbitmq.cursor import Cursor
from hub_rabbitmq.dead_letters import DeadLetters
from hub_rabbitmq.decoding.decoder import Decoder
from hub_rabbitmq.decoding.guard import LONGEST
from hub_rabbitmq.decoding.schema import Schema, read_schema
from hub_rabbitmq.decoding.schemas import Fetch, Schemas
from hub_rabbitmq.decoding.unreadable import Unreadable
from hub_rabbitmq.intake import Intake
from hub_rabbitmq.publishing import Publishing
from hub_rabbitmq.reading import Interpreter

_FITNESS: Final = "fitness.avsc"


@dataclass(frozen=True, slots=True)
class Session:
    """What actions work on."""

    config: RabbitmqConfig
    broker: Broker
    schemas: Schemas
    publishing: Publishing


@asynccontextmanager
async def begin(hub: Hub, config: RabbitmqConfig, broker: Broker, fetch: Fetch | None) -> AsyncGenerator[Session, None]:
    """Declare all that is configured and consume it, for the length of the block. Raises PluginError."""
    readers = await asyncio.to_thread(_readers, config)
    written = await asyncio.to_thread(lambda: [_load(path) for path in config.schemas])
    schemas = Schemas([*(reader for reader in readers.values() if reader), *written], fetch)
    boards: dict[str, Board] = {}
    async with AsyncExitStack() as stack:
        await _declare(broker, config)
        for queue in config.queues:
            interpreter = Interpreter(queue)
            board = boards[queue.name] = Board(hub, queue, interpreter)
            cursor = Cursor(hub.memory, queue.name, config.remember)
            board.show_totals(cursor.totals)
            board.show_waiting(None)
            decoder = Decoder(schemas, queue.format, readers[queue.name], config.max_message_bytes)
            intake = Intake(hub, queue, decoder, cursor, board, interpreter, DeadLetters(broker, queue, hub.clock))
            arguments = {"x-stream-offset": _where(queue, cursor)} if queue.type is QueueType.STREAM else {}
            subscription = await stack.enter_async_context(broker.consume(queue.name, queue.prefetch, arguments))
            hub.start(partial(intake.run, subscription), name=f"consume {queue.name}")
        hub.start(broker.stand, name="stand")
        if boards:
            hub.every(config.depth_interval, partial(_look, broker, config, boards))
        yield Session(config, broker, schemas, Publishing(hub, broker))


def arguments_of(queue: QueueConfig) -> dict[str, Any]:
    """Return the arguments with which a queue is declared."""
    dead = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": queue.dead_letters}
    kinds: Mapping[QueueType, dict[str, Any]] = {
        QueueType.CLASSIC: dead,
        QueueType.STREAM: {"x-queue-type": "stream"},
        QueueType.QUORUM: {
            "x-queue-type": "quorum",
            "x-delivery-limit": queue.delivery_limit,
            # The broker itself loses no dead letter on the way, and says so to publishers when there is no room.
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            **dead,
        },
    }
    return {**kinds[queue.type], **queue.arguments}


async def _declare(broker: Broker, config: RabbitmqConfig) -> None:
    for exchange in config.exchanges:
        await broker.declare_exchange(exchange.name, exchange.type.value)
    for queue in config.queues:
        dead = {} if queue.type is QueueType.CLASSIC else {"x-queue-type": "quorum"}
        await broker.declare_queue(queue.dead_letters, dead, {})
        if queue.declare:
            bindings = {(binding.exchange, binding.routing_key): None for binding in queue.bindings}
            await broker.declare_queue(queue.name, arguments_of(queue), bindings)


def _where(queue: QueueConfig, cursor: Cursor) -> int | str:
    return queue.start.value if cursor.offset is None else cursor.offset + 1


async def _look(broker: Broker, config: RabbitmqConfig, boards: Mapping[str, Board]) -> None:
    for queue in config.queues:
        # A late answer is no reason to give up a connection on which messages flow; whether it stands is told by its heartbeats.
        with suppress(NotConnected):
            boards[queue.name].show_depths(await broker.depth(queue.name), await broker.depth(queue.dead_letters))


def _readers(config: RabbitmqConfig) -> Mapping[str, Schema | None]:
    return {queue.name: _reader(queue) for queue in config.queues}


def _reader(queue: QueueConfig) -> Schema | None:
    if queue.schema_file is not None:
        return _load(queue.schema_file)
    if queue.profile is Profile.FITNESS:
        return read_schema(files("hub_rabbitmq").joinpath(_FITNESS).read_text())
    return None


def _load(path: Path) -> Schema:
    try:
        with path.open("rb") as file:
            return read_schema(file.read(LONGEST + 1))
    except (OSError, Unreadable) as error:
        raise PluginError(f"the schema {path} cannot be used: {error}") from error
