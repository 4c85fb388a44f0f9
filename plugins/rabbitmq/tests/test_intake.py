"""What follows when messages arrive."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hub_rabbitmq
import pytest
from hub_rabbitmq.decoding.records import write_record
from hub_rabbitmq.simulator import Simulator
from hub_rabbitmq.simulator.registry import SimulatedRegistry
from hub_rabbitmq.simulator.trackers import fitness_schema, newer_schema, newer_text

from hub.api import HubError
from hub.clock import SimulatedClock, SystemClock
from hub.testing import KeptMemory, running
from plugins.rabbitmq.tests.messages import MEASURED, body, orders, telemetry


def framed(schema_id: int, single_object: bytes) -> bytes:
    """The same record in the registry's framing."""
    return b"\x00" + schema_id.to_bytes(4, "big") + single_object[10:]


async def test_telemetry_becomes_sensors_and_an_event_that_knows_the_wearer(broker: Simulator) -> None:
    """Joined with the table; every other field comes along."""
    async with running(hub_rabbitmq, telemetry(broker)) as hub:
        broker.put("telemetry", body(cadence=80), message_id="m1")
        await hub.until(lambda: hub.told("rabbitmq.telemetry"))

        [told] = hub.told("rabbitmq.telemetry")
        assert told == {
            "queue": "telemetry", "device": "Band 7", "heart_rate": 61.0, "steps": 900, "battery": 80.0, "measured_at": None,
            "wearer": "Ada", "team": "Night shift", "more": {"cadence": 80, "site": "Berlin"}, "message_id": "m1",
            "instance": "rabbitmq",
        }  # fmt: skip
        heart_rate, last_seen = hub.state("sensor.band_7_heart_rate"), hub.state("sensor.band_7_last_seen")
        assert heart_rate is not None
        assert last_seen is not None
        assert (heart_rate.state, heart_rate.attributes["wearer"]) == ("61", "Ada")
        assert last_seen.attributes["cadence"] == 80


async def test_a_message_is_acknowledged_after_it_is_kept(broker: Simulator) -> None:
    """While the hub's database takes nothing, nothing is acknowledged, and nothing is told twice."""

    class Closed(KeptMemory):
        is_open = False

        async def put(self, changes: Mapping[str, Any]) -> None:
            if not self.is_open:
                raise HubError("the disk is full")
            await super().put(changes)

    memory = Closed()
    async with running(hub_rabbitmq, orders(broker, prefetch=10), SystemClock(50), memory) as hub:
        for number in range(30):
            broker.put("orders", b"{}", message_id=str(number))
        await hub.until(lambda: hub.value("binary_sensor.rabbitmq_orders_waits") == "on")
        taken = len(hub.told("rabbitmq.message"))

        assert (taken <= 10, len(broker.queue("orders").ready)) == (True, 20)
        memory.is_open = True
        await hub.until(lambda: len(hub.told("rabbitmq.message")) == 30 and hub.value("sensor.rabbitmq_orders_messages") == "30")
        await hub.until(lambda: hub.value("binary_sensor.rabbitmq_orders_waits") == "off")


async def test_a_message_that_comes_again_is_told_once(broker: Simulator) -> None:
    """Recognised by its id: in the same batch, later, and after a restart; counted as a duplicate."""
    memory = KeptMemory()
    async with running(hub_rabbitmq, orders(broker), memory=memory) as hub:
        for message_id in ("a", "a", "b"):
            broker.put("orders", b"{}", message_id=message_id)
        await hub.until(lambda: hub.value("sensor.rabbitmq_orders_duplicates") == "1")
        broker.put("orders", b"{}", message_id="b")
        await hub.until(lambda: hub.value("sensor.rabbitmq_orders_duplicates") == "2")

    async with running(hub_rabbitmq, orders(broker), memory=memory) as again:
        broker.put("orders", b"{}", message_id="a")
        broker.put("orders", b"{}", message_id="c")
        await again.until(lambda: again.value("sensor.rabbitmq_orders_duplicates") == "3")
        await again.until(lambda: again.value("sensor.rabbitmq_orders_messages") == "3")

        assert [told["message_id"] for told in again.told("rabbitmq.message")] == ["c"]


async def test_messages_without_an_id_are_all_told(broker: Simulator) -> None:
    """Nobody can know that they are the same."""
    async with running(hub_rabbitmq, orders(broker)) as hub:
        broker.put("orders", b"{}")
        broker.put("orders", b"{}")

        await hub.until(lambda: len(hub.told("rabbitmq.message")) == 2)


