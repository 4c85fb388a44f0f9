"""Devices become devices and entities of the hub; that they go down and come up is told once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from hub_librenms.simulator import SimulatedLibreNms

from hub.model.state import UNAVAILABLE
from hub.testing import KeptMemory, Running
from plugins.librenms.tests.conftest import Hubs
from plugins.librenms.tests.seen import attributes, ids, value


async def test_every_device_is_a_device_of_the_hub(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """With its model and version, and whether it is up."""
    async with hub_with() as hub:
        device = hub.devices.by_key("librenms", "librenms", "device_2")

        assert device is not None
        assert (device.name, device.model, device.sw_version) == ("core-002.example.net", "CCR2004", "7.15")
        assert device.url == f"{librenms.url}/device/2"
        assert hub.value("binary_sensor.core_002_example_net_up") == "on"
        assert attributes(hub, "device_2_up")["location"] == "Potsdam"


async def test_going_down_and_coming_up_is_told(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Within a minute, with the reason, and counted."""
    async with hub_with() as hub:
        librenms.network.go_down(2, "snmp")
        await hub.until(lambda: hub.told("librenms.device_down"))
        down = (value(hub, "device_2_up"), attributes(hub, "device_2_up")["reason"], value(hub, "devices_down"))
        librenms.network.come_up(2)
        await hub.until(lambda: hub.told("librenms.device_up"))

        (told,) = hub.told("librenms.device_down")
        assert (told["hostname"], told["reason"], told["type"]) == ("core-002.example.net", "snmp", "network")
        assert down == ("off", "snmp", "1")
        assert (value(hub, "device_2_up"), value(hub, "devices_down")) == ("on", "0")
        assert attributes(hub, "devices_down")["watched"] == 8


