"""Which event a record becomes."""

from typing import Any

from hub.api import PluginEvent
from hub_rabbitmq.config import Profile, QueueConfig
from hub_rabbitmq.decoding.decoder import Content
from hub_rabbitmq.delivery import Delivery
from hub_rabbitmq.events import Message, Telemetry
from hub_rabbitmq.reading import Understanding


def event_of(queue: QueueConfig, delivery: Delivery, content: Content, record: Understanding) -> PluginEvent:
    """Make the event of one record."""
    if queue.profile is Profile.FITNESS:
        return _telemetry(queue, delivery, record)
    return Message(
        queue=queue.name,
        exchange=delivery.exchange,
        routing_key=delivery.routing_key,
        message_id=delivery.message_id,
        framing=content.framing.value,
        schema_name=None if content.schema is None else content.schema.name,
        body=record.body,
        enriched=record.enriched,
    )


def _telemetry(queue: QueueConfig, delivery: Delivery, record: Understanding) -> Telemetry:
    rest = {name: value for name, value in record.rest.items() if name != "measured_at"}
    others = {key: value for key, value in record.readings.items() if key not in Telemetry.model_fields}
    measured_at = record.rest.get("measured_at")
    steps = record.readings.get("steps")
    return Telemetry(
        queue=queue.name,
        device=record.device or "",
        heart_rate=_number(record.readings.get("heart_rate")),
        steps=None if not isinstance(steps, int | float) else int(steps),
        battery=_number(record.readings.get("battery")),
        measured_at=None if measured_at is None else str(measured_at),
        wearer=_text(record.enriched.get("wearer")),
        team=_text(record.enriched.get("team")),
        more={**rest, **others, **{name: value for name, value in record.enriched.items() if name not in ("wearer", "team")}},
        message_id=delivery.message_id,
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
