"""Messages in the library's form, and in ours."""

from typing import Final

import aiormq.abc
from pamqp.commands import Basic

from hub_rabbitmq.decoding.unreadable import Fault, Unreadable
from hub_rabbitmq.delivery import Delivery, Letter
from hub_rabbitmq.wire import MARK

_KEPT: Final = ("content_encoding", "correlation_id", "reply_to", "expiration", "message_type", "app_id", "priority", "timestamp")


def delivery_of(message: aiormq.abc.DeliveredMessage) -> Delivery:
    """Take over what the library received."""
    properties = message.header.properties
    mark = str(properties.cluster_id or "")
    return Delivery(
        tag=message.delivery_tag or 0,
        exchange=message.exchange or "",
        routing_key=message.routing_key or "",
        body=message.body,
        message_id=properties.message_id or None,
        content_type=properties.content_type or "",
        headers=properties.headers or {},
        properties={name: value for name in _KEPT if (value := getattr(properties, name)) is not None},
        redelivered=bool(message.redelivered),
        damage=_damage(mark.removeprefix(MARK)) if mark.startswith(MARK) else None,
    )


def properties_of(letter: Letter) -> Basic.Properties:
    """Write what is sent along with a body."""
    others = {name: value for name, value in letter.properties.items() if name in _KEPT}
    return Basic.Properties(
        **{
            **others,
            "content_type": letter.content_type,
            "headers": dict(letter.headers) or None,
            "delivery_mode": 2 if letter.persistent else 1,
            "message_id": letter.message_id,
            **({} if letter.priority is None else {"priority": letter.priority}),
            **({} if letter.expires_after is None else {"expiration": str(int(letter.expires_after * 1000))}),
            **({} if letter.timestamp is None else {"timestamp": letter.timestamp}),
        }
    )


def _damage(mark: str) -> Unreadable:
    fault, _, why = mark.partition(": ")
    return Unreadable(Fault(fault) if fault in {each.value for each in Fault} else Fault.PROPERTIES, why or mark)
