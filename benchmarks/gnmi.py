"""How much telemetry the gnmi plugin bears: `python benchmarks/gnmi.py [seconds]`.

A hundred targets in a process of their own stream to one hub in memory, over real connections: counters of ten interfaces each,
which become rates, and one leaf that tells when it was sent, so that its way until it is a state of the hub is measured. `lag` is
that way; a hub that falls behind shows it growing. `left out` are samples that a newer one replaced before they were shown.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import grpc
import grpc.aio
import hub_gnmi
import uvloop
from figures import percentile, resident_kb
from hub_gnmi.paths import Path
from hub_gnmi.simulator.spelling import path_message
from pygnmi.spec.v080 import gnmi_pb2 as pb

from hub.testing import Running, running

TARGETS, INTERFACES = 100, 10
COUNTERS = ("in-octets", "out-octets", "in-errors", "out-errors", "in-discards", "out-discards")
SENT = "/benchmark/sent"
_WARMING_UP = 6.0  # seconds, in which thousands of entities appear
LOADS = ((10_000, 10), (10_000, 1), (20_000, 10), (50_000, 10), (200_000, 50))
"""Updates per second over all targets, and how many of them are in a message."""


class Fleet:
    """The targets."""

    def __init__(self, rate: float, per_message: int) -> None:
        self._pause = TARGETS * per_message / rate
        self._per_message = per_message
        self.sent = 0

    def messages(self) -> list[Any]:
        """Return what a target sends again and again, with other values each time."""
        paths = [f"/interfaces/interface[name=Ethernet{number}]/state/counters/{counter}"
                 for number in range(INTERFACES) for counter in COUNTERS]  # fmt: skip
        paths.append(SENT)
        paths += [f"/benchmark/unread[number={number}]" for number in range(-len(paths) % self._per_message)]
        made = []
        for start in range(0, len(paths), self._per_message):
            response = pb.SubscribeResponse()
            for path in paths[start : start + self._per_message]:
                response.update.update.add(path=path_message(Path.parse(path)))
            made.append(response)
        return made

    async def subscribe(self, requests: Any, context: Any) -> None:
        """Send until the client goes; what it does not take in time is not made up for by sending faster than it takes."""
        await anext(requests)
        messages, number, due = self.messages(), 0, time.perf_counter()
        await context.write(pb.SubscribeResponse(sync_response=True).SerializeToString())
        while True:
            message = messages[number % len(messages)]
            number += 1
            message.update.timestamp = now = time.time_ns()
            for update in message.update.update:
                update.val.uint_val = now if update.path.elem[-1].name == "sent" else number * 1000
            await context.write(message.SerializeToString())
            present = time.perf_counter()
            due = max(due + self._pause, present - self._pause)
            if due > present:
                await asyncio.sleep(due - present)

    async def capabilities(self, _: Any, __: Any) -> bytes:
        return bytes(pb.CapabilityResponse(gNMI_version="0.8.0", supported_encodings=[2]).SerializeToString())


async def fleet(rate: float, per_message: int) -> None:
    """Run the targets until the input ends; prints their ports."""
    crew, ports, servers = Fleet(rate, per_message), [], []
    methods = {
        "Capabilities": grpc.unary_unary_rpc_method_handler(crew.capabilities),
        "Subscribe": grpc.stream_stream_rpc_method_handler(crew.subscribe),
    }
    for _ in range(TARGETS):
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("gnmi.gNMI", methods),))
        ports.append(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        servers.append(server)
    print(*ports, flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for server in servers:
        await server.stop(None)


class Watch:
    """Measures, while a hub runs."""

    def __init__(self, hub: Running[Any]) -> None:
        self._hub = hub
        self.lags: list[float] = []
        hub.bus.watch_all(self._on_change)

    def updates(self) -> int:
        return sum(target.board.updates for target in self._targets())

    def left_out(self) -> int:
        return sum(target.board.backlog.coalesced for target in self._targets())

    def _targets(self) -> list[Any]:
        return [self._hub.host.session("gnmi", report.instance) for report in self._hub.reports()]

    def _on_change(self, change: Any) -> None:
        if change.entity_id.endswith("_sent") and change.new is not None and change.new.state.isdigit():
            self.lags.append((time.time_ns() - int(change.new.state)) / 1e6)


def section(ports: Sequence[int]) -> list[dict[str, Any]]:
    """The configuration of the targets."""
    sensors = [{"path": SENT, "name": "Sent", "read_as": "number"}]
    alike = {"host": "127.0.0.1", "plaintext": True, "profiles": ["interfaces"], "sensors": sensors}
    return [{"name": f"T{number}", "port": port, **alike} for number, port in enumerate(ports)]


async def measure(rate: float, per_message: int, seconds: float) -> None:
    """Print one line."""
    command = [sys.executable, __file__, "--fleet", str(rate), str(per_message)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as crew:
        assert crew.stdin is not None
        assert crew.stdout is not None
        ports = [int(port) for port in (await asyncio.to_thread(crew.stdout.readline)).split()]
        async with running(hub_gnmi, section(ports)) as hub:
            await hub.until(lambda: hub.connected, 30)
            watch = Watch(hub)
            await asyncio.sleep(_WARMING_UP)
            watch.lags.clear()
            updates, left_out, cpu, began, held = (
                watch.updates(),
                watch.left_out(),
                time.process_time(),
                time.perf_counter(),
                resident_kb(),
            )
            await asyncio.sleep(seconds)
            passed = time.perf_counter() - began
            used = (time.process_time() - cpu) / passed
            print(
                f"offered {rate:7.0f}/s in messages of {per_message:2d}: taken {(watch.updates() - updates) / passed:7.0f}/s, "
                f"left out {(watch.left_out() - left_out) / passed:6.0f}/s, processor {used:4.0%}, "
                f"lag {percentile(watch.lags, 0.5):6.1f} ms (99 %: {percentile(watch.lags, 0.99):6.1f} ms), "
                f"memory {resident_kb() / 1024:.0f} MB ({(resident_kb() - held) / 1024:+.0f})",
                flush=True,
            )
        crew.stdin.close()


async def main(seconds: float) -> None:
    for rate, per_message in LOADS:
        await measure(rate, per_message, seconds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fleet"]:
        uvloop.run(fleet(float(sys.argv[2]), int(sys.argv[3])))
    else:
        uvloop.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0))
