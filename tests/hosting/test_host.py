"""Several plugins side by side, and what a reload does to them."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hub.actions import Actions
from hub.api import Answer, BadActionData, Config, Hub, Memory, NotConnected, Plugin, Reply, Request, action
from hub.bus import Bus
from hub.clock import SimulatedClock, settle
from hub.errors import UnknownAction
from hub.hosting.catalog import Condition
from hub.hosting.discovery import Broken
from hub.hosting.entities import Registers
from hub.hosting.host import Host
from hub.hosting.instances import Instance, read_instances
from hub.hosting.roster import Roster
from hub.hosting.supervisor import House
from hub.registry import AreaRegistry, DeviceRegistry, EntityRegistry
from hub.states import StateMachine
from hub.testing import KeptMemory
from tests.hosting.made import plugin


@action(answer=Answer.OPTIONAL)
async def who(session: Hub) -> Mapping[str, Any]:
    """Say which instance answers."""
    return {"instance": session.instance}


def tells(hub: Hub) -> None:
    hub.sensor("power").set(1)


ROOF = plugin(tells, "roof", actions=[who])


class Street:
    """A host with all that it needs, in memory."""

    def __init__(self) -> None:
        self.clock = SimulatedClock()
        self.bus = Bus(self.clock)
        self.states = StateMachine(self.bus, self.clock)
        self.actions = Actions(self.bus)
        entities = EntityRegistry(self.bus)
        devices = DeviceRegistry(self.bus, AreaRegistry(self.bus))
        self.house = House(
            clock=self.clock,
            registers=Registers(states=self.states, entities=entities, devices=devices),
            fire=self.bus.fire,
            memory=self.memory_of,
            add_notifier=lambda name, deliver: lambda: None,
            ask=self.ask,
            chance=lambda: 0.5,
        )
        self.host = Host(self.bus, self.house, self.actions.offer)

    async def memory_of(self, instance: str) -> Memory:
        return KeptMemory()

    async def ask(self, request: Request) -> Reply:
        return Reply(text=request.verb)

    async def start(self, *rosters: Roster) -> None:
        await self.host.start(together(*rosters))
        await settle()

    async def reload(self, *rosters: Roster) -> None:
        await self.host.reload(together(*rosters))
        await settle()

    def conditions(self) -> dict[str, str]:
        return {report.instance: report.condition.value for report in self.host.catalog.reports()}


def of(made: Plugin[Any, Any], section: object = None) -> Roster:
    return Roster(instances=tuple(each for each in read_instances(made, section) if isinstance(each, Instance)))


def together(*rosters: Roster) -> Roster:
    return Roster(
        instances=tuple(instance for roster in rosters for instance in roster.instances),
        broken=tuple(broken for roster in rosters for broken in roster.broken),
    )


@pytest.fixture
async def street() -> AsyncGenerator[Street, None]:
    street = Street()
    async with street.host:
        yield street


async def test_a_plugin_in_trouble_leaves_the_others_alone(street: Street) -> None:
    """One cannot be loaded, one raises, one hangs, one works."""

    def fails(hub: Hub) -> None:
        raise ValueError("boom")

    async def hangs(hub: Hub) -> None:
        await asyncio.Event().wait()

    unripe = Roster(broken=(Broken(name="unripe", plugin="unripe", reason="x.py:1: invalid syntax"),))

    await street.start(unripe, of(plugin(fails, "fails")), of(plugin(hangs, "hangs")), of(ROOF))

    assert street.conditions() == {"fails": "connecting", "hangs": "connecting", "roof": "connected", "unripe": "broken"}
    assert street.states.get("sensor.roof_power") is not None
    broken = street.host.catalog.report("unripe")
    assert broken is not None
    assert broken.as_dict()["last_error"] == "x.py:1: invalid syntax"
    assert broken.as_dict()["condition"] == "broken"


async def test_actions_are_offered_while_an_instance_runs(street: Street) -> None:
    """Also while it is not connected, so that an automation hears why it does not work."""
    with pytest.raises(UnknownAction):
        await street.actions.call("roof.who")

    await street.start(of(ROOF))
    assert await street.actions.call("roof.who", wants_answer=True) == {"instance": "roof"}

    await street.reload()
    with pytest.raises(UnknownAction):
        await street.actions.call("roof.who")


async def test_one_of_several_instances_must_be_named(street: Street) -> None:
    """The refusal lists them, or the nearest."""
    await street.start(of(ROOF, [{"name": "East"}, {"name": "West"}]))

    assert await street.actions.call("roof.who", {"instance": "roof_west"}, wants_answer=True) == {"instance": "roof_west"}
    with pytest.raises(BadActionData, match="say which one with `instance`: roof_east, roof_west"):
        await street.actions.call("roof.who")
    with pytest.raises(BadActionData, match="roof has no instance 'roof_wst'; did you mean 'roof_west'"):
        await street.actions.call("roof.who", {"instance": "roof_wst"})


async def test_a_reload_restarts_only_what_has_changed(street: Street) -> None:
    """What goes on does not notice."""
    connected: list[str] = []
    made = plugin(lambda hub: connected.append(hub.instance))
    await street.start(of(made, [{"name": "same"}, {"name": "changed"}, {"name": "gone"}]))
    assert connected == ["made_same", "made_changed", "made_gone"]

    await street.reload(of(made, [{"name": "same"}, {"name": "changed", "number": 2}, {"name": "new"}]))

    assert connected == ["made_same", "made_changed", "made_gone", "made_changed", "made_new"]
    assert street.conditions() == dict.fromkeys(["made_changed", "made_new", "made_same"], "connected")


async def test_what_is_no_longer_configured_has_no_states(street: Street) -> None:
    """Its registry entries and history stay."""
    await street.start(of(ROOF))
    assert street.states.ids() == ["binary_sensor.roof_connected", "sensor.roof_power"]

    await street.reload()

    assert street.states.ids() == []
    assert len(street.house.registers.entities) == 2


async def test_stopping_leaves_the_states_as_they_were_known(street: Street) -> None:
    """A restart of the hub is not a loss of the systems it watches."""
    await street.start(of(ROOF))

    await street.host.stop()

    power, status = street.states.get("sensor.roof_power"), street.states.get("binary_sensor.roof_connected")
    assert power is not None
    assert status is not None
    assert (power.state, status.state) == ("1", "off")
    assert street.conditions() == {"roof": "stopped"}
    with pytest.raises(NotConnected, match="roof is not running"):
        street.host.session("roof", None)


async def test_a_state_from_before_a_restart_stays_until_the_plugin_has_tried(street: Street) -> None:
    """Then it is what the plugin says, or unavailable."""
    await street.start(of(plugin(tells, "roof")))
    await street.host.stop()
    seen: list[str] = []

    def looks(hub: Hub) -> None:
        hub.sensor("power")
        state = street.states.get("sensor.roof_power")
        seen.append("" if state is None else state.state)
        raise OSError("down")

    await street.start(of(plugin(looks, "roof")))

    assert seen == ["1"]
    state = street.states.get("sensor.roof_power")
    assert state is not None
    assert state.state == "unavailable"


async def test_a_thousand_instances_stop_together(street: Street) -> None:
    """One that needs its time does not make the others wait for theirs."""
    closing = 0

    @asynccontextmanager
    async def connect(config: Config, hub: Hub) -> AsyncGenerator[None, None]:
        nonlocal closing
        try:
            yield
        finally:
            closing += 1
            await street.clock.sleep(1)

    slow = plugin(connect=connect)
    await street.start(of(slow, [{"number": number} for number in range(1000)]))

    stopping = asyncio.create_task(street.host.stop())
    await settle()
    assert closing == 1000
    await street.clock.advance(1)

    assert stopping.done()
    assert {*street.conditions().values()} == {"stopped"}


async def test_an_instance_that_is_stopped_while_it_waits_stops_at_once(street: Street, caplog: pytest.LogCaptureFixture) -> None:
    """Between two attempts there is nothing to close."""

    def fails(hub: Hub) -> None:
        raise OSError("down")

    caplog.set_level(logging.INFO)
    await street.start(of(plugin(fails)))
    await street.host.tried()

    await street.host.stop()

    report = street.host.catalog.report("made")
    assert report is not None
    assert (report.condition, report.losses) == (Condition.STOPPED, 1)
