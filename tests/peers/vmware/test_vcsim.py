"""vcsim, govmomi's simulated vCenter, which `tests/peers/vmware/fetch` builds: somebody else's idea of the protocol."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hub_vmware
import pytest

from hub.api import ActionError
from hub.clock import SystemClock
from hub.hosting.catalog import Condition
from hub.testing import running

VCSIM = Path(__file__).parents[3] / ".peers" / "vmware" / "vcsim"

pytestmark = [
    pytest.mark.peer("vcsim"),
    pytest.mark.skipif(not VCSIM.exists(), reason="run tests/peers/vmware/fetch first"),
    pytest.mark.timeout(120),
]


class VcSim:
    """One vcsim; what it has is new after each start."""

    def __init__(self, machines: int = 2) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._address = f"127.0.0.1:{free.getsockname()[1]}"
        self._machines = machines
        self._process: subprocess.Popen[bytes] | None = None

    def config(self, **more: Any) -> dict[str, Any]:
        vcenter = {"url": f"https://{self._address}", "user": "hub", "password": "kilowatt", "verify": False, "timeout": 10}
        return {"vcenter": {**vcenter, **more}}

    def start(self) -> None:
        command = [str(VCSIM), "-l", self._address, "-vm", str(self._machines)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        assert self._process.stdout is not None
        assert self._process.stdout.readline(), "vcsim does not start"

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None


@pytest.fixture
def vcsim() -> Iterator[VcSim]:
    server = VcSim()
    server.start()
    yield server
    server.kill()


async def test_the_inventory_arrives(vcsim: VcSim) -> None:
    """Four machines, four hosts, a datastore."""
    async with running(hub_vmware, vcsim.config()) as hub:
        assert hub.value("sensor.vmware_vms") == "4"
        assert hub.value("binary_sensor.dc0_h0_vm0_power") == "on"
        assert hub.state("binary_sensor.dc0_h0_vm0_power").attributes["host"] == "DC0_H0"  # type: ignore[union-attr]  # it is there
        assert hub.value("binary_sensor.dc0_h0_connected") == "on"
        assert hub.value("sensor.localds_0_free") is not None
        assert hub.report.bugs == 0


async def test_power_goes_off_and_on_and_the_tasks_are_followed(vcsim: VcSim) -> None:
    """A second `off` fails with vCenter's reason."""
    async with running(hub_vmware, vcsim.config()) as hub:
        await hub.call("vmware.power_off", vm="DC0_H0_VM0", confirm=True)
        await hub.until(lambda: hub.value("binary_sensor.dc0_h0_vm0_power") == "off")
        with pytest.raises(ActionError, match="InvalidPowerState"):
            await hub.call("vmware.power_off", vm="DC0_H0_VM0", confirm=True)
        await hub.call("vmware.power_on", vm="DC0_H0_VM0")
        await hub.until(lambda: hub.value("binary_sensor.dc0_h0_vm0_power") == "on")

        assert [told["state"] for told in hub.told("vmware.power_changed")] == ["poweredOff", "poweredOn"]
        assert [told["ok"] for told in hub.told("vmware.task_finished")] == [True, False, True]


async def test_a_snapshot_is_made_and_removed(vcsim: VcSim) -> None:
    """Its age appears and goes."""
    async with running(hub_vmware, vcsim.config()) as hub:
        await hub.call("vmware.create_snapshot", vm="DC0_H0_VM1", snapshot="before the upgrade")
        await hub.until(lambda: hub.value("sensor.dc0_h0_vm1_snapshot_age") == "0")
        await hub.call("vmware.remove_snapshot", vm="DC0_H0_VM1", snapshot="before the upgrade", confirm=True)
        await hub.until(lambda: hub.state("sensor.dc0_h0_vm1_snapshot_age") is None)


async def test_killed_in_mid_stream_and_started_again(vcsim: VcSim) -> None:
    """The hub notices, connects again, and its states are those of the new vcsim."""
    async with running(hub_vmware, vcsim.config(), SystemClock(20)) as hub:
        await hub.call("vmware.power_off", vm="DC0_H0_VM0", confirm=True)
        await hub.until(lambda: hub.value("binary_sensor.dc0_h0_vm0_power") == "off")
        vcsim.kill()
        await hub.until(lambda: not hub.connected and hub.value("binary_sensor.dc0_h0_vm0_power") == "unavailable", 15)
        vcsim.start()
        await hub.until(lambda: hub.connected and hub.value("binary_sensor.dc0_h0_vm0_power") == "on", 30)
        await hub.call("vmware.power_off", vm="DC0_H0_VM0", confirm=True)
        await hub.until(lambda: hub.value("binary_sensor.dc0_h0_vm0_power") == "off")

        assert hub.report.bugs == 0


async def test_a_wrong_password_is_tried_once(vcsim: VcSim) -> None:
    """And said to be wrong."""
    async with running(hub_vmware, vcsim.config(password="wrong"), SystemClock(60)) as hub:
        assert hub.report.condition is Condition.FAILED
        assert "refuses the user or the password" in str(hub.report.last_error)


async def test_a_certificate_that_nobody_trusts(vcsim: VcSim) -> None:
    """Vcsim's own is signed by nobody."""
    async with running(hub_vmware, vcsim.config(verify=True)) as hub:
        assert not hub.connected
        assert "certificate is not trusted" in str(hub.report.last_error)


async def test_six_hundred_machines_come_in_pages() -> None:
    """An answer has five hundred objects at most (vcsim needs thirty milliseconds to make each machine)."""
    server = VcSim(machines=300)
    try:
        server.start()
        async with running(hub_vmware, server.config(timeout=60), wait=False) as hub:
            await hub.until(lambda: hub.connected, 50)
            assert hub.value("sensor.vmware_vms") == "600"
            await hub.call("vmware.power_off", vm="DC0_H0_VM299", confirm=True)
            await hub.until(lambda: hub.value("binary_sensor.dc0_h0_vm299_power") == "off", 20)
            assert hub.report.bugs == 0
    finally:
        server.kill()
