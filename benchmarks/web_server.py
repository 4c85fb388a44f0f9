"""A process that serves 1000 entities and the action `benchgen.burst`, for the `http` and `ws` groups of `side.py`.

    python benchmarks/web_server.py [--port 0]

Its first line is a JSON object: {"url", "host", "port", "token", "pid"}. It ends on SIGTERM.
"""

import argparse
import asyncio
import gc
import json
import os
import signal
from collections.abc import Mapping, Sequence
from typing import Any

import uvloop

from hub import __version__
from hub.actions import Actions
from hub.bus import Bus
from hub.clock import SystemClock
from hub.model.action import Action, ActionCall
from hub.model.names import EntityId
from hub.states import StateMachine
from hub.web.identity import Identity, Role, TokenFacts
from hub.web.server import serving
from hub.web.sources import Facts, WebSources

TOKEN = "bench-token-0123456789abcdef0123456789abcdef"  # known to this process alone, on the loopback interface


class OneToken:
    """Knows a single token."""

    def identify(self, token: str) -> Identity | None:
        return Identity(id="bench", name="bench", role=Role.ADMIN) if token == TOKEN else None

    async def create(self, name: str, role: Role) -> str:
        return TOKEN

    async def list(self) -> Sequence[TokenFacts]:
        return []

    async def revoke(self, name: str) -> bool:
        return False


def entity_attributes(number: int) -> Mapping[str, Any]:
    """As `workloads.entity_attrs`."""
    return {
        "unit_of_measurement": "W",
        "device_class": "power",
        "state_class": "measurement",
        "friendly_name": f"Sensor {number}",
        "area": f"room_{number % 40}",
    }


async def main(port: int) -> None:
    clock = SystemClock()
    bus = Bus(clock)
    states, actions = StateMachine(bus, clock), Actions(bus)
    for number in range(1000):
        states.set(EntityId(f"sensor.s{number}"), str(number), entity_attributes(number))
    count = 0

    async def burst(call: ActionCall) -> None:
        nonlocal count
        for done in range(call.data["n"]):
            count += 1
            states.set(EntityId(f"sensor.s{count % 1000}"), str(count), {"unit": "W", "friendly_name": "x"})
            if done % 100 == 99:
                await asyncio.sleep(0)

    actions.offer(Action(domain="benchgen", name="burst", handler=burst))
    actions.offer(Action(domain="test", name="act", handler=lambda call: None))
    sources = WebSources(
        states=states, bus=bus, actions=actions, clock=clock, facts=Facts(version=__version__), tokens=OneToken()
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with serving(sources, port=port) as bound:
        gc.collect()
        gc.freeze()
        facts = {"url": bound.url, "host": bound.host, "port": bound.port, "token": TOKEN, "pid": os.getpid()}
        print(json.dumps(facts), flush=True)
        await stop.wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=0)
    uvloop.run(main(arguments.parse_args().port))
