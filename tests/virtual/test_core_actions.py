"""Notifications that stay, and the small actions of the core."""

import asyncio
import logging

import pytest

from hub.clock import settle
from hub.errors import BadActionData
from hub.model.action import Action, ActionCall, Response
from tests.virtual.rooms import room

NOTICE = """
- alias: Notice
  mode: parallel
  triggers: [{trigger: persistent_notification}]
  actions:
    - action: test.say
      data:
        type: "{{ trigger.update_type }}"
        id: "{{ trigger.notification.notification_id }}"
        text: "{{ trigger.notification.message }}"
"""


async def test_a_notification_stays_until_it_is_dismissed() -> None:
    """The trigger hears of all that."""
    async with room("", NOTICE) as hub:
        hub.offer("test.say")
        await hub.call("persistent_notification.create", message="Disk full", title="Rack 1", notification_id="disk")
        await hub.call("persistent_notification.create", message="Disk empty", notification_id="disk")
        await hub.call("persistent_notification.create", message=5)
        kept = hub.virtual.notifications.all()
        assert [(one.message, one.title) for one in kept] == [("Disk empty", None), ("5", None)]
        assert len(kept[1].notification_id) == 32

        await hub.call("persistent_notification.dismiss", notification_id="disk")
        await hub.call("persistent_notification.dismiss", notification_id="disk")
        await hub.call("persistent_notification.dismiss_all")

        assert hub.virtual.notifications.all() == []
        heard = [(data["type"], data["text"]) for _, data in hub.calls]
        assert heard == [("added", "Disk full"), ("added", "Disk empty"), ("added", 5), ("removed", "Disk empty"), ("removed", 5)]
        assert hub.calls[0][1]["id"] == "disk"


async def test_a_notification_needs_a_message() -> None:
    async with room() as hub:
        with pytest.raises(BadActionData, match="`message` is missing"):
            await hub.call("persistent_notification.create", title="x")


async def test_homeassistant_turn_on_asks_each_domain(caplog: pytest.LogCaptureFixture) -> None:
    """Members of groups too; what cannot be turned on is told in the log."""
    configuration = "input_boolean: {a: }\ngroup: {g: [light.a, light.b]}"
    async with room(configuration, states={"light.a": "off", "light.b": "off", "sensor.x": "1"}) as hub:
        hub.offer("light.turn_on")
        await hub.call("homeassistant.turn_on", ["group.g", "sensor.x"], brightness=3)
        await hub.call("homeassistant.turn_on", "input_boolean.a")

        assert hub.state("input_boolean.a") == "on"
        assert hub.calls == [("light.turn_on", {"brightness": 3, "entity_id": ["light.a", "light.b"]})]
        assert "does not know how to do that with sensor.x" in caplog.text


async def test_homeassistant_toggle_waits_for_what_takes_time() -> None:
    async with room("", states={"light.a": "off"}) as hub:
        done = asyncio.Event()

        async def slow(call: ActionCall) -> Response:
            await done.wait()
            return None

        hub.actions.offer(Action(domain="light", name="toggle", handler=slow))
        call = asyncio.create_task(hub.call("homeassistant.toggle", "light.a"))
        await settle()
        assert not call.done()

        done.set()
        await call


@pytest.mark.parametrize(
    ("name", "what"),
    [("reload_all", "all"), ("reload_core_config", "core"), ("reload_custom_templates", "templates")],
)
async def test_the_configuration_is_read_again(name: str, what: str) -> None:
    async with room() as hub:
        await hub.call(f"homeassistant.{name}")

        assert hub.reloads == [what]


async def test_a_line_is_written_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with room() as hub:
        await hub.call("system_log.write", message="100 % full")
        await hub.call("system_log.write", message="fine", level="info", logger="my.rules")
        with pytest.raises(BadActionData):
            await hub.call("system_log.write", message="x", level="loud")

        lines = [(record.name, record.levelname, record.getMessage()) for record in caplog.records if record.name != "asyncio"]
        assert lines == [("system_log.external", "ERROR", "100 % full"), ("my.rules", "INFO", "fine")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, {"domain": "logbook"}),
        ({"entity_id": "switch.a"}, {"entity_id": "switch.a"}),
        ({"domain": "light", "entity_id": "switch.a"}, {"domain": "light", "entity_id": "switch.a"}),
    ],
)
async def test_an_entry_in_the_logbook_is_an_event(data: dict[str, str], expected: dict[str, str]) -> None:
    async with room() as hub:
        await hub.call("logbook.log", name="Ada", message="was here", **data)

        assert hub.fired("logbook_entry") == [{"name": "Ada", "message": "was here", **expected}]
