"""Ports, sensors, services and BGP sessions, for who wants them."""

import pytest
from hub_librenms.simulator import SimulatedLibreNms

from plugins.librenms.tests.conftest import Hubs
from plugins.librenms.tests.seen import attributes, ids, value

INSIDE = ["devices", "ports", "traffic", "sensors", "services", "bgp"]


def asked(librenms: SimulatedLibreNms, path: str) -> int:
    return sum(call.startswith(f"GET {path}") for call in librenms.rest.calls)


async def test_nobody_asks_for_what_nobody_wants(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Devices and alerts are all, unless more is configured."""
    async with hub_with() as hub:
        await hub.clock.sleep(60)

        paths = {call.partition("?")[0].removeprefix("GET ") for call in librenms.rest.calls}
        assert paths == {"/system", "/devices", "/alerts", "/rules"}
        assert not any(key.startswith(("port_", "sensor_", "service_", "bgp_")) for key in ids(hub))


async def test_what_is_inside_is_shown_with_units_and_limits(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """One request for each kind, with the columns that are needed."""
    librenms.network.link(2001, up=False)
    once = dict.fromkeys(("ports", "sensors", "services", "bgp"), 3600)
    async with hub_with(kinds=INSIDE, ready=False, intervals=once) as hub:
        await hub.until(lambda: {"port_2001_up", "sensor_2000", "service_900", "bgp_20"} <= ids(hub).keys())

        port, heat = attributes(hub, "port_2000_in"), attributes(hub, "sensor_2000")
        assert (value(hub, "port_2000_up"), value(hub, "port_2001_up"), value(hub, "port_2000_in")) == ("on", "off", "1000000.0")
        assert (port["unit_of_measurement"], port["device_class"]) == ("bit/s", "data_rate")
        assert (value(hub, "sensor_2000"), heat["unit_of_measurement"], heat["limit"]) == ("24.5", "°C", 45.0)
        assert (value(hub, "service_900"), attributes(hub, "service_900")["message"]) == ("ok", "HTTP OK: 200")
        assert (value(hub, "bgp_20"), attributes(hub, "bgp_20")["remote_as"]) == ("on", 64_520)
        assert [asked(librenms, path) for path in ("/ports?columns=", "/resources/sensors", "/services", "/bgp")] == [1, 1, 1, 1]


async def test_changes_are_shown_and_what_is_gone_is_removed(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """A port that was deleted, a service that fails, a session that breaks."""
    network = librenms.network
    async with hub_with(kinds=INSIDE, ready=False) as hub:
        await hub.until(lambda: {"port_2003_up", "sensor_2002", "service_900", "bgp_20"} <= ids(hub).keys())
        del network.ports[2003], network.sensors[2002]
        network.services[900] |= {"service_status": 2, "service_message": "refused"}
        network.sessions[20]["bgpPeerState"] = "idle"
        network.measure(2000, 61.5)
        await hub.until(lambda: value(hub, "bgp_20") == "off" and value(hub, "service_900") == "critical")
        await hub.until(lambda: hub.state(ids(hub)["sensor_2002"]) is None and value(hub, "sensor_2000") == "61.5")
        await hub.until(lambda: hub.state(ids(hub)["port_2003_up"]) is None)

        assert attributes(hub, "bgp_20")["state"] == "idle"


async def test_the_last_values_of_a_device_that_is_down_are_not_believed(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """LibreNMS goes on telling them."""
    async with hub_with(kinds=INSIDE, ready=False) as hub:
        await hub.until(lambda: value(hub, "sensor_2000") == "24.5")
        librenms.network.go_down(2)
        await hub.until(lambda: value(hub, "sensor_2000") == value(hub, "port_2000_up") == value(hub, "bgp_20") == "unavailable")
        librenms.network.come_up(2)
        await hub.until(lambda: value(hub, "sensor_2000") == "24.5" and value(hub, "port_2000_up") == "on")

        assert value(hub, "sensor_1000") == "24.5"


async def test_ports_and_sensors_are_chosen(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Ports by name, alias or description; sensors by class."""
    chosen = {"port_names": "uplink*", "sensor_classes": "fanspeed"}
    async with hub_with(kinds=["ports", "sensors"], ready=False, **chosen) as hub:
        await hub.until(lambda: {"port_1000_up", "sensor_1002"} <= ids(hub).keys())

        found = {key for key in ids(hub) if key.startswith(("port_1", "sensor_1"))}
        assert found == {"port_1000_up", "sensor_1002"}


async def test_the_ports_of_a_few_devices_are_asked_for_one_by_one(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """The other ports of a large LibreNMS stay where they are."""
    async with hub_with(kinds=["ports"], devices={"names": "core-*"}, ready=False, intervals={"ports": 3600}) as hub:
        await hub.until(lambda: {"port_2000_up", "port_6000_up"} <= ids(hub).keys())

        assert asked(librenms, "/ports") == 0
        assert (asked(librenms, "/devices/2/ports"), asked(librenms, "/devices/6/ports")) == (1, 1)


@pytest.mark.parametrize("old", [False, True])
async def test_columns_that_this_version_does_not_have_are_left_out(
    librenms: SimulatedLibreNms, hub_with: Hubs, old: bool
) -> None:
    """A refusal names them; some versions answer `1` instead."""
    librenms.rest.missing_columns, librenms.rest.old_validation = {"ifInErrors_rate", "ignore"}, old
    async with hub_with(kinds=["ports", "traffic"], ready=False) as hub:
        await hub.until(lambda: value(hub, "port_2000_up") == "on")
        await hub.until(lambda: asked(librenms, "/ports") >= 4)

        assert value(hub, "port_2000_in") == ("unknown" if old else "1000000.0")
        assert value(hub, "problems") == "0"
        assert sum("ifInErrors_rate" in call for call in librenms.rest.calls) == 1


async def test_no_sensors_at_all_is_not_an_error(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """LibreNMS answers 404 then."""
    librenms.network.sensors.clear()
    async with hub_with(kinds=["sensors"], ready=False) as hub:
        await hub.until(lambda: asked(librenms, "/resources/sensors"))
        await hub.clock.sleep(20)

        assert value(hub, "problems") == "0"
