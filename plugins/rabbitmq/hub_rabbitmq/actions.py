"""What automations can ask of a broker."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import uuid4

import msgspec
from pydantic import Field

from hub.api import ActionError, Answer, Effect, PluginError, action
from hub_rabbitmq.config import QueueConfig, Scalar
from hub_rabbitmq.dead_letters import AT, EXCHANGE, FAULT, OURS, REASON, ROUTING_KEY
from hub_rabbitmq.decoding.records import write_record
from hub_rabbitmq.delivery import Delivery, Letter
from hub_rabbitmq.session import Session

_MOST = 100_000
_PREVIEW = 500
_ENDS = ("x-death", "x-first-death-exchange", "x-first-death-queue", "x-first-death-reason", "x-delivery-count")

QueueName = Annotated[str, Field(min_length=1, max_length=255, description="A queue of the configuration.")]


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def publish(
    session: Session,
    routing_key: Annotated[str, Field(max_length=255, description="Routing key; the queue's name with the default exchange.")],
    body: Annotated[
        Any, Field(description="What to say: text is sent as it is, anything else as JSON (or Avro, with `schema`).")
    ],
    exchange: Annotated[str, Field(max_length=255, description="Exchange; the default one when not given.")] = "",
    schema: Annotated[
        str | None, Field(description="Full name of one of the configured schemas: send an Avro single object.")
    ] = None,
    message_id: Annotated[str | None, Field(max_length=255, description="Id by which receivers recognise duplicates.")] = None,
    headers: Annotated[Mapping[str, Scalar] | None, Field(description="Headers.")] = None,
    persistent: Annotated[bool, Field(description="Whether it survives a restart of the broker.")] = True,
    mandatory: Annotated[bool, Field(description="Whether it is an error when no queue is there for it.")] = True,
    expires_after: Annotated[timedelta | None, Field(description="How long it may wait in a queue.")] = None,
    priority: Annotated[int | None, Field(ge=0, le=255, description="Priority, in queues that have such.")] = None,
    idempotency_key: str | None = None,
) -> dict[str, Any]:
    """Publish a message; done when the broker has confirmed that it keeps it."""
    data, content_type = _encoded(session, body, schema)
    letter = Letter(
        body=data,
        routing_key=routing_key,
        exchange=exchange,
        message_id=message_id or idempotency_key or str(uuid4()),
        content_type=content_type,
        headers=headers or {},
        persistent=persistent,
        mandatory=mandatory,
        expires_after=None if expires_after is None else expires_after.total_seconds(),
        priority=priority,
    )
    await session.publishing.send(letter)
    return {"message_id": letter.message_id, "bytes": len(data)}


@action(effect=Effect.READ, answer=Answer.ONLY)
async def dead_letters(
    session: Session,
    queue: QueueName,
    limit: Annotated[int, Field(ge=1, le=200, description="Most messages to return.")] = 50,
) -> dict[str, Any]:
    """Return what lies in the dead-letter queue, and why; it stays there."""
    dead = _configured(session, queue).dead_letters
    found: list[dict[str, Any]] = []
    try:
        async with session.broker.borrow(dead) as borrowing:
            while len(found) < limit and (delivery := await borrowing.next()) is not None:
                found.append(_shown(delivery))
    except PluginError as error:
        raise ActionError(str(error)) from error
    return {"queue": dead, "messages": found}


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def replay(
    session: Session,
    queue: QueueName,
    limit: Annotated[int, Field(ge=1, le=_MOST, description="Most messages to put back.")] = _MOST,
) -> dict[str, Any]:
    """Put dead letters back into their queue, such as after a schema was added; each leaves when the queue has it."""
    configured = _configured(session, queue)
    replayed = 0
    try:
        # No more than lie there now: one that is rejected again comes back behind them.
        lying = (await session.broker.depth(configured.dead_letters)).messages
        async with session.broker.borrow(configured.dead_letters) as borrowing:
            for _ in range(min(limit, lying)):
                delivery = await borrowing.next()
                if delivery is None:
                    break
                if delivery.damage is None:
                    await session.broker.publish(_again(configured, delivery))
                    await borrowing.keep(delivery)
                    replayed += 1
    except PluginError as error:
        raise ActionError(f"after {replayed} messages: {error}") from error
    return {"replayed": replayed}


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def purge(
    session: Session,
    queue: QueueName,
    confirm: Annotated[Literal[True], Field(description="Must be true: what is thrown away is gone.")],  # noqa: ARG001  # asked for only
    dead_letters: Annotated[bool, Field(description="Whether its dead-letter queue is meant instead.")] = False,
) -> dict[str, Any]:
    """Throw away all messages that are ready in a queue."""
    configured = _configured(session, queue)
    try:
        purged = await session.broker.purge(configured.dead_letters if dead_letters else configured.name)
    except PluginError as error:
        raise ActionError(str(error)) from error
    return {"purged": purged}


def _encoded(session: Session, body: Any, schema: str | None) -> tuple[bytes, str]:
    if schema is None:
        return (body.encode(), "text/plain") if isinstance(body, str) else (msgspec.json.encode(body), "application/json")
    known = session.schemas.files.get(schema)
    if known is None:
        raise ActionError(f"no schema is called {schema}; there are: {', '.join(session.schemas.files) or 'none'}")
    try:
        return write_record(body, known), "avro/binary"
    except ValueError as error:
        raise ActionError(f"rabbitmq.publish: {error}") from error


def _configured(session: Session, name: str) -> QueueConfig:
    queue = session.config.queue(name)
    if queue is None:
        raise ActionError(f"no queue is called {name}; there are: {', '.join(each.name for each in session.config.queues)}")
    return queue


def _shown(delivery: Delivery) -> dict[str, Any]:
    headers = delivery.headers
    return {
        "message_id": delivery.message_id,
        "fault": headers.get(FAULT) or headers.get("x-first-death-reason"),
        "reason": headers.get(REASON),
        "exchange": headers.get(EXCHANGE),
        "routing_key": headers.get(ROUTING_KEY),
        "at": headers.get(AT),
        "bytes": len(delivery.body),
        "body": delivery.body[:_PREVIEW].decode(errors="replace"),
    }


def _again(queue: QueueConfig, delivery: Delivery) -> Letter:
    return Letter(
        body=delivery.body,
        routing_key=queue.name,
        message_id=delivery.message_id,
        content_type=delivery.content_type or None,
        headers={name: value for name, value in delivery.headers.items() if name not in (*OURS, *_ENDS)},
        properties=delivery.properties,
    )
