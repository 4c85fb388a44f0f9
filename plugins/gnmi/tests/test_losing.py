"""Subscriptions are lost, and come back."""

from typing import Any

import grpc
import hub_gnmi
import pytest
from hub_gnmi.simulator import GnmiServer, Interface, Switch, serving
from hub_gnmi.wire import Encoding

from hub.clock import SimulatedClock, SystemClock
from hub.hosting.catalog import Condition
from hub.testing import running

LEVEL = {"profiles": [], "sensors": [{"path": "/level", "name": "Level", "unit": "m"}]}


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN])
async def test_a_subscription_that_ends_is_told_of_and_taken_up_again(
    config: dict[str, Any], script: Any, code: grpc.StatusCode
) -> None:
    """Nothing hangs: entities are unavailable, then back."""
    async with running(hub_gnmi, config | LEVEL, SystemClock(20)) as hub:
        script.tell(("/level", 1))
        await hub.until(lambda: hub.value("sensor.core_level") == "1")
        script.abort(code, "the agent restarts")
        await hub.until(lambda: hub.told("gnmi.subscription_lost"))
        await hub.until(lambda: hub.value("sensor.core_level") == "unavailable")
        script.tell(("/level", 2))
        await hub.until(lambda: hub.value("sensor.core_level") == "2")

        (lost,) = hub.told("gnmi.subscription_lost")
        assert lost["target"] == "Core"
        assert f"{code.name} the agent restarts" in lost["reason"]


async def test_a_target_that_refuses_the_password_is_not_asked_again() -> None:
    """Accounts lock; the others go on."""
    clock = SystemClock(50)
    async with (
        serving(Switch("a", [Interface("eth0")], clock), clock, credentials=("hub", "right")) as strict,
        serving(Switch("b", [Interface("eth0")], clock), clock) as open_,
    ):
        sections = [
            {"name": name, "host": "127.0.0.1", "port": server.port, "plaintext": True, "username": "hub", "password": "wrong"}
            for name, server in (("Strict", strict), ("Open", open_))
        ]
        async with running(hub_gnmi, sections, clock) as hub:
            await hub.until(lambda: hub.value("binary_sensor.open_eth0") == "on")
            conditions = {report.instance: report.condition for report in hub.reports()}
            assert conditions == {"gnmi_strict": Condition.FAILED, "gnmi_open": Condition.CONNECTED}
            assert strict.tally.refused == 1


async def test_a_password_that_is_changed_is_noticed_at_the_next_call(config: dict[str, Any], script: Any) -> None:
    """The stream itself says so."""
    async with running(hub_gnmi, config) as hub:
        script.abort(grpc.StatusCode.UNAUTHENTICATED, "password changed")
        await hub.until(lambda: hub.report.condition is Condition.FAILED)

        assert "password changed" in (hub.report.last_error or "")


async def test_one_dead_target_disturbs_no_other(server: GnmiServer, config: dict[str, Any]) -> None:
    """Each target is an instance."""
    dead = {"name": "Dead", "host": "127.0.0.1", "port": 9, "plaintext": True}
    async with running(hub_gnmi, [dead, config]) as hub:
        await hub.until(lambda: hub.value("binary_sensor.core_ethernet1") == "on")

        assert hub.value("binary_sensor.gnmi_dead_connected") == "off"
        assert hub.value("binary_sensor.gnmi_core_connected") == "on"


async def test_another_encoding_is_tried_when_the_target_refuses(config: dict[str, Any], server: GnmiServer) -> None:
    """What it says it can do is not always true."""
    server.faults.streamed = [Encoding.PROTO]
    async with running(hub_gnmi, config) as hub:
        await hub.until(lambda: hub.value("binary_sensor.core_ethernet1") == "on")

        assert [each.subscribe.encoding for each in server.tally.requests] == [Encoding.JSON_IETF, Encoding.JSON, Encoding.PROTO]
        assert hub.report.losses == 0


async def test_a_target_that_refuses_everything_says_why(config: dict[str, Any], server: GnmiServer) -> None:
    """The error names the last refusal; it goes on being tried, slowly."""
    server.faults.streamed = []
    async with running(hub_gnmi, config) as hub:
        await hub.until(lambda: hub.report.losses)

        assert "encoding PROTO is not supported" in (hub.report.last_error or "")
        assert hub.told("gnmi.subscription_lost") == []


async def test_a_target_without_capabilities_is_taken_all_the_same(config: dict[str, Any], server: GnmiServer) -> None:
    """Some have none."""
    server.faults.capable = False
    async with running(hub_gnmi, config) as hub:
        await hub.until(lambda: hub.value("binary_sensor.core_ethernet1") == "on")


async def test_a_target_that_never_syncs_is_taken_to_have_done_so(config: dict[str, Any], script: Any) -> None:
    """After a while; else no link would ever be told of."""
    clock = SimulatedClock(1_800_000_000)
    async with running(hub_gnmi, config, clock) as hub:
        script.tell(("/interfaces/interface[name=eth0]/state/oper-status", "UP"))
        await hub.until(lambda: hub.value("binary_sensor.core_eth0") == "on")
        await clock.advance(61)
        assert hub.value("binary_sensor.core_synced") == "on"
        script.tell(("/interfaces/interface[name=eth0]/state/oper-status", "DOWN"))
        await hub.until(lambda: hub.told("gnmi.link_down"))


async def test_a_target_that_falls_silent_is_left(config: dict[str, Any], script: Any) -> None:
    """The connection lives and nothing comes: that is as good as dead."""
    clock = SimulatedClock(1_800_000_000)
    async with running(hub_gnmi, {**config, **LEVEL, "interval": 20}, clock) as hub:
        script.tell(("/level", 1))
        script.sync()
        await hub.until(lambda: hub.value("binary_sensor.core_synced") == "on")
        await clock.advance(70)
        await hub.until(lambda: hub.told("gnmi.subscription_lost"))

        assert "silent" in hub.told("gnmi.subscription_lost")[0]["reason"]


async def test_a_target_that_tells_nothing_but_changes_may_be_silent(config: dict[str, Any], script: Any) -> None:
    """Where nothing is sampled, silence means that nothing has changed."""
    clock = SimulatedClock(1_800_000_000)
    sensors = [{"path": "/level", "name": "Level", "unit": "m", "send": "on_change"}]
    async with running(hub_gnmi, {**config, "profiles": [], "sensors": sensors}, clock) as hub:
        script.tell(("/level", 1))
        script.sync()
        await hub.until(lambda: hub.value("binary_sensor.core_synced") == "on")
        await clock.advance(hours=5)

        assert hub.value("sensor.core_level") == "1"
        assert hub.report.losses == 0
