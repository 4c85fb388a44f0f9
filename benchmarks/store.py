"""How many states and events reach the disk in a second: `python benchmarks/store.py [N]`.

The loop is that of the recorder's group in the comparison with Home Assistant: 1,000 entities with attributes of their own,
nothing awaited but one turn of the loop in a thousand. The time ends when the last record is committed.
"""

import asyncio
import gc
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from hub.bus import Bus
from hub.clock import SystemClock
from hub.model.names import EntityId
from hub.states import StateMachine
from hub.store import Store


def attributes(number: int) -> dict[str, str]:
    return {
        "friendly_name": f"Sensor {number}",
        "unit_of_measurement": "W",
        "device_class": "power",
        "state_class": "measurement",
        "area": f"room_{number % 40}",
    }


async def rate(count: int, work: Callable[[], Awaitable[None]]) -> float:
    gc.collect()
    began = time.perf_counter()
    await work()
    return count / (time.perf_counter() - began)


async def main(count: int, url: str) -> dict[str, float]:
    clock = SystemClock()
    bus = Bus(clock)
    states = StateMachine(bus, clock)
    entity_ids = [EntityId(f"sensor.w{number}") for number in range(1000)]
    figures: dict[str, float] = {}
    turns: list[float] = []
    async with Store.open(url, clock=clock) as store:
        recorder = store.recorder()
        recorder.attach(bus)

        async def set_states() -> None:
            for number in range(count):
                states.set(entity_ids[number % 1000], str(number), attributes(number % 1000))
                if number % 1000 == 999:
                    began = time.perf_counter()
                    await asyncio.sleep(0)
                    turns.append(time.perf_counter() - began)
            assert await recorder.flush()

        async def fire_events() -> None:
            for number in range(count):
                bus.fire("bench", {"x": number})
                if number % 1000 == 999:
                    await asyncio.sleep(0)
            assert await recorder.flush()

        figures["states_per_s"] = await rate(count, set_states)
        figures["longest_turn_beside_the_writer_ms"] = max(turns) * 1000
        figures["events_per_s"] = await rate(count, fire_events)
        assert store.status().written == 2 * count
        began = time.perf_counter()
        assert len(await store.last_states()) == 1000
        figures["last_states_of_1000_s"] = time.perf_counter() - began
    began = time.perf_counter()
    async with Store.open(url, clock=clock):
        figures["open_s"] = time.perf_counter() - began
    return figures


if __name__ == "__main__":
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        print(json.dumps(asyncio.run(main(how_many, f"sqlite:///{path}"))))
        with sqlite3.connect(path) as database:
            counts = [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("states", "events")]
        assert counts == [how_many, how_many], counts
