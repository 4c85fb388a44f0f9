"""What a target tells becomes entities."""

from typing import Any

import hub_gnmi
import pytest
from hub_gnmi.simulator import GnmiServer, Switch
from hub_gnmi.wire import Encoding, ListMode, Mode
from pygnmi.spec.v080 import gnmi_pb2 as pb

from hub.clock import SimulatedClock
from hub.testing import Running, running

IN = "/interfaces/interface[name=eth0]/state/counters/in-octets"


def rate(hub: Running[Any]) -> float:
    """Bits per second that come in at the first interface."""
    shown = hub.value("sensor.core_ethernet1_in")
    return 0.0 if shown in (None, "unknown", "unavailable") else float(shown)


async def test_a_switch_becomes_entities(config: dict[str, Any], switch: Switch) -> None:
    """Links, rates, loss, processor, memory, and its start."""
    config["profiles"] = ["interfaces", "loss", "cpu", "memory", "uptime", "temperature", "system"]
    async with running(hub_gnmi, config) as hub:
        await hub.until(lambda: rate(hub) > 1e8)

        await hub.until(lambda: hub.value("sensor.core_ethernet1_in_loss") == "0.0")
        assert hub.value("binary_sensor.core_ethernet1") == "on"
        assert hub.value("binary_sensor.core_ethernet2") == "off"
        assert hub.state("binary_sensor.core_ethernet2").attributes["oper_status"] == "DOWN"
        assert 0 < float(hub.value("sensor.core_cpu_all")) < 100
        assert 0 < float(hub.value("sensor.core_memory")) < 100
        assert hub.value("sensor.core_hostname") == "core-1"
        assert hub.value("sensor.core_started").startswith("20")
        assert hub.value("binary_sensor.core_synced") == "on"
        assert hub.told("gnmi.link_down") == []


@pytest.mark.parametrize("encoding", ["json_ietf", "json", "proto", "ascii", "bytes"])
async def test_every_encoding_says_the_same(config: dict[str, Any], server: GnmiServer, encoding: str) -> None:
    """64-bit integers too."""
    server.faults.encodings = list(Encoding)
    async with running(hub_gnmi, {**config, "encoding": encoding}) as hub:
        await hub.until(lambda: rate(hub) > 1e8)

        assert hub.value("binary_sensor.core_ethernet1") == "on"
        assert hub.value("sensor.core_memory_physical") == str(16 * 1024**3)
        assert server.tally.requests[-1].subscribe.encoding == Encoding[encoding.upper()]


@pytest.mark.parametrize(("subscribe", "mode"), [("poll", ListMode.POLL), ("once", ListMode.ONCE)])
async def test_a_target_may_be_asked_instead_of_streaming(
    config: dict[str, Any], server: GnmiServer, switch: Switch, subscribe: str, mode: ListMode
) -> None:
    """Poll and once tell the same, at every interval."""
    async with running(hub_gnmi, {**config, "subscribe": subscribe}) as hub:
        await hub.until(lambda: rate(hub) > 1e8)
        switch.cable("Ethernet1", False)
        await hub.until(lambda: hub.told("gnmi.link_down"))

        assert server.tally.requests[-1].subscribe.mode == mode
        assert hub.value("binary_sensor.core_ethernet1") == "off"


async def test_paths_become_sensors_by_template(config: dict[str, Any], script: Any) -> None:
    """The key's value is in the name; the entity is the same whatever it is called."""
    config["profiles"] = []
    config["sensors"] = [
        {"path": "/psu[id=*]/state/power", "name": "Supply {id}", "unit": "W", "scale": 0.001, "device_class": "power"},
        {"path": "/psu[id=*]/state/ok", "name": "Supply {id} fine", "binary": True, "send": "on_change"},
        {"path": "/system/.../color", "key": "color"},
    ]
    async with running(hub_gnmi, config) as hub:
        script.tell(("/psu[id=1]/state/power", 250_000), ("/psu[id=1]/state/ok", True), ("/system/a/b/color", "oc-x:GREEN"))
        script.tell(("/psu[id=2]/state/power", "125500"), ("/psu[id=2]/state/ok", "FAILED"), ("/other", 1))
        await hub.until(lambda: hub.value("sensor.core_supply_2") == "125.5")

        assert hub.value("sensor.core_supply_1") == "250.0"
        assert hub.value("binary_sensor.core_supply_1_fine") == "on"
        assert hub.value("binary_sensor.core_supply_2_fine") == "off"
        assert hub.value("sensor.core_color") == "GREEN"
        assert hub.state("sensor.core_supply_1").attributes["unit_of_measurement"] == "W"


async def test_a_branch_in_one_value_is_taken_apart(config: dict[str, Any], script: Any) -> None:
    """JSON for a whole list says the same as leaf by leaf."""
    message = pb.Notification(timestamp=script.at)
    message.prefix.elem.add(name="interfaces")
    message.update.add(val=pb.TypedValue(json_ietf_val=b"""{"openconfig-interfaces:interface": [
        {"name": "eth0", "state": {"oper-status": "UP", "admin-status": "UP"}},
        {"name": "eth1", "state": {"oper-status": "LOWER_LAYER_DOWN", "admin-status": "UP"}}]}"""))  # fmt: skip
    async with running(hub_gnmi, config) as hub:
        script.send(message)
        await hub.until(lambda: hub.value("binary_sensor.core_eth0") == "on")

        assert hub.value("binary_sensor.core_eth1") == "off"
        assert hub.state("binary_sensor.core_eth1").attributes["oper_status"] == "LOWER_LAYER_DOWN"


