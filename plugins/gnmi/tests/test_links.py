"""Links and reboots are told, also those that nobody saw."""

from typing import Any

import grpc
import hub_gnmi
from hub_gnmi.simulator import GnmiServer, Switch

from hub.testing import KeptMemory, running

OPER, ADMIN = "/interfaces/interface[name=eth0]/state/oper-status", "/interfaces/interface[name=eth0]/state/admin-status"
BOOT = "/system/state/boot-time"


async def test_a_link_that_flaps_is_told_of(config: dict[str, Any], switch: Switch) -> None:
    """Down and up again, with the admin-status, so that who switched it off is not woken."""
    async with running(hub_gnmi, config) as hub:
        await hub.until(lambda: hub.value("binary_sensor.core_synced") == "on")
        switch.enable("Ethernet1", False)
        await hub.until(lambda: hub.told("gnmi.link_down"))
        switch.enable("Ethernet1", True)
        await hub.until(lambda: hub.told("gnmi.link_up"))

        (down,), (up,) = hub.told("gnmi.link_down"), hub.told("gnmi.link_up")
        assert (down["target"], down["interface"], down["status"], down["admin_status"]) == ("Core", "Ethernet1", "DOWN", "DOWN")
        assert up["admin_status"] == "UP"
        assert up["down_for"] >= 0
        assert not up["while_away"]


async def test_what_a_connection_begins_with_is_no_news(config: dict[str, Any], script: Any) -> None:
    """Nothing is told before the target has told everything."""
    async with running(hub_gnmi, config) as hub:
        script.tell((OPER, "UP"))
        script.tell((OPER, "DOWN"))
        script.sync()
        script.tell((OPER, "UP"))
        await hub.until(lambda: hub.told("gnmi.link_up"))

        assert hub.told("gnmi.link_down") == []


async def test_no_flap_is_left_out_however_fast(config: dict[str, Any], script: Any) -> None:
    """A hundred in one message: states are never coalesced."""
    async with running(hub_gnmi, config) as hub:
        script.tell((OPER, "UP"))
        script.sync()
        script.tell(*[(OPER, status) for _ in range(100) for status in ("DOWN", "UP")])
        await hub.until(lambda: len(hub.told("gnmi.link_up")) == 100)

        assert len(hub.told("gnmi.link_down")) == 100


async def test_an_unknown_status_is_no_change(config: dict[str, Any], script: Any) -> None:
    """The link is not known to be down."""
    async with running(hub_gnmi, config) as hub:
        script.tell((OPER, "UP"))
        script.sync()
        script.tell((OPER, "UNKNOWN"))
        await hub.until(lambda: hub.value("binary_sensor.core_eth0") == "unknown")
        script.tell((OPER, "UP"), (ADMIN, "UP"))
        await hub.until(lambda: hub.value("binary_sensor.core_eth0") == "on")

        assert not hub.told("gnmi.link_down")
        assert not hub.told("gnmi.link_up")


async def test_an_interface_that_vanishes_is_down(config: dict[str, Any], script: Any) -> None:
    """A line card was pulled."""
    async with running(hub_gnmi, config) as hub:
        script.tell((OPER, "UP"), (ADMIN, "UP"))
        script.sync()
        script.tell(delete=["/interfaces/interface[name=eth0]"])
        await hub.until(lambda: hub.told("gnmi.link_down"))

        assert hub.told("gnmi.link_down")[0]["status"] == "NOT_PRESENT"
        assert hub.state("binary_sensor.core_eth0") is None


async def test_what_happened_while_away_is_told_after_the_sync(config: dict[str, Any], script: Any) -> None:
    """A lost connection hides nothing."""
    async with running(hub_gnmi, config) as hub:
        script.tell((OPER, "UP"))
        script.sync()
        await hub.until(lambda: hub.value("binary_sensor.core_synced") == "on")
        script.abort(grpc.StatusCode.UNAVAILABLE, "going down")
        await hub.until(lambda: hub.told("gnmi.subscription_lost"))
        script.tell((OPER, "DOWN"))
        script.sync()
        await hub.until(lambda: hub.told("gnmi.link_down"))

        assert hub.told("gnmi.link_down")[0]["while_away"]


async def test_what_happened_while_the_hub_was_stopped_is_told(config: dict[str, Any], script: Any) -> None:
    """Links and the start of the target are remembered on disk."""
    memory = KeptMemory()
    async with running(hub_gnmi, config, None, memory) as hub:
        script.tell((OPER, "UP"), (BOOT, 1_700_000_000 * 10**9))
        script.sync()
        await hub.until(lambda: hub.value("binary_sensor.core_synced") == "on")
    async with running(hub_gnmi, config, None, memory) as hub:
        script.tell((OPER, "DOWN"), (BOOT, 1_700_009_000 * 10**9))
        script.sync()
        await hub.until(lambda: hub.told("gnmi.link_down") and hub.told("gnmi.rebooted"))

        assert hub.told("gnmi.rebooted")[0]["before"].startswith("2023-11-14T22:13:20")
        assert hub.told("gnmi.link_down")[0]["while_away"]


async def test_a_start_that_jitters_is_no_reboot(config: dict[str, Any], script: Any) -> None:
    """Some targets count back from now, and are some milliseconds off each time."""
    async with running(hub_gnmi, config) as hub:
        for jitter in (0, 7, -3, 2):
            script.tell((BOOT, 1_700_000_000 * 10**9 + jitter * 10**8))
        script.tell((BOOT, 1_700_000_100 * 10**9))
        await hub.until(lambda: hub.told("gnmi.rebooted"))

        assert len(hub.told("gnmi.rebooted")) == 1


async def test_a_reboot_begins_new_windows(config: dict[str, Any], server: GnmiServer, switch: Switch) -> None:
    """Counters that have grown past their old value meanwhile make no spike."""
    async with running(hub_gnmi, config) as hub:
        await hub.until(lambda: hub.value("sensor.core_ethernet1_in") not in (None, "unknown"))
        switch.reboot()
        await hub.until(lambda: hub.told("gnmi.rebooted"))

        assert 0 <= float(hub.value("sensor.core_ethernet1_in") or 0) < 1e10
