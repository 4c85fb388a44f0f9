"""What automations can ask for."""

import json
from collections.abc import Mapping
from typing import Any

import hub_rabbitmq
import pytest
from hub_rabbitmq.decoding.framing import SINGLE_OBJECT_MAGIC
from hub_rabbitmq.simulator import Simulator
from hub_rabbitmq.simulator.stored import read_properties
from pamqp.commands import Basic

from hub.api import ActionError, BadActionData
from hub.testing import running
from plugins.rabbitmq.tests.messages import MEASURED, body, orders, telemetry


def properties_of(broker: Simulator, queue: str) -> Basic.Properties:
    properties = read_properties(broker.queue(queue).ready[-1].properties)
    assert properties is not None
    return properties


async def test_a_message_is_published_confirmed_and_persistent(broker: Simulator) -> None:
    """JSON unless it is text; it has an id."""
    async with running(hub_rabbitmq, orders(broker)) as hub:
        answer = await hub.call(
            "rabbitmq.publish", routing_key="orders.dead", body={"a": [1]}, headers={"x": 1}, expires_after=60, message_id="m1"
        )
        sent = properties_of(broker, "orders.dead")

        assert answer == {"message_id": "m1", "bytes": 9}
        assert json.loads(broker.queue("orders.dead").ready[-1].body) == {"a": [1]}
        assert (sent.delivery_mode, sent.content_type, sent.expiration, sent.headers) == (
            2,
            "application/json",
            "60000",
            {"x": 1},
        )
        await hub.call("rabbitmq.publish", routing_key="orders.dead", body="hello", persistent=False)
        assert (broker.queue("orders.dead").ready[-1].body, properties_of(broker, "orders.dead").delivery_mode) == (b"hello", 1)
        assert hub.value("sensor.rabbitmq_published") == "2"


async def test_the_call_s_key_is_the_message_s_id(broker: Simulator) -> None:
    """So that receivers recognise what was repeated after a crash."""
    async with running(hub_rabbitmq, orders(broker)) as hub:
        await hub.actions.call("rabbitmq.publish", {"routing_key": "orders.dead", "body": 1}, key="run/3/0")

        assert properties_of(broker, "orders.dead").message_id == "run/3/0"


async def test_a_message_for_which_there_is_no_queue_is_an_error(broker: Simulator) -> None:
    """Unless it is not mandatory; the channel goes on."""
    async with running(hub_rabbitmq, orders(broker)) as hub:
        with pytest.raises(ActionError, match="NO_ROUTE"):
            await hub.call("rabbitmq.publish", routing_key="nowhere", body=1)
        await hub.call("rabbitmq.publish", routing_key="nowhere", body=1, mandatory=False)
        with pytest.raises(ActionError, match="no exchange 'ghost'"):
            await hub.call("rabbitmq.publish", exchange="ghost", routing_key="x", body=1)
        await hub.call("rabbitmq.publish", routing_key="orders.dead", body=1)

        assert hub.value("sensor.rabbitmq_publish_failures") == "2"
        assert hub.connected


async def test_a_message_that_is_not_confirmed_is_an_error(broker: Simulator) -> None:
    """Nobody knows whether the broker has it."""
    broker.rules.holds_confirms = True
    async with running(hub_rabbitmq, {**orders(broker), "timeout": 0.2}) as hub:
        with pytest.raises(ActionError, match="in time"):
            await hub.call("rabbitmq.publish", routing_key="orders.dead", body=1)


async def test_avro_is_published_as_a_single_object(broker: Simulator) -> None:
    """With one of the known schemas; what does not fit it is refused."""
    async with running(hub_rabbitmq, telemetry(broker)) as hub:
        record = {**MEASURED, "measured_at": None}
        await hub.call("rabbitmq.publish", routing_key="telemetry.dead", body=record, schema="hub.fitness.Telemetry")

        assert broker.queue("telemetry.dead").ready[-1].body.startswith(SINGLE_OBJECT_MAGIC)
        with pytest.raises(ActionError, match="heart_rate"):
            await hub.call(
                "rabbitmq.publish", routing_key="x", body={**record, "heart_rate": "fast"}, schema="hub.fitness.Telemetry"
            )
        with pytest.raises(ActionError, match=r"there are: hub\.fitness\.Telemetry"):
            await hub.call("rabbitmq.publish", routing_key="x", body=record, schema="ghost")


async def test_dead_letters_can_be_looked_at_and_replayed(broker: Simulator) -> None:
    """After the cause is gone they are told as any other; what is still wrong comes back, and not for ever."""
    async with running(hub_rabbitmq, telemetry(broker)) as hub:
        broker.put("telemetry", body(battery=200), message_id="m1", exchange="fitness", routing_key=b"tracker.7")
        await hub.until(lambda: hub.value("sensor.rabbitmq_telemetry_rejected") == "1")

        [shown] = (await hub.call("rabbitmq.dead_letters", queue="telemetry"))["messages"]
        assert (shown["message_id"], shown["fault"], shown["routing_key"]) == ("m1", "value", "tracker.7")
        assert "battery is 200" in shown["reason"]
        await hub.until(lambda: broker.queue("telemetry.dead").length == 1)
        assert await hub.call("rabbitmq.replay", queue="telemetry") == {"replayed": 1}
        await hub.until(lambda: hub.value("sensor.rabbitmq_telemetry_rejected") == "2")
        broker.queue("telemetry.dead").ready[0].body = body()
        await hub.call("rabbitmq.replay", queue="telemetry")
        await hub.until(lambda: hub.told("rabbitmq.telemetry"))


async def test_a_dead_letter_that_is_too_large_is_not_emptied_by_a_replay(broker: Simulator) -> None:
    """It stays where it is."""
    async with running(hub_rabbitmq, {**orders(broker), "max_message_bytes": 1000}) as hub:
        broker.put("orders.dead", b"x" * 2000)

        assert await hub.call("rabbitmq.replay", queue="orders") == {"replayed": 0}
        await hub.until(lambda: broker.queue("orders.dead").length == 1)
        assert len(broker.queue("orders.dead").ready[0].body) == 2000


@pytest.mark.parametrize("data", [{}, {"confirm": False}, {"confirm": None}])
async def test_a_queue_is_emptied_only_when_that_is_meant(broker: Simulator, data: Mapping[str, Any]) -> None:
    """What is thrown away is gone."""
    async with running(hub_rabbitmq, orders(broker)) as hub:
        broker.put("orders.dead", b"x")
        with pytest.raises(BadActionData):
            await hub.call("rabbitmq.purge", queue="orders", **data)

        assert await hub.call("rabbitmq.purge", queue="orders", confirm=True, dead_letters=True) == {"purged": 1}
        with pytest.raises(ActionError, match="there are: orders"):
            await hub.call("rabbitmq.purge", queue="order", confirm=True)
