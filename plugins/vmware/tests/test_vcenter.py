"""What a vCenter has becomes entities, events and actions."""

import hub_vmware
import pytest
from hub_vmware.simulator import SimulatedVmware

from hub.api import ActionError
from hub.clock import SystemClock
from hub.hosting.catalog import Condition
from hub.testing import KeptMemory, Running, running


def only_vcenter(vmware: SimulatedVmware, **more: object) -> dict[str, object]:
    return {"vcenter": {**vmware.vcenter_config, **more}}


async def test_the_inventory_is_shown(vmware: SimulatedVmware) -> None:
    """Machines, hosts, datastores, and the whole."""
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        power = hub.state("binary_sensor.web_1_power")

        assert power is not None
        assert power.state == "on"
        assert (power.attributes["host"], power.attributes["ip"], power.attributes["ref"]) == ("esx2", "10.0.0.1", "vm-1")
        assert hub.value("binary_sensor.web_1_tools") == "on"
        assert hub.value("binary_sensor.esx1_connected") == "on"
        assert hub.value("sensor.esx1_status") == "green"
        assert hub.value("sensor.vault_free") == "25.0"
        assert (hub.value("sensor.vmware_vms"), hub.value("sensor.vmware_vms_running")) == ("6", "6")


async def test_changes_come_by_themselves(vmware: SimulatedVmware) -> None:
    """Nothing is asked anew: each change is the answer to the one open question."""
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        vmware.plant.set_power("vm-2", on=False)
        await hub.until(lambda: hub.value("binary_sensor.web_2_power") == "off")

        [told] = hub.told("vmware.power_changed")
        assert (told["vm"], told["state"], told["previous"], told["host"]) == ("web-2", "poweredOff", "poweredOn", "esx1")
        assert hub.value("sensor.vmware_vms_running") == "5"
        assert vmware.vcenter.calls.count("WaitForUpdatesEx") <= 4


async def test_a_machine_that_appears_or_vanishes_does_so_here(vmware: SimulatedVmware) -> None:
    """With all of its entities."""
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        vmware.plant.add_vm("vm-77", "late")
        await hub.until(lambda: hub.value("binary_sensor.late_power") == "on")
        vmware.plant.remove("vm-77")
        await hub.until(lambda: hub.state("binary_sensor.late_power") is None and hub.state("binary_sensor.late_tools") is None)

        assert hub.value("sensor.vmware_vms") == "6"


async def test_a_machine_that_vanished_while_the_hub_was_away_is_removed(vmware: SimulatedVmware) -> None:
    """Its entities are remembered."""
    memory = KeptMemory()
    async with running(hub_vmware, only_vcenter(vmware), SystemClock(), memory):
        pass
    vmware.plant.remove("vm-3")

    async with running(hub_vmware, only_vcenter(vmware), SystemClock(), memory) as hub:
        assert hub.state("binary_sensor.web_3_power") is None
        assert not any(key.startswith("vm-3/") for key in memory.get("shown/vcenter"))


async def test_only_wanted_machines_are_shown(vmware: SimulatedVmware) -> None:
    """By globs of names; templates never."""
    vmware.plant.change("vm-4", config__template=True)
    async with running(hub_vmware, only_vcenter(vmware, vms=["web-*"], exclude=["web-1"])) as hub:
        assert hub.state("binary_sensor.web_1_power") is None
        assert hub.state("binary_sensor.web_4_power") is None
        assert hub.value("sensor.vmware_vms") == "4"


async def test_alarms_come_and_go(vmware: SimulatedVmware) -> None:
    """With their names, which have to be asked for."""
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        vmware.plant.trigger_alarm("datastore-1", "yellow")
        vmware.plant.trigger_alarm("datastore-1", "red")
        await hub.until(lambda: hub.told("vmware.alarm_triggered")[-1]["status"] == "red")
        alarms = hub.state("sensor.vmware_alarms")
        vmware.plant.trigger_alarm("datastore-1", "green")
        await hub.until(lambda: hub.told("vmware.alarm_cleared"))

        assert alarms is not None
        assert (alarms.state, alarms.attributes["red"]) == ("1", 1)
        assert alarms.attributes["alarms"][0]["alarm"] == "Datastore usage on disk"
        assert hub.told("vmware.alarm_cleared")[0]["entity"] == "vault"
        assert hub.value("sensor.vmware_alarms") == "0"


async def test_a_lost_host_is_told_of(vmware: SimulatedVmware) -> None:
    """And that it is back."""
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        vmware.plant.set_host("host-1", "notResponding")
        vmware.plant.set_host("host-1", "connected")
        await hub.until(lambda: hub.told("vmware.host_connected"))

        assert hub.told("vmware.host_disconnected")[0]["state"] == "notResponding"
        assert hub.value("binary_sensor.esx1_connected") == "on"