async def test_the_list_of_all_devices_is_asked_for_seldom(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """What is down is asked for instead, and an answer that is the same changes nothing."""
    async with hub_with() as hub:
        written = hub.states.writes
        await hub.clock.sleep(45)

        assert librenms.rest.calls.count("GET /devices") == 1
        assert librenms.rest.calls.count("GET /devices?type=down") >= 3
        assert hub.states.writes == written


async def test_the_first_start_is_quiet_and_later_ones_tell_what_changed(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Nothing is told twice over restarts."""
    memory = KeptMemory()
    librenms.network.go_down(1)
    async with hub_with(memory) as hub:
        await hub.clock.sleep(25)
        first = list(hub.events)
    librenms.network.go_down(3)
    librenms.network.come_up(1)
    async with hub_with(memory) as hub:
        await hub.until(lambda: hub.told("librenms.device_up") and hub.told("librenms.device_down"))
        second = [event for event in hub.events if event.event_type.startswith("librenms.device")]
    async with hub_with(memory) as hub:
        await hub.clock.sleep(25)

        assert [event.event_type for event in first if event.event_type.startswith("librenms.")] == []
        assert {(event.event_type, event.data["device_id"]) for event in second} == {
            ("librenms.device_down", 3),
            ("librenms.device_up", 1),
        }
        assert hub.told("librenms.device_down") == hub.told("librenms.device_up") == []


async def test_a_device_that_is_removed_takes_its_entities_with_it(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Its name in the registry stays; a new one appears."""
    async with hub_with(intervals={"inventory": 30}) as hub:
        librenms.network.remove(2)
        librenms.network.add(hostname="new.example.net", sysName="new")
        await hub.until(lambda: hub.told("librenms.device_removed") and hub.told("librenms.device_added"))

        (removed,), (added,) = hub.told("librenms.device_removed"), hub.told("librenms.device_added")
        assert (removed["device_id"], removed["hostname"]) == (2, "core-002.example.net")
        assert (added["device_id"], added["hostname"]) == (9, "new.example.net")
        assert hub.state("binary_sensor.core_002_example_net_up") is None
        assert hub.entities.get("binary_sensor.core_002_example_net_up") is not None
        await hub.until(lambda: hub.value("binary_sensor.new_example_net_up") == "on")
        await hub.until(lambda: hub.state("binary_sensor.core_002_example_net_alert") is None)


async def test_a_device_that_is_removed_while_the_hub_is_away_is_removed_too(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """What an earlier run showed is remembered; so is a kind that is no longer wanted."""
    memory = KeptMemory()
    async with hub_with(memory, kinds=["devices", "alerts", "bgp"]) as hub:
        await hub.until(lambda: hub.value("binary_sensor.core_002_example_net_bgp_192_0_2_21") == "on")
        kept = hub.states.all()
    librenms.network.remove(1)

    @asynccontextmanager
    async def restored(hub: Running[Any]) -> AsyncGenerator[None, None]:
        for state in kept:  # as the store puts them back at a start
            hub.states.set(state.entity_id, UNAVAILABLE, state.attributes)
        yield

    async with hub_with(memory, ready=False, beside=restored) as hub:
        await hub.until(lambda: "device_1_up" in ids(hub) and hub.state(ids(hub)["device_1_up"]) is None)
        await hub.until(lambda: hub.told("librenms.device_removed"))

        assert hub.state(ids(hub)["bgp_20"]) is None
        assert hub.entities.get(ids(hub)["bgp_20"]) is not None
        assert [told["device_id"] for told in hub.told("librenms.device_removed")] == [1]


async def test_half_of_all_devices_do_not_vanish_at_one_look(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Rights that were lost look the same; the second look is believed."""
    everything = dict(librenms.network.devices)
    async with hub_with(intervals={"inventory": 30}) as hub:
        librenms.network.devices.clear()
        await hub.until(lambda: "vanished at once" in str(attributes(hub, "problems")["problems"]))
        doubted = (value(hub, "device_2_up"), hub.told("librenms.device_removed"))
        librenms.network.devices.update(everything)
        await hub.until(lambda: value(hub, "problems") == "0")
        for device_id in range(1, 7):
            librenms.network.remove(device_id)
        await hub.until(lambda: len(hub.told("librenms.device_removed")) == 6)

        assert doubted == ("on", [])


async def test_devices_are_chosen(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """By name, group, type, system and location; each line narrows further."""
    librenms.network.groups |= {"Rack": {1, 2, 3}, "Empty": set()}
    chosen: list[tuple[dict[str, Any], set[int]]] = [
        ({"names": "core-*"}, {2, 6}),
        ({"names": ["CORE-*", "host-003*"], "exclude": "core-006"}, {2, 3}),
        ({"groups": ["Rack"]}, {1, 2, 3}),
        ({"groups": ["Rack", "Empty"], "types": "server"}, {3}),
        ({"systems": "ios", "locations": "Berlin*"}, {4, 8}),
        ({"groups": ["Empty"]}, set()),
    ]
    for selection, expected in chosen:
        async with hub_with(devices=selection) as hub:
            found = {int(key.split("_")[1]) for key in ids(hub) if key.startswith("device_") and key.endswith("_up")}
            assert found == expected, selection


async def test_a_group_that_is_not_there_is_told(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """It counts as empty; the others count."""
    librenms.network.groups["Rack"] = {1}
    async with hub_with(devices={"groups": ["Rack", "Rick"]}) as hub:
        assert "group Rick" in attributes(hub, "problems")["problems"]
        assert attributes(hub, "devices_down")["watched"] == 1


async def test_devices_that_librenms_does_not_watch_are_left_out(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Ignored and disabled ones, which are in no list of those that are down."""
    librenms.network.devices[1]["ignore"] = 1
    librenms.network.devices[2]["disabled"] = 1
    async with hub_with() as hub:
        assert attributes(hub, "devices_down")["watched"] == 6


async def test_numbers_that_are_texts_are_the_same_numbers(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """As older database drivers tell them."""
    librenms.rest.texts = True
    librenms.network.go_down(2)
    kinds = ["devices", "alerts", "uptime", "ports", "traffic", "sensors", "services", "bgp"]
    async with hub_with(kinds=kinds) as hub:
        await hub.until(lambda: value(hub, "service_901") == "ok" or value(hub, "service_900") == "ok")
        await hub.until(lambda: value(hub, "sensor_1000") == "24.5" and value(hub, "port_1001_in") == "2000000.0")

        assert (value(hub, "device_2_up"), value(hub, "device_1_up"), value(hub, "alerts_open")) == ("off", "on", "1")
        assert hub.report.bugs == 0


async def test_names_that_people_know_come_first(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """The display name, unless it is a template; the system's for a bare address."""
    librenms.network.devices[1]["display"] = "Roof"
    librenms.network.devices[2]["display"] = "{{ $sysName }}"
    librenms.network.devices[3]["hostname"] = "10.0.0.4"
    async with hub_with() as hub:
        names = [hub.devices.by_key("librenms", "librenms", f"device_{number}") for number in (1, 2, 3)]

        assert [device and device.name for device in names] == ["Roof", "core-002.example.net", "host-003"]


async def test_a_location_may_suggest_an_area(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Only where it is wanted."""
    async with hub_with(areas_from_locations=True) as hub:
        device = hub.devices.by_key("librenms", "librenms", "device_2")

        assert device is not None
        assert device.area_id == "potsdam"


async def test_since_when_a_device_runs_changes_only_when_it_boots(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """The uptime grows with every look, and is as old as the last one of LibreNMS."""
    async with hub_with(kinds=["devices", "uptime"], ready=False, intervals={"inventory": 30}) as hub:
        await hub.until(lambda: "T" in (value(hub, "device_2_booted") or ""))
        before = value(hub, "device_2_booted")
        librenms.network.devices[2]["uptime"] += 250
        asked = librenms.rest.calls.count("GET /devices")
        await hub.until(lambda: librenms.rest.calls.count("GET /devices") > asked + 1)
        same = value(hub, "device_2_booted")
        librenms.network.devices[2]["uptime"] = 20
        await hub.until(lambda: value(hub, "device_2_booted") != before)

        assert same == before


async def test_a_new_device_that_is_down_is_found_at_once(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """The list of all devices is asked for when one is down that nobody knows; once."""
    async with hub_with() as hub:
        row = librenms.network.add()
        librenms.network.go_down(row["device_id"])
        await hub.until(lambda: hub.told("librenms.device_down"))

        assert [told["device_id"] for told in hub.told("librenms.device_added")] == [row["device_id"]]
        assert librenms.rest.calls.count("GET /devices") == 2


async def test_what_is_removed_at_the_hub_s_stop_leaves_nothing(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Stopping in the middle of the first look."""
    for _ in range(3):
        async with hub_with(ready=False) as hub:
            await asyncio.sleep(0)
        assert hub.report.bugs == 0
