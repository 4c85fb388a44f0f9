"""Servers that answer badly, or not at all: an error that says so, never a bug."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator
from pathlib import Path

import hub_vmware
import pytest
import trustme
from hub_vmware.simulator import SimulatedVmware
from hub_vmware.simulator import running as simulated

from hub.clock import SystemClock
from hub.testing import running


@pytest.mark.parametrize(
    ("name", "spoilt"),
    [
        ("truncated", lambda body: body[: len(body) // 2]),
        ("empty", lambda _: b""),
        ("a page of a proxy", lambda _: b"<html><body>Please log in</body></html>"),
        ("binary", lambda _: bytes(range(256))),
        ("a number that is none", lambda body: body.replace(b">8192<", b">many<")),
        ("a type that is unknown", lambda body: body.replace(b"VirtualMachine", b"Spaceship")),
        ("a state that is unknown", lambda body: body.replace(b">poweredOn<", b">glowing<")),
        ("no version", lambda body: body.replace(b"<version>", b"<verse>").replace(b"</version>", b"</verse>")),
    ],
)
async def test_a_spoilt_answer_of_vcenter_is_an_error(vmware: SimulatedVmware, name: str, spoilt: object) -> None:
    """The hub stays, says what is wrong, and connects when the server has come to its senses."""
    vmware.vcenter.spoil = lambda method, body: spoilt(body) if method == "WaitForUpdatesEx" else body  # type: ignore[operator]  # it is called
    async with running(hub_vmware, {"vcenter": vmware.vcenter_config}, SystemClock(60)) as hub:
        assert hub.report.bugs == 0, name
        vmware.vcenter.spoil = lambda _, body: body
        await hub.until(lambda: hub.connected and hub.value("binary_sensor.web_1_power") == "on")

        assert hub.report.bugs == 0


@pytest.mark.parametrize(
    "spoilt",
    [b'[{"id": "a"', b"{}", b"[1, 2]", b'[{"id": 7, "name": "x"}]', b'[{"name": "x"}]', b"<html>", b"\xff\xfe", b"null"],
)
@pytest.mark.parametrize("what", ["desktop-pools", "machines", "sessions"])
async def test_half_an_answer_of_horizon_is_an_error(vmware: SimulatedVmware, what: str, spoilt: bytes) -> None:
    """Whichever list it is."""
    vmware.horizon.spoil = lambda path, body: spoilt if path.endswith(what) else body
    async with running(hub_vmware, {"horizon": vmware.horizon_config}) as hub:
        assert not hub.connected
        assert "none of Horizon's" in str(hub.report.last_error)
        assert hub.report.bugs == 0


async def test_a_list_that_horizon_refuses_is_a_loss_and_no_bug(vmware: SimulatedVmware) -> None:
    """An administrator without the right to see machines."""
    vmware.horizon.forbidden = "/rest/inventory/v1/machines"
    async with running(hub_vmware, {"horizon": vmware.horizon_config}) as hub:
        assert not hub.connected
        assert "refuses what is needed to watch it: You may not" in str(hub.report.last_error)
        assert hub.report.bugs == 0


async def test_a_certificate_that_nobody_trusts_is_said_to_be_so(tmp_path: Path) -> None:
    """With the way out; with `ca_file` only the missing vCenter is left to complain of."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    vcenter = {"url": url, "user": "hub", "password": "x", "timeout": 5}
    async with server:
        async with running(hub_vmware, {"vcenter": vcenter}) as hub:
            assert "certificate is not trusted" in str(hub.report.last_error)
            assert hub.report.bugs == 0
        async with running(hub_vmware, {"vcenter": {**vcenter, "ca_file": str(tmp_path / "ca.pem")}}) as hub:
            assert "certificate" not in str(hub.report.last_error)
            assert hub.report.bugs == 0


@pytest.fixture
async def silent() -> AsyncGenerator[int, None]:
    """A server that takes connections and never says a word."""
    ended = asyncio.Event()

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    ended.set()
    server.close()
    await server.wait_closed()


async def test_a_silent_server_is_given_up_and_closing_does_not_wait_for_it(silent: int) -> None:
    """The hub stops although a thread waits for an answer."""
    config = {"vcenter": {"url": f"http://127.0.0.1:{silent}", "user": "hub", "password": "x", "timeout": 300}}
    began = time.monotonic()
    async with running(hub_vmware, config, wait=False) as hub:
        await asyncio.sleep(0)
        assert not hub.connected

    assert time.monotonic() - began < 5


async def test_five_thousand_machines_come_in_pages(vmware: SimulatedVmware) -> None:
    """And one change among them is one small answer."""
    async with (
        simulated(SystemClock(), machines=5_000) as large,
        running(hub_vmware, {"vcenter": {**large.vcenter_config, "timeout": 60}}, wait=False) as hub,
    ):
        await hub.until(lambda: hub.connected, 40)
        assert hub.value("sensor.vmware_vms") == "5000"
        calls = len(large.vcenter.calls)
        large.plant.set_power("vm-4999", on=False)
        await hub.until(lambda: hub.value("binary_sensor.web_4999_power") == "off", 5)

        assert len(large.vcenter.calls) <= calls + 2
        assert hub.report.bugs == 0