async def test_rates_follow_the_target_s_clock_and_survive_resets(config: dict[str, Any], script: Any) -> None:
    """A counter that was set back shows neither a spike nor a negative rate."""
    async with running(hub_gnmi, config) as hub:
        script.tell((IN, 1_000_000))
        script.tell((IN, 2_000_000), later=10)
        await hub.until(lambda: hub.value("sensor.core_eth0_in") == "800000.0")
        script.tell((IN, 50), later=10)
        script.tell((IN, 1050), later=10)
        await hub.until(lambda: hub.value("sensor.core_eth0_in") == "800.0")

        shown = [float(event.data["new_state"].state) for event in hub.events if event.event_type == "state_changed"]
        assert all(value >= 0 for value in shown)


async def test_what_comes_late_is_left_out(config: dict[str, Any], script: Any) -> None:
    """Unless it is so late that the target's clock must have been set."""
    config |= {"profiles": [], "sensors": [{"path": "/level", "name": "Level", "unit": "m"}]}
    async with running(hub_gnmi, config) as hub:
        script.tell(("/level", 1))
        script.tell(("/level", 2), later=-5)
        script.tell(("/level", 3), later=6)
        await hub.until(lambda: hub.value("sensor.core_level") == "3")
        script.tell(("/level", 4), later=-3600)
        await hub.until(lambda: hub.value("sensor.core_level") == "4")


async def test_what_a_target_deletes_has_no_state(config: dict[str, Any], script: Any) -> None:
    """A branch takes everything below it along; what comes again is there again."""
    async with running(hub_gnmi, config) as hub:
        script.tell((IN, 1), ("/system/memory/state/free", 7))
        script.tell((IN, 2), later=10)
        await hub.until(lambda: hub.value("sensor.core_eth0_in") == "0.8")
        script.tell(delete=["/interfaces/interface[name=eth0]"])
        await hub.until(lambda: hub.state("sensor.core_eth0_in") is None)
        assert hub.value("sensor.core_memory_free") == "7"

        script.tell((IN, 1))
        script.tell((IN, 11), later=10)
        await hub.until(lambda: hub.value("sensor.core_eth0_in") == "8.0")


async def test_an_atomic_notification_is_all_there_is(config: dict[str, Any], script: Any) -> None:
    """What it does not tell below its prefix is gone."""
    config |= {"profiles": [], "sensors": [{"path": "/lldp/neighbor[id=*]/name", "key": "neighbor", "name": "Neighbor {id}"}]}
    async with running(hub_gnmi, config) as hub:
        script.tell(("/lldp/neighbor[id=1]/name", "a"), ("/lldp/neighbor[id=2]/name", "b"))
        await hub.until(lambda: hub.value("sensor.core_neighbor_2") == "b")
        script.tell(("/neighbor[id=2]/name", "c"), atomic="/lldp")
        await hub.until(lambda: hub.value("sensor.core_neighbor_2") == "c")

        assert hub.state("sensor.core_neighbor_1") is None


async def test_what_falls_silent_is_not_known(config: dict[str, Any], script: Any) -> None:
    """Three samples that do not come make an entity unavailable; a path that nothing comes from is named."""
    clock = SimulatedClock(1_800_000_000)
    script.at = 1_800_000_000 * 10**9
    config |= {"interval": 10, "profiles": ["cpu"], "sensors": [{"path": "/level", "unit": "m", "send": "on_change"}]}
    async with running(hub_gnmi, config, clock) as hub:
        script.tell(("/level", 1))
        script.tell(("/system/cpus/cpu[index=ALL]/state/total/instant", 12))
        script.sync()
        await hub.until(lambda: hub.value("binary_sensor.core_synced") == "on" and hub.value("sensor.core_cpu_all") == "12")
        await clock.advance(20)
        script.tell(("/level", 2))
        await hub.until(lambda: hub.value("sensor.core_level") == "2")
        await clock.advance(16)

        assert hub.value("sensor.core_cpu_all") == "unavailable"
        assert hub.value("sensor.core_level") == "2"
        assert hub.state("sensor.core_silent_paths").attributes["paths"] == ["/system/cpus/cpu[index=*]/state/total/instant"]


async def test_the_subscription_says_what_was_configured(config: dict[str, Any], server: GnmiServer) -> None:
    """Links on change, counters as samples, the name of the target behind a gateway."""
    async with running(hub_gnmi, {**config, "target": "leaf-7"}) as hub:
        await hub.until(lambda: server.tally.requests)
        asked = server.tally.requests[-1].subscribe

        assert asked.prefix.target == "leaf-7"
        assert {each.mode for each in asked.subscription if "status" in each.path.elem[-1].name} == {Mode.ON_CHANGE}
        assert {each.sample_interval for each in asked.subscription if each.mode == Mode.SAMPLE} == {200_000_000}