async def test_a_broker_that_dies_in_mid_stream_loses_nothing(broker: Simulator) -> None:
    """Every message is told, none of them twice, though many were on the way three times."""
    async with running(hub_rabbitmq, orders(broker, delivery_limit=100), SystemClock(200)) as hub:
        for number in range(3000):
            broker.put("orders", json.dumps({"number": number}).encode(), message_id=str(number))
            if number % 1000 == 999:
                await hub.until(lambda: hub.connected)
                await hub.until(lambda reached=number - 900: len(hub.told("rabbitmq.message")) > reached)
                await broker.stop()
                await broker.start()
        await hub.until(lambda: hub.value("sensor.rabbitmq_orders_messages") == "3000" and broker.queue("orders").length == 0, 15)

        numbers = [told["body"]["number"] for told in hub.told("rabbitmq.message")]
        assert (sorted(set(numbers)), len(numbers)) == (list(range(3000)), 3000)
        assert hub.report.bugs == 0


async def test_a_new_field_appears_as_an_attribute(broker: Simulator, tmp_path: Path) -> None:
    """A newer firmware says more; its schema is told of once, though both go on."""
    newer = tmp_path / "newer.avsc"
    newer.write_text(newer_text())
    async with running(hub_rabbitmq, {**telemetry(broker), "schemas": [str(newer)]}) as hub:
        full = {**MEASURED, "measured_at": None}
        broker.put("telemetry", write_record(full, fitness_schema()), message_id="1")
        for number in range(3):
            broker.put("telemetry", write_record({**full, "skin_temperature": 33.5}, newer_schema()), message_id=f"n{number}")
        await hub.until(lambda: len(hub.told("rabbitmq.telemetry")) == 4)
        last_seen = hub.state("sensor.band_7_last_seen")
        assert last_seen is not None
        assert last_seen.attributes["skin_temperature"] == 33.5
        broker.put("telemetry", write_record(full, fitness_schema()), message_id="2")
        await hub.until(lambda: len(hub.told("rabbitmq.telemetry")) == 5)

        [changed] = hub.told("rabbitmq.schema_changed")
        assert (changed["added"], changed["removed"]) == (["skin_temperature"], [])
        assert [told["more"].get("skin_temperature") for told in hub.told("rabbitmq.telemetry")] == [None, 33.5, 33.5, 33.5, None]


async def test_an_incompatible_schema_is_dead_lettered_with_the_reason(broker: Simulator, registry: SimulatedRegistry) -> None:
    """In the event and in the headers; the queue goes on."""
    broken = {**fitness_schema().source, "fields": [{"name": "device", "type": "long"}]}
    registry.schemas = {1: json.dumps(broken), 2: json.dumps(fitness_schema().source)}
    config = {**telemetry(broker), "registry": {"url": registry.url}}
    good = write_record({**MEASURED, "measured_at": None}, fitness_schema())
    async with running(hub_rabbitmq, config) as hub:
        broker.put("telemetry", framed(1, bytes(10) + b"\x0e"), message_id="bad")
        broker.put("telemetry", framed(2, good), message_id="good")
        await hub.until(lambda: hub.told("rabbitmq.telemetry"))

        [rejected] = hub.told("rabbitmq.rejected")
        assert (rejected["fault"], rejected["message_id"]) == ("incompatible_schema", "bad")
        assert "device is long and should be string" in rejected["reason"]
        [headers] = broker.headers("telemetry.dead")
        assert headers["x-hub-reason"] == rejected["reason"]
        assert hub.value("sensor.rabbitmq_telemetry_rejected") == "1"
        assert registry.asked == 2


async def test_messages_wait_for_a_registry_that_is_away(broker: Simulator, registry: SimulatedRegistry) -> None:
    """They are not lost, not rejected, and not acknowledged; what came before them is told."""
    registry.schemas, registry.broken = {2: json.dumps(fitness_schema().source)}, True
    config = {**telemetry(broker), "registry": {"url": registry.url}}
    async with running(hub_rabbitmq, config, SystemClock(50)) as hub:
        broker.put("telemetry", body(), message_id="json")
        broker.put("telemetry", framed(2, write_record({**MEASURED, "measured_at": None}, fitness_schema())), message_id="avro")
        await hub.until(lambda: hub.value("binary_sensor.rabbitmq_telemetry_waits") == "on")
        assert [told["message_id"] for told in hub.told("rabbitmq.telemetry")] == ["json"]
        registry.broken = False
        await hub.until(lambda: len(hub.told("rabbitmq.telemetry")) == 2)

        await hub.until(lambda: hub.value("binary_sensor.rabbitmq_telemetry_waits") == "off")
        assert hub.told("rabbitmq.rejected") == []


async def test_a_number_that_the_registry_does_not_know_is_rejected(broker: Simulator, registry: SimulatedRegistry) -> None:
    """And asked for again only after a while."""
    config = {**orders(broker), "registry": {"url": registry.url}}
    async with running(hub_rabbitmq, config) as hub:
        for _ in range(5):
            broker.put("orders", b"\x00\x00\x00\x00\x63abc")
        await hub.until(lambda: len(hub.told("rabbitmq.rejected")) == 5)

        assert (hub.told("rabbitmq.rejected")[0]["fault"], registry.asked) == ("unknown_schema", 1)


