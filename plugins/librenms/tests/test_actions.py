"""What automations ask of LibreNMS."""

from typing import Any

import pytest
from hub_librenms import hub_plugin
from hub_librenms.failures import Garbled, Refused, TryLater
from hub_librenms.simulator import SimulatedLibreNms
from starlette.responses import HTMLResponse, JSONResponse

from hub.api import ActionError, BadActionData
from plugins.librenms.tests.conftest import Hubs
from plugins.librenms.tests.seen import value


async def test_an_alert_is_acknowledged_and_taken_back(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """The event says that the hub did it."""
    librenms.network.go_down(2)
    async with hub_with() as hub:
        done = await hub.call("librenms.acknowledge", alert=1, note="Ada looks", until_clear=False)
        await hub.until(lambda: hub.told("librenms.alert_acknowledged"))
        kept = dict(librenms.network.alerts[1])
        undone = await hub.call("librenms.unmute", alert="1")
        await hub.until(lambda: hub.told("librenms.alert_changed"))

        assert (done["message"], undone["message"]) == ("Alert has been acknowledged", "Alert has been unmuted")
        assert (kept["state"], "Ada looks" in kept["note"], kept["info"]) == (2, True, '{"until_clear":false}')
        assert hub.told("librenms.alert_acknowledged")[0]["by_hub"] is True
        assert hub.told("librenms.alert_changed")[0]["change"] == "unacknowledged"


async def test_an_alert_that_is_not_there_is_an_error(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """LibreNMS says so with 200. What the hub did not do is not said to be its deed."""
    async with hub_with() as hub:
        for name in ("acknowledge", "unmute"):
            with pytest.raises(ActionError, match="there is no alert 1"):
                await hub.call(f"librenms.{name}", alert=1)
        librenms.network.go_down(2)
        librenms.network.acknowledge(1, "", until_clear=True)
        await hub.until(lambda: hub.told("librenms.alert_acknowledged"))

        assert hub.told("librenms.alert_acknowledged")[0]["by_hub"] is False


async def test_a_window_of_maintenance_begins(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """For a device or a group; the start in the server's local time."""
    librenms.network.groups["Rack 1"] = {1}
    async with hub_with() as hub:
        await hub.call("librenms.maintenance", device="core-002", duration="02:05:00", title="Rebuild", notes="by Ada")
        await hub.call("librenms.maintenance", group="Rack 1", duration="01:30:00", start="2026-07-01T10:00:00+00:00")

        assert librenms.network.windows == [
            {"of": "2", "duration": "2:05", "title": "Rebuild", "notes": "by Ada"},
            {"of": "Rack 1", "duration": "1:30", "start": "2026-07-01 12:00:00"},
        ]


@pytest.mark.parametrize(
    "data", [{"duration": 600}, {"duration": 600, "device": "a", "group": "b"}, {"duration": 30, "device": "core-002"}]
)
async def test_a_window_of_nothing_is_refused(hub_with: Hubs, data: dict[str, Any]) -> None:
    """Neither device nor group, both, or less than a minute."""
    async with hub_with() as hub:
        with pytest.raises(BadActionData):
            await hub.call("librenms.maintenance", **data)


async def test_a_device_is_rediscovered(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """By whichever of its names; a name of digits is no id where a device is called so."""
    librenms.network.devices[3]["sysName"] = "4711"
    async with hub_with() as hub:
        for name in ("core-002.example.net", "core-002", "2", "4711"):
            answer = await hub.call("librenms.rediscover", device=name)

        assert answer["message"] == "Device will be rediscovered"
        assert librenms.network.discovered == [2, 2, 2, 3]
        with pytest.raises(Refused, match="does not exist"):
            await hub.call("librenms.rediscover", device="nobody")


async def test_a_device_is_added_and_removed(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Removing needs a confirmation; both show soon."""
    async with hub_with() as hub:
        added = await hub.call("librenms.add_device", hostname="new.example.net", community="secret", ping_only=True)
        await hub.until(lambda: hub.value("binary_sensor.new_example_net_up") == "on")
        with pytest.raises(BadActionData, match="confirm"):
            await hub.call("librenms.remove_device", device="new.example.net")
        still = 9 in librenms.network.devices
        await hub.call("librenms.remove_device", device="new.example.net", confirm=True)
        await hub.until(lambda: hub.state("binary_sensor.new_example_net_up") is None)

        assert (added["device_id"], still, 9 in librenms.network.devices) == (9, True, False)


async def test_wrong_data_is_told_in_librenms_s_words(hub_with: Hubs) -> None:
    """Which it answers with 500."""
    async with hub_with() as hub:
        with pytest.raises(Refused, match=r"Already have host core-002\.example\.net"):
            await hub.call("librenms.add_device", hostname="core-002.example.net")


async def test_something_of_the_hub_is_shown_as_a_service(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Made once, and disabled for LibreNMS's own checks; telling the same again is no error."""
    async with hub_with() as hub:
        first = await hub.call("librenms.push_service", device="core-002", service="Roof", status="critical", message="no files")
        made = dict(librenms.network.services[first["service_id"]])
        for _ in range(2):
            again = await hub.call("librenms.push_service", device="2", service="Roof", status="ok", message="files")

        now = librenms.network.services[first["service_id"]]
        assert (made["service_type"], made["service_disabled"], made["service_status"], made["service_message"]) == (
            "dummy",
            1,
            2,
            "no files",
        )
        assert first == again
        assert (now["service_status"], now["service_message"]) == (0, "files")
        assert sum(service["service_name"] == "Roof" for service in librenms.network.services.values()) == 1


async def test_a_line_is_written_into_the_syslog(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """Under the device's host name and the server's time."""
    async with hub_with() as hub:
        await hub.call("librenms.syslog", device="core-002", message="the roof is silent", level="err")

        (line,) = librenms.network.syslog
        assert (line["host"], line["msg"], line["priority"], line["program"]) == (
            "core-002.example.net",
            "the roof is silent",
            "err",
            "hub",
        )


async def test_anything_else_can_be_asked_for(hub_with: Hubs) -> None:
    """Below the API's own path alone, and not too much of it."""
    async with hub_with() as hub:
        found = await hub.call("librenms.get", path="devices/core-002.example.net/availability")
        down = await hub.call("librenms.get", path="/devices", parameters={"type": "down"})

        assert [each["duration"] for each in found["availability"]] == [86_400, 604_800]
        assert down["devices"] == []
        for path in ("../../login", "devices/../x", "devices?type=up", "a//b", "", "a\\b"):
            with pytest.raises(BadActionData):
                await hub.call("librenms.get", path=path)
        with pytest.raises(Refused, match="doesn't exist"):
            await hub.call("librenms.get", path="no/such/route")


async def test_passwords_of_devices_are_not_brought(hub_with: Hubs) -> None:
    """LibreNMS tells them to every admin's token; they would end up in traces."""
    async with hub_with() as hub:
        found = await hub.call("librenms.get", path="devices/core-002.example.net")

        assert found["devices"][0]["community"] == "**********"
        assert found["devices"][0]["hostname"] == "core-002.example.net"


async def test_an_answer_that_is_too_long_is_not_brought(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """It says how long it is."""
    for _ in range(300):
        librenms.network.add()
    async with hub_with() as hub:
        with pytest.raises(ActionError, match="1232 ports"):
            await hub.call("librenms.get", path="ports")


async def test_a_server_in_trouble_fails_the_call(librenms: SimulatedLibreNms, hub_with: Hubs) -> None:
    """What changes something is sent once; the hub's own steps decide about another attempt."""
    librenms.network.go_down(2)
    async with hub_with(intervals={"alerts": 3600, "down": 3600, "inventory": 3600}) as hub:
        troubles = [
            (JSONResponse({"message": "Too Many Attempts."}, 429), TryLater),
            (HTMLResponse("<html>", 502), TryLater),
            (HTMLResponse("<html>please log in", 200), Garbled),
            (JSONResponse({"message": "This action is unauthorized."}, 403), Refused),
        ]
        for answer, error in troubles:
            librenms.rest.troubles.append(answer)
            with pytest.raises(error):
                await hub.call("librenms.acknowledge", alert=1)

        assert sum(call.startswith("PUT") for call in librenms.rest.calls) == 4
        assert value(hub, "alerts_open") == "1"
        assert hub.connected


def test_what_is_removed_is_guarded() -> None:
    """Only a `true` that somebody wrote will do."""
    (remove,) = [each for each in hub_plugin().actions if each.__name__ == "remove_device"]

    assert remove.__kwdefaults__ is None
    assert (remove.__defaults__ or ())[-1] is False  # type: ignore[attr-defined]
