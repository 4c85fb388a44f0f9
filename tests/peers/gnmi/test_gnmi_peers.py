"""hub-gnmi against OpenConfig's fake target, and OpenConfig's client against the simulator."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import grpc
import hub_gnmi
import pytest
from hub_gnmi.simulator import GnmiServer, Interface, Switch, serving

from hub.clock import SystemClock
from hub.testing import running
from tests.peers.servers.gnmi import Keys, Server, Unavailable, fake_target, program

NOW = time.time_ns()


def value(path: str, kind: str, at: int = NOW) -> str:
    """One value of the fake target, told once; its paths are of the old form, texts with their keys in them."""
    elements = " ".join(f'path: "{element}"' for element in path.split("|"))
    return f"values: <{elements} timestamp: <timestamp: {at}> repeat: 1 {kind}>\n"


OPER = "interfaces|interface[name=eth0]|state|oper-status"
OCTETS = "interfaces|interface[name=eth0]|state|counters|in-octets"
VALUES = (
    value(OPER, 'string_value: <value: "UP">')
    + value(OCTETS, "uint_value: <value: 1000000>")
    + value(OCTETS, "uint_value: <value: 2000000>", NOW + 10 * 10**9)
    + value("system|memory|state|used", "int_value: <value: 4000>")
    + value("system|memory|state|physical", "uint_value: <value: 16000>")
    + value("system|level", "double_value: <value: 2.5>")
    + value("system|names", 'string_list_value: <value: "a" value: "b">')
    + value("system|good", "bool_value: <value: true>")
    + value("sync", "sync: 1")
    + value(OPER, 'string_value: <value: "DOWN">', NOW + 11 * 10**9)
)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def started(context: Any) -> Iterator[Server]:
    """Run the program, or skip with the reason."""
    try:
        with context as server:
            yield server
    except Unavailable as reason:
        pytest.skip(str(reason))


@pytest.fixture
def fake(tmp_path: Path, keys: Keys) -> Iterator[Server]:
    yield from started(fake_target(tmp_path, keys, VALUES))


@pytest.fixture
def strict(tmp_path: Path, keys: Keys) -> Iterator[Server]:
    yield from started(fake_target(tmp_path, keys, VALUES, client_ca=True))


@pytest.fixture
def short(tmp_path: Path, keys: Keys) -> Iterator[Server]:
    yield from started(fake_target(tmp_path, keys, VALUES, more=""))


@pytest.fixture
async def switch(keys: Keys) -> AsyncIterator[GnmiServer]:
    clock = SystemClock()
    box = Switch("core-1", [Interface("Ethernet1/1"), Interface("Ethernet1/2", cabled=False)], clock)
    async with serving(box, clock, certificate=grpc.ssl_server_credentials([keys.pair])) as server:
        yield server


def config(server: Server | GnmiServer, keys: Keys, **more: Any) -> dict[str, Any]:
    return {"name": "Peer", "host": "127.0.0.1", "port": server.port, "ca_file": str(keys.ca), "timeout": 5, **more}


SENSORS = [
    {"path": "/system/level", "name": "Level", "unit": "m"},
    {"path": "/system/names", "name": "Names"},
    {"path": "/system/good", "name": "Good", "binary": True},
]


@pytest.mark.peer("openconfig fake target")
async def test_what_the_fake_target_tells_becomes_entities(fake: Server, keys: Keys) -> None:
    """Every kind of value that it can send; paths of the form before gNMI 0.4; no Capabilities."""
    async with running(hub_gnmi, config(fake, keys, sensors=SENSORS)) as hub:
        await hub.until(lambda: hub.told("gnmi.link_down"))

        assert hub.value("sensor.peer_eth0_in") == "800000.0"
        assert hub.value("sensor.peer_memory") == "25.0"
        assert hub.value("sensor.peer_level") == "2.5"
        assert hub.value("sensor.peer_names") == "a, b"
        assert hub.value("binary_sensor.peer_good") == "on"
        assert hub.value("binary_sensor.peer_eth0") == "off"
        assert hub.value("binary_sensor.peer_synced") == "on"


@pytest.mark.peer("openconfig fake target")
async def test_a_fake_target_that_is_killed_and_started_again(fake: Server, keys: Keys) -> None:
    """Entities are unavailable meanwhile, and back afterwards; the loss is told."""
    async with running(hub_gnmi, config(fake, keys), SystemClock(10)) as hub:
        await hub.until(lambda: hub.value("binary_sensor.peer_eth0") == "off")
        fake.kill()
        await hub.until(lambda: hub.value("binary_sensor.peer_eth0") == "unavailable" and hub.told("gnmi.subscription_lost"))
        fake.start()
        await hub.until(lambda: hub.value("binary_sensor.peer_eth0") == "off", 15)


@pytest.mark.peer("openconfig fake target")
async def test_a_stream_that_the_target_ends_does_not_hang(short: Server, keys: Keys) -> None:
    """What came before is taken; then the subscription is taken up again."""
    async with running(hub_gnmi, config(short, keys), SystemClock(10)) as hub:
        await hub.until(lambda: len(hub.told("gnmi.subscription_lost")) >= 2, 15)

        assert "the target ended" in hub.told("gnmi.subscription_lost")[0]["reason"]
        assert hub.told("gnmi.link_down")


@pytest.mark.peer("openconfig fake target")
async def test_polling_the_fake_target(fake: Server, keys: Keys) -> None:
    """It answers a subscription to be polled with everything, and every poll with everything again."""
    async with running(hub_gnmi, config(fake, keys, subscribe="poll", interval=0.2)) as hub:
        await hub.until(lambda: hub.value("sensor.peer_memory") == "25.0")

        assert sum(report.bugs for report in hub.reports()) == 0


@pytest.mark.peer("openconfig fake target")
async def test_a_target_that_wants_to_see_our_certificate(strict: Server, keys: Keys, tmp_path: Path) -> None:
    """Mutual TLS with Go's server."""
    ours = keys.authority.issue_cert("hub.example.org")
    ours.private_key_pem.write_to_path(tmp_path / "ours.key")
    ours.cert_chain_pems[0].write_to_path(tmp_path / "ours.pem")
    async with running(hub_gnmi, config(strict, keys)) as hub:
        assert not hub.connected
    pair = {"cert_file": str(tmp_path / "ours.pem"), "key_file": str(tmp_path / "ours.key")}
    async with running(hub_gnmi, config(strict, keys, **pair)) as hub:
        await hub.until(lambda: hub.value("sensor.peer_memory") == "25.0")


