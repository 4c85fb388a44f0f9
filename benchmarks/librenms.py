"""What a LibreNMS of 5,000 devices costs the hub, and the hub costs it: `python benchmarks/librenms.py [DEVICES]`.

The simulated server runs in a process of its own. Told are the requests, the bytes and the hub's CPU time of a start, of a quiet
minute, of a minute in which fifty devices fail, and of a look at all devices; then the same with 48 ports per device.
"""

import asyncio
import json
import multiprocessing
import resource
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from typing import Any

import hub_librenms
from hub_librenms.simulator import running as simulated

from hub.clock import SystemClock
from hub.testing import running

SPEED = 20.0


def serve(pipe: Connection, devices: int, ports: int) -> None:
    """Run the server; answers commands through the pipe."""

    async def main() -> None:
        async with simulated(SystemClock(SPEED), devices, ports) as librenms:
            pipe.send(dict(librenms.config))
            while True:
                command = await asyncio.to_thread(pipe.recv)
                if command == "stop":
                    return
                if command == "fail":
                    for device_id in range(1, 51):
                        librenms.network.go_down(device_id)
                if command == "heal":
                    for device_id in range(1, 51):
                        librenms.network.come_up(device_id)
                calls, librenms.rest.calls[:] = list(librenms.rest.calls), []
                pipe.send(calls)

    asyncio.run(main())


@asynccontextmanager
async def server(devices: int, ports: int) -> AsyncGenerator[tuple[Connection, dict[str, Any]], None]:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs, devices, ports))
    process.start()
    try:
        yield ours, await asyncio.to_thread(ours.recv)
    finally:
        ours.send("stop")
        await asyncio.to_thread(process.join)


class Measured:
    """CPU seconds of this process, and requests at the server, between two moments."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.figures: dict[str, float] = {}

    @asynccontextmanager
    async def as_(self, name: str, command: str = "count") -> AsyncGenerator[None, None]:
        await self._ask(command)
        cpu, wall = time.process_time(), time.perf_counter()
        yield
        calls = await self._ask("count")
        self.figures[f"{name}_cpu_ms"] = (time.process_time() - cpu) * 1000
        self.figures[f"{name}_wall_ms"] = (time.perf_counter() - wall) * 1000
        self.figures[f"{name}_requests"] = len(calls)

    async def _ask(self, command: str) -> list[str]:
        self._pipe.send(command)
        return await asyncio.to_thread(self._pipe.recv)


async def measure(devices: int, ports: int, kinds: list[str]) -> Mapping[str, float]:
    async with server(devices, ports) as (pipe, config):
        measured = Measured(pipe)
        config |= {"kinds": kinds}
        last = f"binary_sensor.{['access', 'edge', 'core', 'host'][devices % 4]}_{devices:03d}_example_net_alert"
        stalls: list[float] = []
        watching: asyncio.Task[None] | None = None
        async with measured.as_("start"):
            context = running(hub_librenms, config, SystemClock(SPEED), wait=False)
            hub = await context.__aenter__()
            watching = asyncio.create_task(watch(stalls))
            await hub.until(lambda: hub.value(last) == "off", 120)
            if "ports" in kinds:
                port = devices * 1000 + ports - 1
                await hub.until(lambda: hub.entities.by_unique_id("binary_sensor", "librenms", f"librenms/port_{port}_up"), 120)
        async with measured.as_("quiet_minute"):
            await hub.clock.sleep(60)
        async with measured.as_("fifty_fail", "fail"):
            await hub.until(lambda: len(hub.told("librenms.device_down")) == 50, 30)
            await hub.until(lambda: len(hub.told("librenms.alert_raised")) == 50, 30)
        async with measured.as_("quarter_of_an_hour"):
            await hub.clock.sleep(900)
        measured.figures["entities"] = len(hub.states.all())
        measured.figures["longest_turn_cpu_ms"] = max(stalls) * 1000
        measured.figures["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        watching.cancel()
        await context.__aexit__(None, None, None)
        return measured.figures


async def watch(stalls: list[float]) -> None:
    """Note how long the loop works without a pause; in CPU time, so that other processes do not count."""
    while True:
        began = time.process_time()
        await asyncio.sleep(0)
        stalls.append(time.process_time() - began)
        await asyncio.sleep(0.002)


def main() -> None:
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    figures: dict[str, Mapping[str, float]] = {
        "devices and alerts": asyncio.run(measure(devices, 0, ["devices", "alerts"])),
        "and 48 ports each": asyncio.run(measure(devices // 5, 48, ["devices", "alerts", "ports"])),
    }
    print(json.dumps({name: {key: round(value, 1) for key, value in each.items()} for name, each in figures.items()}, indent=2))


if __name__ == "__main__":
    main()
