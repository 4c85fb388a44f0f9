"""The rehearsal: three switches of a data centre; a link flaps now and then, and one switch is restarted once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from hub.api import Clock, Rehearsal
from hub_gnmi.simulator.server import GnmiServer, serving
from hub_gnmi.simulator.switch import Interface, Switch

USER, PASSWORD = "hub", "tele-Metrie-42"
_STEP = 5.0  # seconds between two looks at what is due
_FLAP_EVERY, _FLAP_LASTS = 240.0, 35.0  # seconds
_RESTART_AT = 900.0


@asynccontextmanager
async def rehearse_switches(clock: Clock) -> AsyncIterator[Rehearsal]:
    """Run three switches whose traffic follows the clock."""
    async with AsyncExitStack() as stack:
        servers = {
            title: await stack.enter_async_context(serving(switch, clock, credentials=(USER, PASSWORD)))
            for title, switch in _switches(clock).items()
        }
        life = asyncio.create_task(_live(servers, clock), name="switches")
        stack.push_async_callback(_end, life)
        config = [_section(title, server) for title, server in servers.items()]
        yield Rehearsal(config=config, summary=lambda: _count(servers), cues={"flap a link": _Flap(servers["Core 1"], clock)})


def _switches(clock: Clock) -> dict[str, Switch]:
    def ports(prefix: str, number: int, load: float) -> list[Interface]:
        return [Interface(f"{prefix}{port}", load=load * (1.0 + 0.13 * port)) for port in range(1, number + 1)]

    return {
        "Core 1": Switch("core-1", [*ports("Ethernet", 6, 0.22), Interface("Ethernet7", cabled=False)], clock),
        "Core 2": Switch("core-2", ports("Ethernet", 6, 0.19), clock),
        "Edge 1": Switch("edge-1", [*ports("ge-0/0/", 4, 0.31), Interface("xe-0/1/0", load=0.62)], clock),
    }


def _section(title: str, server: GnmiServer) -> dict[str, Any]:
    return {
        "name": title,
        "host": "127.0.0.1",
        "port": server.port,
        "plaintext": True,
        "username": USER,
        "password": PASSWORD,
        "profiles": ["interfaces", "loss", "cpu", "memory", "uptime", "temperature"],
    }


def _count(servers: Mapping[str, GnmiServer]) -> Mapping[str, int]:
    tallies = [server.tally for server in servers.values()]
    return {
        "gnmi_subscriptions": sum(tally.subscriptions for tally in tallies),
        "gnmi_messages_sent": sum(tally.notifications for tally in tallies),
        "gnmi_gets": sum(tally.gets for tally in tallies),
        "gnmi_sets": sum(tally.sets for tally in tallies),
    }


class _Flap:
    """Pulls a cable at every second call, and plugs it in at the others."""

    def __init__(self, server: GnmiServer, clock: Clock) -> None:
        self._switch, self._clock = server.switch, clock

    async def __call__(self) -> None:
        port = self._switch.interfaces["Ethernet2"]
        self._switch.cable(port.name, not port.cabled)


async def _live(servers: Mapping[str, GnmiServer], clock: Clock) -> None:
    began, edge = clock.monotonic(), servers["Edge 1"].switch
    restarted = False
    while True:
        await clock.sleep(_STEP)
        passed = clock.monotonic() - began
        plugged = passed < _FLAP_EVERY or passed % _FLAP_EVERY >= _FLAP_LASTS
        if edge.interfaces["xe-0/1/0"].cabled is not plugged:
            edge.cable("xe-0/1/0", plugged)
        if not restarted and passed >= _RESTART_AT:
            restarted = True
            servers["Core 2"].switch.reboot()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