async def test_power_is_followed_to_its_end(vmware: SimulatedVmware) -> None:
    """The action returns when the task has succeeded."""
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        answer = await hub.call("vmware.power_off", vm="WEB-1", confirm=True)
        assert not vmware.plant.is_on("vm-1")
        await hub.call("vmware.power_on", vm="vm-1")
        assert vmware.plant.is_on("vm-1")

        first = hub.told("vmware.task_finished")[0]
        assert (first["task"], first["action"], first["vm"], first["ok"]) == (answer["task"], "power_off", "web-1", True)


async def test_a_task_that_fails_fails_the_action_with_its_reason(vmware: SimulatedVmware) -> None:
    """In vCenter's words."""
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        with pytest.raises(ActionError, match="power_on of web-1 failed: InvalidPowerState: The attempted operation"):
            await hub.call("vmware.power_on", vm="web-1")

        assert hub.told("vmware.task_finished")[0]["ok"] is False
        assert hub.connected


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("power_off", {"vm": "web-1"}),
        ("remove_snapshot", {"vm": "web-1", "snapshot": "x"}),
        ("log_off", {"person": "ada"}),
        ("reset", {"person": "ada"}),
    ],
)
async def test_hard_actions_want_to_be_confirmed(vmware: SimulatedVmware, action: str, data: dict[str, str]) -> None:
    """And say so; nothing has happened."""
    async with running(hub_vmware, vmware.config) as hub:
        with pytest.raises(ActionError, match=rf"vmware\.{action} .*`confirm: true`"):
            await hub.call(f"vmware.{action}", **data)

    assert vmware.plant.is_on("vm-1")
    assert vmware.horizon.counts["actions"] == 0


async def test_snapshots_are_made_shown_and_removed(vmware: SimulatedVmware) -> None:
    """Their age is that of the oldest."""
    vmware.plant.add_snapshot("vm-1", "old", age_days=9.5)
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        assert hub.value("sensor.web_1_snapshot_age") == "9"
        await hub.call("vmware.create_snapshot", vm="web-2", snapshot="before")
        await hub.until(lambda: hub.value("sensor.web_2_snapshot_age") == "0")
        await hub.call("vmware.remove_snapshot", vm="web-1", snapshot="old", confirm=True)
        await hub.until(lambda: hub.state("sensor.web_1_snapshot_age") is None)

        with pytest.raises(ActionError, match="web-2 has no snapshot 'after'; it has: before"):
            await hub.call("vmware.remove_snapshot", vm="web-2", snapshot="after", confirm=True)


async def test_a_guest_without_tools_cannot_be_asked(vmware: SimulatedVmware) -> None:
    """The reason is vCenter's."""
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        await hub.call("vmware.shutdown_guest", vm="web-1")
        await hub.until(lambda: hub.value("binary_sensor.web_1_power") == "off")
        with pytest.raises(ActionError, match="VMware Tools is not running"):
            await hub.call("vmware.reboot_guest", vm="web-1")


async def test_machines_of_the_same_name_are_told_apart_by_reference(vmware: SimulatedVmware) -> None:
    """A guess would hit the wrong one."""
    vmware.plant.add_vm("vm-50", "web-1")
    async with running(hub_vmware, only_vcenter(vmware)) as hub:
        with pytest.raises(ActionError, match="2 machines are called 'web-1'; name one by its reference: vm-1, vm-50"):
            await hub.call("vmware.power_off", vm="web-1", confirm=True)
        with pytest.raises(ActionError, match="there is no machine 'nobody'"):
            await hub.call("vmware.power_on", vm="nobody")


async def test_the_session_is_given_back(vmware: SimulatedVmware) -> None:
    """The open question is ended first."""
    async with running(hub_vmware, only_vcenter(vmware)):
        assert len(vmware.vcenter.sessions) == 1

    assert vmware.vcenter.sessions == set()
    assert vmware.vcenter.calls[-2:] == ["CancelWaitForUpdates", "Logout"]


async def test_a_wrong_password_is_tried_once(vmware: SimulatedVmware) -> None:
    """Accounts lock."""
    async with running(hub_vmware, only_vcenter(vmware, password="wrong"), SystemClock(600)) as hub:
        await hub.until(lambda: hub.report.condition is Condition.FAILED)

        assert hub.report.last_error is not None
        assert "refuses the user or the password" in hub.report.last_error
        assert vmware.vcenter.logins == 1


async def test_an_ended_session_is_begun_anew(vmware: SimulatedVmware) -> None:
    """VCenter throws out sessions; the supervisor connects again."""
    async with running(hub_vmware, only_vcenter(vmware), SystemClock(60)) as hub:
        vmware.vcenter.sessions.clear()
        vmware.plant.set_power("vm-1", on=False)
        await hub.until(lambda: vmware.vcenter.logins == 2 and hub.value("binary_sensor.web_1_power") == "off")
        assert isinstance(hub, Running)
        assert hub.report.bugs == 0
