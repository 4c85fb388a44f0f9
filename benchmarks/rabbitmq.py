"""How fast a whole hub takes messages from a real RabbitMQ: `python -m benchmarks.rabbitmq [N]`.

The messages lie in a quorum queue; the time runs from the hub's first connection until the last one is in its history, kept and
acknowledged. Then the broker is killed and started again: how long until messages flow. The broker shares the machine.
"""

import asyncio
import json
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aio_pika
import yaml
from hub_rabbitmq.config import QueueConfig
from hub_rabbitmq.decoding.records import write_record
from hub_rabbitmq.session import arguments_of
from hub_rabbitmq.simulator.trackers import fitness_schema

from benchmarks.figures import Figures, Stopwatch, resident_kb
from hub.app.hub import Hub, running
from tests.peers.rabbitmq.server import Server, serving

_WINDOW = 500
_DEVICES = 100
_FITNESS = fitness_schema()


async def main(count: int, folder: Path, server: Server) -> Figures:
    figures = Figures()
    kinds = {"json": json_body, "avro": avro_body}
    for kind, body in kinds.items():
        queue = {"name": kind, "profile": "fitness", "prefetch": 1000}
        await fill(server, queue, count, body)
        path = folder / kind / "hub.yaml"
        path.parent.mkdir()
        rabbitmq = {"host": "127.0.0.1", "port": server.port, "timeout": 10, "depth_interval": 3600, "queues": [queue]}
        path.write_text(yaml.safe_dump({"hub": {"data_dir": "data", "http": {"port": 0}}, "rabbitmq": rabbitmq}))
        before = resident_kb()
        with Stopwatch() as watch:
            async with running(path) as hub:
                await until(hub, f"sensor.rabbitmq_{kind}_messages", str(count))
        figures.rate(f"{kind}_messages_per_s", count, watch.wall, watch.cpu)
        figures[f"{kind}_grown_mb"] = (resident_kb() - before) / 1024
    figures["seconds_until_messages_flow_after_the_broker_is_back"] = await return_of_the_broker(
        folder / "json" / "hub.yaml", server
    )
    return figures


def json_body(number: int) -> bytes:
    return json.dumps(measured(number)).encode()


def avro_body(number: int) -> bytes:
    return write_record({**measured(number), "measured_at": None}, _FITNESS)


def measured(number: int) -> dict[str, Any]:
    return {"device": f"Band {number % _DEVICES}", "heart_rate": 60.0 + number % 90, "steps": number, "battery": 50.0}


async def fill(server: Server, queue: dict[str, Any], count: int, body: Any) -> None:
    config = QueueConfig.model_validate(queue)
    async with await aio_pika.connect(f"amqp://guest:guest@127.0.0.1:{server.port}/") as connection:
        channel = await connection.channel()
        await channel.declare_queue(config.name, durable=True, arguments=arguments_of(config))
        for place in range(0, count, _WINDOW):
            await asyncio.gather(
                *(
                    channel.default_exchange.publish(
                        aio_pika.Message(body(number), message_id=str(number), delivery_mode=aio_pika.DeliveryMode.PERSISTENT),
                        config.name,
                    )
                    for number in range(place, min(place + _WINDOW, count))
                )
            )


async def until(hub: Hub, entity_id: str, value: str) -> None:
    while (state := hub.states.get(entity_id)) is None or state.state != value:
        await asyncio.sleep(0.01)


async def return_of_the_broker(path: Path, server: Server) -> float:
    async with running(path) as hub:
        await asyncio.sleep(3)
        await asyncio.to_thread(server.kill)
        await until(hub, "binary_sensor.rabbitmq_connected", "off")
        await asyncio.to_thread(server.start)
        began = time.monotonic()
        await until(hub, "binary_sensor.rabbitmq_connected", "on")
        return time.monotonic() - began


if __name__ == "__main__":
    logging.disable()
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as place, serving() as broker:
        print(json.dumps({name: round(value, 2) for name, value in asyncio.run(main(how_many, Path(place), broker)).items()}))