HOSTILE: dict[str, bytes] = {
    "not_even_json": b"\xff\xfe\xfd",
    "empty": b"",
    "cut_off": body()[:-4],
    "a_list": b"[1, 2, 3]",
    "no_device": b'{"heart_rate": 60}',
    "a_device_that_is_a_list": b'{"device": ["a"]}',
    "a_device_without_end": json.dumps({"device": "x" * 5000}).encode(),
    "a_device_of_control_characters": json.dumps({"device": "a\n\x00"}).encode(),
    "a_heart_rate_in_words": body(heart_rate="fast"),
    "a_heart_rate_that_is_true": body(heart_rate=True),
    "a_heart_rate_that_cannot_be": body(heart_rate=90_000),
    "a_battery_beyond_full": body(battery=101),
    "steps_backwards": body(steps=-1),
    "steps_in_a_list": body(steps=[1]),
}


async def test_hostile_telemetry_is_dead_lettered_one_by_one(broker: Simulator) -> None:
    """Each with a reason; the good message behind them is told."""
    async with running(hub_rabbitmq, telemetry(broker)) as hub:
        for name, hostile in HOSTILE.items():
            broker.put("telemetry", hostile, message_id=name)
        broker.put("telemetry", body(), message_id="good")
        await hub.until(lambda: hub.told("rabbitmq.telemetry"))

        assert [told["message_id"] for told in hub.told("rabbitmq.rejected")] == list(HOSTILE)
        assert all(headers["x-hub-reason"] for headers in broker.headers("telemetry.dead"))
        assert broker.queue("telemetry.dead").length == len(HOSTILE)
        assert (hub.report.bugs, hub.report.losses) == (0, 0)


async def test_thousands_of_poisoned_messages_do_no_harm(broker: Simulator) -> None:
    """They all lie in the dead-letter queue, and are counted."""
    async with running(hub_rabbitmq, orders(broker, format="json"), SystemClock()) as hub:
        for number in range(3000):
            broker.put("orders", b"?", message_id=str(number))
        await hub.until(lambda: hub.value("sensor.rabbitmq_orders_rejected") == "3000", 20)

        assert broker.queue("orders.dead").length == 3000
        assert hub.report.bugs == 0


def timestamp(seconds: int) -> bytes:
    return b"\x00\x40" + seconds.to_bytes(8, "big")


def tables(depth: int) -> bytes:
    inside = b""
    for _ in range(depth):
        entry = b"\x01aF" + len(inside).to_bytes(4, "big") + inside
        inside = entry
    return b"\x20\x00" + len(inside).to_bytes(4, "big") + inside


PROPERTIES: dict[str, bytes] = {
    "the year 60000": timestamp(1 << 62),
    "no text": b"\x80\x00\x02\xff\xfe",
    "tables in tables": tables(1500),
    "an unknown type": b"\x20\x00\x00\x00\x00\x03\x01a?",
    "very much": b"\x20\x00" + (20_000).to_bytes(4, "big") + b"\x01at" + bytes(19_997),
}


@pytest.mark.parametrize("properties", PROPERTIES.values(), ids=PROPERTIES.keys())
async def test_properties_that_cannot_be_parsed_cost_one_message_not_the_connection(broker: Simulator, properties: bytes) -> None:
    """The library would give up the connection, again and again; the broker keeps the whole message among the dead letters."""
    async with running(hub_rabbitmq, orders(broker)) as hub:
        broker.put("orders", b'{"n": 1}', raw=properties)
        broker.put("orders", b'{"n": 2}', message_id="good")
        await hub.until(lambda: hub.told("rabbitmq.message"))

        [rejected] = hub.told("rabbitmq.rejected")
        assert rejected["fault"] == "properties"
        await hub.until(lambda: broker.queue("orders.dead").length == 1)
        assert broker.queue("orders.dead").ready[0].body == b'{"n": 1}'
        assert hub.report.losses == 0


async def test_a_routing_key_that_is_no_text_is_made_readable(broker: Simulator) -> None:
    """AMQP allows any bytes."""
    async with running(hub_rabbitmq, orders(broker)) as hub:
        broker.put("orders", b"{}", routing_key=b"a.\xff\xfe.b")
        await hub.until(lambda: hub.told("rabbitmq.message"))

        assert hub.told("rabbitmq.message")[0]["routing_key"] == "a.??.b"