async def ask(*arguments: str) -> str:
    """Run OpenConfig's client and return what it printed."""
    try:
        client = program("gnmi_cli")
    except Unavailable as reason:
        pytest.skip(str(reason))
    command = [str(client), *arguments]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0 or "DeadlineExceeded" in done.stdout, done.stderr  # how it ends a stream
    return str(done.stdout)


@pytest.mark.peer("openconfig client")
async def test_openconfig_s_client_reads_the_simulator(switch: GnmiServer, keys: Keys) -> None:
    """Capabilities, Get, and subscriptions once and as a stream: what tests talk to is a gNMI target."""
    at = ["-address", f"127.0.0.1:{switch.port}", "-ca_crt", str(keys.ca)]

    assert "openconfig-interfaces" in await ask("-capabilities", *at)
    wanted = 'path: <elem: <name: "system"> elem: <name: "state"> elem: <name: "hostname">> encoding: JSON_IETF'
    assert "core-1" in await ask("-get", "-proto", wanted, *at)
    once = await ask("-query", "interfaces/interface[name=*]/state/oper-status", "-query_type", "once", "-target", "core-1", *at)
    assert "UP" in once
    assert "DOWN" in once
    stream = await ask("-query", "system/memory", "-query_type", "streaming", "-streaming_duration", "1s", *at)
    assert "physical" in stream
