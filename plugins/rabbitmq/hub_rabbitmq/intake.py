"""What follows when messages arrive: decode, tell, keep, acknowledge; in this order.

Messages are dealt with in batches of at most a hundred, of one queue, in their order.

1. Every body is decoded and understood; nothing is told yet. What cannot be read is published to the dead-letter queue, with the
   reason, and the broker has confirmed it.
2. Events are told and states are set, in one turn of the loop: automations that listen have been triggered when it ends.
3. The ids, the place in a stream and the counts are kept. The hub's store answers when these are on disk, and with them every
   event and state of step 2 (as far as the admin wants them recorded).
4. The broker gets its acknowledgement.

A crash before 3 has the messages delivered again and told again: at least once. A crash between 3 and 4 has them delivered again,
recognised and not told again. While the store is unavailable nothing is acknowledged, and the prefetch stops the flow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hub.api import Hub, HubError
from hub_rabbitmq.board import Board
from hub_rabbitmq.config import QueueConfig, QueueType
from hub_rabbitmq.cursor import Cursor, counted
from hub_rabbitmq.dead_letters import DeadLetters
from hub_rabbitmq.decoding.decoder import Content, Decoder
from hub_rabbitmq.decoding.unreadable import Fault, RegistryAway, Unreadable
from hub_rabbitmq.delivery import Delivery
from hub_rabbitmq.events import Rejected, SchemaChanged
from hub_rabbitmq.reading import Interpreter, Understanding
from hub_rabbitmq.subscription import Subscription
from hub_rabbitmq.telling import event_of

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 30.0  # seconds
_QUIET: Final = 60.0  # seconds
_SHOWN: Final = 20
_SCHEMAS: Final = 100  # that are remembered as seen


@dataclass(frozen=True, slots=True)
class Sorted:
    """A message, and what it turned out to be."""

    delivery: Delivery
    content: Content | None = None
    records: Sequence[Understanding] = ()
    wrong: Unreadable | None = None
    is_duplicate: bool = False


class Intake:
    """Deals with the messages of one queue."""

    def __init__(
        self,
        hub: Hub,
        queue: QueueConfig,
        decoder: Decoder,
        cursor: Cursor,
        board: Board,
        interpreter: Interpreter,
        dead: DeadLetters,
    ) -> None:
        self._hub = hub
        self._queue = queue
        self._decoder = decoder
        self._cursor = cursor
        self._board = board
        self._interpreter = interpreter
        self._dead = dead
        self._is_stream = queue.type is QueueType.STREAM
        self._logged: dict[Fault, float] = {}  # until when to be quiet

    async def run(self, subscription: Subscription) -> None:
        """Deal with all that comes. Raises NotConnected when no more can come."""
        while True:
            batch = await subscription.batch()
            while batch:
                done, away = await self._sort(batch)
                if done:
                    await self._finish(done, subscription)
                batch = batch[len(done) :]
                if away is not None:
                    await self._wait_for_registry(batch[0], away)

    async def _sort(self, batch: Sequence[Delivery]) -> tuple[list[Sorted], RegistryAway | None]:
        """Decode messages, as far as that is possible now."""
        done: list[Sorted] = []
        met: set[str] = set()
        for delivery in batch:
            if self._is_duplicate(delivery, met):
                done.append(Sorted(delivery, is_duplicate=True))
                continue
            try:
                done.append(await self._read(delivery))
            except Unreadable as wrong:
                done.append(Sorted(delivery, wrong=wrong))
            except RegistryAway as away:
                return done, away
            if done[-1].wrong is None and delivery.message_id is not None:
                met.add(delivery.message_id)
        return done, None

    async def _read(self, delivery: Delivery) -> Sorted:
        if delivery.damage is not None:
            raise delivery.damage
        content = await self._decoder.decode(delivery.body, delivery.content_type)
        return Sorted(delivery, content, [self._interpreter.understand(record) for record in content.records])

    def _is_duplicate(self, delivery: Delivery, met: set[str]) -> bool:
        if self._is_stream:
            return self._cursor.is_past(delivery.offset)
        return delivery.message_id in met or self._cursor.knows(delivery.message_id)

    async def _finish(self, done: Sequence[Sorted], subscription: Subscription) -> None:
        left_to_broker = await self._dead.take([each for each in done if each.wrong is not None], self._is_stream)
        schema = self._tell(done)
        await self._keep(done, schema)
        for tag in left_to_broker:
            await subscription.reject(tag)
        kept = [each.delivery.tag for each in done if each.delivery.tag not in left_to_broker]
        if kept:  # a tag that was rejected is unknown to the broker
            await subscription.acknowledge(kept[-1])

    def _tell(self, done: Sequence[Sorted]) -> dict[str, Any] | None:
        schema = self._cursor.schema
        now = self._hub.clock.now()
        for each in done:
            if each.wrong is not None:
                self._tell_rejection(each.delivery, each.wrong)
            elif each.content is not None:
                schema = self._compare_schema(each.content, schema)
                for record in each.records:
                    self._board.show_record(record, now)
                    self._hub.emit(event_of(self._queue, each.delivery, each.content, record))
        return schema

    def _tell_rejection(self, delivery: Delivery, wrong: Unreadable) -> None:
        self._board.note_rejection(f"{wrong.fault}: {wrong}"[:200])
        self._log_rejection(wrong)
        self._hub.emit(
            Rejected(
                queue=self._queue.name,
                fault=wrong.fault.value,
                reason=str(wrong),
                dead_letter=self._queue.dead_letters,
                exchange=delivery.exchange,
                routing_key=delivery.routing_key,
                message_id=delivery.message_id,
            )
        )

    def _log_rejection(self, wrong: Unreadable) -> None:
        """Say it once a minute for each kind of wrong; the event says it every time."""
        now = self._hub.clock.monotonic()
        if now >= self._logged.get(wrong.fault, 0.0):
            self._logged[wrong.fault] = now + _QUIET
            self._hub.log.warning("%s: a message is rejected (%s): %s", self._queue.name, wrong.fault, wrong)

    def _compare_schema(self, content: Content, last: dict[str, Any] | None) -> dict[str, Any] | None:
        schema = content.schema
        seen: list[str] = last["seen"] if last else []
        if schema is None or schema.fingerprint.hex() in seen:
            return last
        before = last["fields"] if last else (sorted(self._decoder.reader.fields) if self._decoder.reader else [])
        added, removed = sorted(schema.fields.difference(before)), sorted(set(before) - schema.fields)
        if last is not None or added or removed:
            self._hub.emit(
                SchemaChanged(
                    queue=self._queue.name,
                    schema_name=schema.name,
                    fingerprint=schema.fingerprint.hex(),
                    added=tuple(added[:_SHOWN]),
                    removed=tuple(removed[:_SHOWN]),
                )
            )
        return {"seen": [*seen, schema.fingerprint.hex()][-_SCHEMAS:], "fields": sorted(schema.fields)}

    async def _keep(self, done: Sequence[Sorted], schema: dict[str, Any] | None) -> None:
        """Keep what was dealt with, however long the store is unavailable."""
        good = [each.delivery for each in done if each.content is not None]
        ids = [] if self._is_stream else [delivery.message_id for delivery in good if delivery.message_id is not None]
        totals = counted(
            self._cursor.totals,
            taken=len(good),
            rejected=sum(each.wrong is not None for each in done),
            duplicates=sum(each.is_duplicate for each in done),
            size=sum(len(delivery.body) for delivery in good),
            at=self._hub.clock.time(),
        )
        offsets = [each.delivery.offset for each in done if each.delivery.offset is not None and self._is_stream]
        self._board.show_totals(totals)
        wait = _FIRST_WAIT
        while True:
            try:
                await self._cursor.keep(ids, max([*offsets, self._cursor.offset or 0]) if offsets else None, totals, schema)
            except HubError as error:
                if wait == _FIRST_WAIT:
                    self._hub.log.warning("%s waits: what came cannot be kept: %s", self._queue.name, error)
                self._board.show_waiting(f"what came cannot be kept: {error}")
                await self._hub.clock.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            else:
                self._board.show_waiting(None)
                return

    async def _wait_for_registry(self, delivery: Delivery, away: RegistryAway) -> None:
        """Wait until the registry can say what a message was written with."""
        wait: float = _FIRST_WAIT
        error: RegistryAway | None = away
        self._hub.log.warning("%s waits: %s", self._queue.name, away)
        while error is not None:
            self._board.show_waiting(str(error))
            await self._hub.clock.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT)
            try:
                await self._read(delivery)
                error = None
            except Unreadable:
                error = None
            except RegistryAway as again:
                error = again
        self._board.show_waiting(None)
