"""What an instance can do with the hub that is lent to it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.api import Device, Hub, NotConnected, Notice, PluginEvent, Receipt, Reply, Request, WebhookReply, WebhookRequest
from hub.clock import SimulatedClock, settle
from hub.testing import running
from tests.hosting.made import Happened, plugin

ROOF = Device(key="r1", name="Solar roof", manufacturer="Sunny", area="Berlin")
GET = WebhookRequest(method="POST", headers={}, query={}, body=b"{}")


class Lost:
    """Something that runs beside the connection and can be told to fail."""

    def __init__(self, connected: Callable[[Hub], object]) -> None:
        self._connected = connected
        self._failed = False

    def __call__(self, hub: Hub) -> None:
        self.hub = hub
        self._connected(hub)
        hub.start(self._watch)

    async def _watch(self) -> None:
        while not self._failed:
            await self.hub.clock.sleep(1)
        self._failed = False
        raise OSError("lost")

    def fail(self) -> None:
        self._failed = True


async def test_entities_are_named_after_their_device_or_instance() -> None:
    """Entity ids and friendly names are made as Home Assistant makes them."""

    def connected(hub: Hub) -> None:
        hub.sensor("p", name="Power", unit="kW", device_class="power", state_class="measurement", device=ROOF).set(4.25)
        hub.sensor("last_sync").set(datetime(2026, 3, 4, tzinfo=UTC))
        hub.binary_sensor("raining", device=ROOF, icon="mdi:weather-rainy").set(False)

    async with running(plugin(connected), {"number": 1}, SimulatedClock()) as hub:
        power = hub.state("sensor.solar_roof_power")
        assert power is not None
        assert power.state == "4.25"
        assert power.attributes == {
            "state_class": "measurement",
            "unit_of_measurement": "kW",
            "device_class": "power",
            "friendly_name": "Solar roof Power",
        }
        assert hub.value("sensor.made_last_sync") == "2026-03-04T00:00:00+00:00"
        raining = hub.state("binary_sensor.solar_roof_raining")
        assert raining is not None
        assert (raining.state, raining.name) == ("off", "Solar roof raining")
        (device,) = hub.devices.all()
        entry = hub.entities.get("sensor.solar_roof_power")
        assert entry is not None
        assert (entry.device_id, entry.config_entry, entry.platform) == (device.id, "made", "made")


async def test_an_entity_is_unknown_until_something_is_said_of_it() -> None:
    """None says that it is not known; attributes stay until they are replaced."""

    def connected(hub: Hub) -> None:
        session.append(hub.sensor("power"))

    session: list[Any] = []
    async with running(plugin(connected), None, SimulatedClock()) as hub:
        assert hub.value("sensor.made_power") == "unknown"

        (power,) = session
        power.set(5, {"site": "roof"})
        power.set(None)

        state = hub.state("sensor.made_power")
        assert state is not None
        assert state.state == "unknown"
        assert state.attributes["site"] == "roof"
        power.set(1, {})
        assert "site" not in hub.states.get("sensor.made_power").attributes  # type: ignore[union-attr]  # it is there


@pytest.mark.parametrize("wrong", ["x" * 300, ["list"], object(), b"bytes", datetime(2026, 1, 1)])  # noqa: DTZ001  # that is the point
async def test_what_cannot_be_a_state_is_unknown_and_complained_of_once(wrong: Any, caplog: pytest.LogCaptureFixture) -> None:
    """One wrong value does not take the other entities down."""

    def connected(hub: Hub) -> None:
        power = hub.sensor("power")
        for _ in range(3):
            power.set(wrong)
        hub.sensor("other").set(1)

    async with running(plugin(connected), None, SimulatedClock()) as hub:
        assert hub.value("sensor.made_power") == "unknown"
        assert hub.value("sensor.made_other") == "1"
        assert hub.connected
        assert hub.report.bugs == 3
        assert caplog.text.count("sensor.made_power: unknown, since the plugin told") == 1


async def test_the_same_key_is_the_same_entity() -> None:
    """Declared twice it is one; declared otherwise after a reconnect it keeps its id."""
    names = ["Power", "Leistung"]

    def connected(hub: Hub) -> None:
        name = names.pop(0)
        hub.sensor("p", name=name).set(1)
        hub.sensor("p", name=name).set(2)

    lost = Lost(connected)
    async with running(plugin(lost), None, SimulatedClock()) as hub:
        assert hub.value("sensor.made_power") == "2"
        lost.fail()
        await hub.clock.advance(5)

        state = hub.state("sensor.made_power")
        assert state is not None
        assert (state.state, state.name) == ("2", "Made Leistung")
        assert hub.state("sensor.made_leistung") is None


async def test_after_a_loss_entities_are_unavailable_until_they_are_declared_and_said_again() -> None:
    """What is not declared any more stays unavailable; nothing is removed; what was lent before does nothing."""
    connections: list[Hub] = []

    def connected(hub: Hub) -> None:
        connections.append(hub)
        hub.sensor("said").set(len(connections), {"n": len(connections)})
        hub.sensor("declared")
        if len(connections) == 1:
            sensors.append(hub.sensor("gone"))
            sensors[0].set("here")

    sensors: list[Any] = []
    lost = Lost(connected)
    async with running(plugin(lost), None, SimulatedClock()) as hub:
        lost.fail()
        await hub.clock.advance(1)
        assert [hub.value(f"sensor.made_{key}") for key in ("said", "declared", "gone")] == ["unavailable"] * 3
        state = hub.state("sensor.made_said")
        assert state is not None
        assert state.attributes["n"] == 1

        await hub.clock.advance(1)
        sensors[0].set("late")
        connections[0].emit(Happened(what="late"))

        assert [hub.value(f"sensor.made_{key}") for key in ("said", "declared", "gone")] == ["2", "unknown", "unavailable"]
        assert hub.told("made.happened") == []


async def test_a_plugin_can_say_that_one_thing_is_unavailable_or_gone() -> None:
    """The others go on."""
    sensors: list[Any] = []
    async with running(plugin(lambda hub: sensors.extend([hub.sensor("a"), hub.sensor("b")])), None, SimulatedClock()) as hub:
        first, second = sensors
        first.set(1)
        second.set(2)

        first.unavailable()
        second.remove()

        assert hub.value("sensor.made_a") == "unavailable"
        assert hub.state("sensor.made_b") is None
        assert hub.entities.get("sensor.made_b") is not None
        second.set(3)
        assert hub.value("sensor.made_b") == "3"


async def test_what_an_admin_does_in_the_registry_is_followed_at_once() -> None:
    """Renamed, disabled, enabled, removed."""
    sensors: list[Any] = []

    def connected(hub: Hub) -> None:
        sensors.append(hub.sensor("p", name="Power", device=ROOF))
        sensors[-1].set(7)

    async with running(plugin(connected), None, SimulatedClock()) as hub:
        hub.entities.update("sensor.solar_roof_power", new_entity_id="sensor.roof", name="The roof")
        assert hub.state("sensor.solar_roof_power") is None
        state = hub.state("sensor.roof")
        assert state is not None
        assert (state.state, state.name) == ("7", "The roof")

        hub.entities.update("sensor.roof", name=None)
        hub.devices.update(hub.devices.all()[0].id, name_by_user="House")
        assert hub.state("sensor.roof").name == "House Power"  # type: ignore[union-attr]  # it is there

        hub.entities.update("sensor.roof", disabled=True)
        sensors[0].set(8)
        assert hub.state("sensor.roof") is None

        hub.entities.update("sensor.roof", disabled=False)
        sensors[0].set(9)
        assert hub.value("sensor.roof") == "9"

        hub.entities.remove("sensor.roof")
        sensors[0].set(10)
        assert hub.state("sensor.roof") is None


async def test_ten_thousand_entities_are_no_burden() -> None:
    """Declared, told, lost and told again within the time that a person does not notice."""

    def connected(hub: Hub) -> None:
        for number in range(10_000):
            hub.sensor(f"port_{number}", unit="B").set(number)

    lost = Lost(connected)
    began = time.process_time()
    async with running(plugin(lost), None, SimulatedClock()) as hub:
        lost.fail()
        await hub.clock.advance(5)

        assert hub.value("sensor.made_port_9999") == "9999"
        assert len(hub.states) == 10_001
    assert time.process_time() - began < 5


async def test_an_event_reaches_the_bus_under_the_plugin_s_name() -> None:
    """With its fields as JSON values, and the instance."""
    async with running(plugin(lambda hub: hub.emit(Happened(what="it"))), [{"name": "One"}], SimulatedClock()) as hub:
        assert [(event.event_type, event.data) for event in hub.events] == [
            ("made.happened", {"what": "it", "instance": "made_one"})
        ]
        assert hub.report.events == 1


async def test_an_event_may_be_one_of_the_core_as_well() -> None:
    """Then triggers of the core hear it too."""

    class Scanned(PluginEvent, also="tag_scanned"):
        """A code was scanned."""

        tag_id: str

    async with running(plugin(lambda hub: hub.emit(Scanned(tag_id="7"))), None, SimulatedClock()) as hub:
        assert hub.told("made.scanned") == hub.told("tag_scanned") == [{"tag_id": "7", "instance": "made"}]


async def test_an_event_that_is_not_declared_is_complained_of(caplog: pytest.LogCaptureFixture) -> None:
    """It happens all the same, but nobody can know of it."""

    class Secret(PluginEvent):
        """Nobody told."""

    async with running(plugin(lambda hub: hub.emit(Secret())), None, SimulatedClock()) as hub:
        assert hub.told("made.secret") == [{"instance": "made"}]
        assert hub.report.bugs == 1
        assert "made.secret: the event is told, but not among the plugin's `events`" in caplog.text


async def test_a_webhook_is_answered_by_the_plugin_while_it_is_connected() -> None:
    """Otherwise the sender is told to try again; an address that nobody opened is not found."""
    paths: list[str] = []

    def connected(hub: Hub) -> None:
        async def answer(request: WebhookRequest) -> WebhookReply:
            if request.method == "PUT":
                raise KeyError("id")
            return WebhookReply(status=202, body=request.body.decode())

        paths.append(hub.webhook("events", answer))

    lost = Lost(connected)
    async with running(plugin(lost), None, SimulatedClock()) as hub:
        assert paths == ["/api/plugin/made/events"]
        assert hub.report.webhooks == ("/api/plugin/made/events",)
        assert await hub.webhook(paths[0], GET) == WebhookReply(status=202, body="{}")
        assert (await hub.webhook("/api/plugin/made/other", GET)).status == 404
        failed = await hub.webhook(paths[0], WebhookRequest(method="PUT", headers={}, query={}, body=b""))
        assert (failed.status, hub.report.bugs) == (500, 1)
        assert "id" not in failed.body

        lost.fail()
        await hub.clock.advance(1)

        assert await hub.webhook(paths[0], GET) == WebhookReply(status=503, body="made is not connected: OSError: lost")


async def test_a_target_for_notices_is_there_while_the_plugin_is_connected() -> None:
    """In between, alerts wait for its return."""
    received: list[str] = []

    def connected(hub: Hub) -> None:
        async def deliver(notice: Notice) -> Receipt:
            received.append(notice.message)
            return Receipt(reference=f"message {len(received)}")

        hub.notifier("ops", deliver)

    lost = Lost(connected)
    async with running(plugin(lost), None, SimulatedClock()) as hub:
        assert await hub.notify("notify.ops", Notice(message="one")) == Receipt(reference="message 1")
        lost.fail()
        await hub.clock.advance(1)
        assert hub.report.notifiers == ()
        with pytest.raises(NotConnected, match=r"notify\.ops is not connected"):
            await hub.notify("ops", Notice(message="two"))

        await hub.clock.advance(1)
        await hub.notify("ops", Notice(message="three"))

        assert received == ["one", "three"]
        await hub.host.stop()
        with pytest.raises(NotConnected):
            await hub.notify("ops", Notice(message="four"))


async def test_a_person_is_answered_through_the_plugin() -> None:
    """The harness keeps what was asked, and answers as it is told to."""
    sessions: list[Hub] = []
    async with running(plugin(sessions.append), None, SimulatedClock()) as hub:
        hub.publish("sensor.roof", 4.5, {"unit_of_measurement": "kW"})
        hub.replies["acknowledge"] = Reply(text="Ada has it.")

        state = await sessions[0].ask(Request(verb="state", subject="sensor.roof", person="chat:ada"))
        acknowledged = await sessions[0].ask(Request(verb="acknowledge", subject="site down", person="chat:ada"))

        assert state.text == "roof: 4.5 kW"
        assert acknowledged.text == "Ada has it."
        assert [request.verb for request in hub.requests] == ["state", "acknowledge"]


async def test_work_that_is_started_too_late_does_nothing() -> None:
    """A plugin that starts something while it is being closed is not punished for it."""
    sessions: list[Hub] = []
    ran: list[str] = []

    async def work() -> None:
        ran.append("late")

    async with running(plugin(sessions.append), None, SimulatedClock()):
        pass
    sessions[0].start(work)
    await settle()

    assert ran == []