async def test_a_body_that_is_too_large_is_never_put_together(broker: Simulator) -> None:
    """The broker keeps it whole among the dead letters; the message behind it is told."""
    async with running(hub_rabbitmq, {**orders(broker), "max_message_bytes": 1000}) as hub:
        broker.put("orders", b"x" * 3_000_000, message_id="huge")
        broker.put("orders", b"{}", message_id="good")
        await hub.until(lambda: hub.told("rabbitmq.message"))

        [rejected] = hub.told("rabbitmq.rejected")
        assert (rejected["fault"], rejected["message_id"]) == ("too_large", "huge")
        await hub.until(lambda: broker.queue("orders.dead").length == 1)
        assert len(broker.queue("orders.dead").ready[0].body) == 3_000_000


async def test_devices_beyond_the_limit_get_no_sensors(broker: Simulator) -> None:
    """Their events are told all the same."""
    async with running(hub_rabbitmq, telemetry(broker, max_devices=5, prefetch=1000)) as hub:
        for number in range(10_000):
            broker.put("telemetry", body(device=f"Band {number}"))
        await hub.until(lambda: hub.value("sensor.rabbitmq_telemetry_messages") == "10000", 30)

        assert len([state for state in hub.states.all() if state.entity_id.endswith("_heart_rate")]) == 5


async def test_fields_become_sensors_of_the_queue(broker: Simulator) -> None:
    """Without a device; a path leads into the record."""
    sensors = [{"field": "total.net", "name": "Net", "unit": "EUR"}, {"field": "customer"}]
    async with running(hub_rabbitmq, orders(broker, sensors=sensors)) as hub:
        broker.put("orders", b'{"total": {"net": 12.5}, "customer": "Ada"}')
        await hub.until(lambda: hub.value("sensor.rabbitmq_net") == "12.5")

        assert hub.value("sensor.rabbitmq_customer") == "Ada"


async def test_a_stream_goes_on_where_it_was(broker: Simulator) -> None:
    """By offset, over restarts; what is in it stays."""
    memory = KeptMemory()
    config = orders(broker, type="stream", start="first")
    async with running(hub_rabbitmq, config, memory=memory) as hub:
        for number in range(5):
            broker.put("orders", json.dumps(number).encode(), message_id="the same")
        await hub.until(lambda: hub.value("sensor.rabbitmq_orders_messages") == "5")
    broker.put("orders", b"5")

    async with running(hub_rabbitmq, config, memory=memory) as again:
        await again.until(lambda: again.told("rabbitmq.message"))

        assert [told["body"] for told in again.told("rabbitmq.message")] == [5]
    assert memory.get("orders:offset") == 5


async def test_poison_in_a_stream_is_copied_and_passed(broker: Simulator) -> None:
    """A stream cannot reject."""
    async with running(hub_rabbitmq, orders(broker, type="stream", start="first")) as hub:
        broker.put("orders", b"?")
        broker.put("orders", b"", raw=timestamp(1 << 62))
        broker.put("orders", b"{}")
        await hub.until(lambda: hub.told("rabbitmq.message"))

        assert [told["fault"] for told in hub.told("rabbitmq.rejected")] == ["format", "properties"]
        assert broker.queue("orders.dead").length == 1


async def test_a_message_that_kills_the_hub_is_dead_lettered_by_the_broker(broker: Simulator) -> None:
    """After so many attempts; that is what the delivery limit is for."""
    config = orders(broker, delivery_limit=2)

    class Deadly(KeptMemory):
        async def put(self, changes: Mapping[str, Any]) -> None:
            raise SystemError

    async with running(hub_rabbitmq, config, SystemClock(100), Deadly()) as hub:
        broker.put("orders", b"{}", message_id="deadly")
        await hub.until(lambda: broker.queue("orders.dead").length == 1, 10)

    assert broker.headers("orders.dead")[0]["x-first-death-reason"] == "delivery_limit"


async def test_a_queue_that_is_deleted_is_noticed_and_made_again(broker: Simulator) -> None:
    """The broker cancels the consumer; a silent consumer is the worst of all."""
    async with running(hub_rabbitmq, orders(broker), SystemClock(50)) as hub:
        queue = broker.warehouse.queues.pop("orders")
        for consumer in queue.consumers:
            consumer.cancel()
        await hub.until(lambda: hub.report.losses == 1 and hub.connected)
        broker.put("orders", b"{}")

        await hub.until(lambda: hub.told("rabbitmq.message"))


async def test_the_depths_of_queues_are_shown(broker: Simulator) -> None:
    """Also that of the dead-letter queue."""
    async with running(hub_rabbitmq, {**orders(broker, prefetch=1), "depth_interval": 1}, SimulatedClock()) as hub:
        broker.put("orders.dead", b"x")
        await asyncio.sleep(0)
        await hub.clock.advance(1)

        await hub.until(lambda: hub.value("sensor.rabbitmq_orders_dead_letters") == "1")
