"""What automations can ask of a target."""

from typing import Any

import hub_gnmi
import pytest
from hub_gnmi.simulator import GnmiServer, Switch, Talk
from pygnmi.spec.v080 import gnmi_pb2 as pb

from hub.errors import ActionError, BadActionData, NotConnected
from hub.testing import running

ENABLED = "/interfaces/interface[name=Ethernet1]/config/enabled"


async def test_get_returns_leaves_and_branches(config: dict[str, Any]) -> None:
    """A branch is one value."""
    async with running(hub_gnmi, config) as hub:
        answer = await hub.call("gnmi.get", paths=["/system/state/hostname", "/interfaces/interface[name=Ethernet1]/state"])

        hostname, state = answer["updates"]
        assert (hostname["path"], hostname["value"]) == ("/system/state/hostname", "core-1")
        assert state["value"]["oper-status"] == "UP"
        assert answer["total"] == 2


async def test_what_is_not_there_is_an_error_of_the_call(config: dict[str, Any]) -> None:
    """The connection goes on."""
    async with running(hub_gnmi, config) as hub:
        with pytest.raises(ActionError, match="NOT_FOUND"):
            await hub.call("gnmi.get", paths=["/nothing"])
        with pytest.raises(BadActionData, match="is not a path"):
            await hub.call("gnmi.get", paths=["/a[b"])

        assert hub.connected


async def test_once_returns_every_leaf(config: dict[str, Any]) -> None:
    """As many as are wanted; the rest is counted."""
    async with running(hub_gnmi, config) as hub:
        answer = await hub.call("gnmi.subscribe_once", paths=["/system"], encoding="proto")
        assert {each["path"] for each in answer["updates"]} >= {"/system/state/hostname", "/system/memory/state/used"}

        few = await hub.call("gnmi.subscribe_once", paths=["/system"], limit=2)
        assert len(few["updates"]) == 2
        assert few["total"] > 2


async def test_once_does_not_wait_for_ever(config: dict[str, Any], server: GnmiServer, script: Any) -> None:
    """A target that never comes to an end is an error of the call."""
    async with running(hub_gnmi, {**config, "timeout": 0.3}) as hub:
        with pytest.raises(ActionError):
            await hub.call("gnmi.subscribe_once", paths=["/system"])

        assert hub.connected


async def test_capabilities_are_told(config: dict[str, Any]) -> None:
    """Version, encodings, number of models."""
    async with running(hub_gnmi, config) as hub:
        assert await hub.call("gnmi.capabilities") == {
            "version": "0.8.0",
            "encodings": ["json", "json_ietf", "proto"],
            "models": 1,
        }


async def test_set_must_be_allowed_and_confirmed(config: dict[str, Any], server: GnmiServer) -> None:
    """By the configuration, and by every call."""
    async with running(hub_gnmi, config) as hub:
        with pytest.raises(ActionError, match="allow_set"):
            await hub.call("gnmi.set", confirm=True, update={ENABLED: False})
    async with running(hub_gnmi, {**config, "allow_set": True}) as hub:
        with pytest.raises(BadActionData, match="confirm"):
            await hub.call("gnmi.set", confirm=False, update={ENABLED: False})
        with pytest.raises(BadActionData):
            await hub.call("gnmi.set", update={ENABLED: False})
        with pytest.raises(BadActionData, match="needs"):
            await hub.call("gnmi.set", confirm=True)

    assert server.tally.sets == 0


async def test_set_changes_the_target(config: dict[str, Any], switch: Switch) -> None:
    """And the telemetry shows it."""
    async with running(hub_gnmi, {**config, "allow_set": True}) as hub:
        await hub.until(lambda: hub.value("binary_sensor.core_ethernet1") == "on")
        answer = await hub.call("gnmi.set", confirm=True, update={ENABLED: False}, replace={"/system/config/motd": "maintenance"})
        await hub.until(lambda: hub.value("binary_sensor.core_ethernet1") == "off")

        assert answer["operations"] == 2
        assert not switch.interfaces["Ethernet1"].enabled
        motd = await hub.call("gnmi.get", paths=["/system/config/motd"])
        assert motd["updates"][0]["value"] == "maintenance"
        await hub.call("gnmi.set", confirm=True, delete=["/system/config/motd"])
        with pytest.raises(ActionError, match="NOT_FOUND"):
            await hub.call("gnmi.get", paths=["/system/config/motd"])


async def test_a_set_that_is_refused_says_why(config: dict[str, Any]) -> None:
    """Nothing was changed."""
    async with running(hub_gnmi, {**config, "allow_set": True}) as hub:
        with pytest.raises(ActionError, match="nothing was changed"):
            await hub.call("gnmi.set", confirm=True, update={"/nothing/config/x": 1})


async def test_a_value_that_cannot_be_read_does_not_spoil_the_others(config: dict[str, Any], server: GnmiServer) -> None:
    """It says what is wrong with it."""

    async def once(talk: Talk) -> None:
        message = pb.Notification(timestamp=1)
        message.update.add(path=pb.Path(elem=[pb.PathElem(name="a")]), val=pb.TypedValue(json_val=b"{"))
        message.update.add(path=pb.Path(elem=[pb.PathElem(name="b")]), val=pb.TypedValue(uint_val=1))
        await talk.send(message)
        await talk.sync()
        await anext(talk.requests, None)

    server.faults.script = once
    async with running(hub_gnmi, config) as hub:
        bad, good = (await hub.call("gnmi.subscribe_once", paths=["/"]))["updates"]

        assert "not JSON" in bad["error"]
        assert good["value"] == 1


async def test_calls_fail_while_the_target_is_away(config: dict[str, Any], server: GnmiServer) -> None:
    """They do not wait."""
    async with running(hub_gnmi, config) as hub:
        await server.stop()
        await hub.until(lambda: not hub.connected)

        with pytest.raises(NotConnected):
            await hub.call("gnmi.get", paths=["/system"])
