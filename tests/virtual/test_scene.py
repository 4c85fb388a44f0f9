"""`scene:` states that several entities are to have."""

import pytest

from hub.errors import ActionError, BadActionData
from tests.virtual.rooms import room, was

CONFIGURATION = """
input_boolean: {a: {initial: on}, b: }
input_number: {n: {min: 0, max: 10}}
input_select: {s: {options: [x, y]}}
input_text: {t: }
input_datetime: {d: {has_date: true}, m: {has_date: true, has_time: true}}
counter: {c: }
timer: {t: {duration: 60}}
scene:
  - id: "1"
    name: Evening light
    icon: mdi:weather-night
    entities:
      input_boolean.a: off
      input_boolean.b: "on"
      input_number.n: 4
      input_select.s: {state: y}
      input_text.t: hello
      input_datetime.d: "2024-12-24"
      input_datetime.m: "2024-12-24 18:00:00"
      counter.c: "3"
      timer.t: {state: active, duration: "0:00:30"}
      light.lamp: {state: on, brightness: 5}
      weather.home: sunny
      input_boolean.missing: on
"""


async def test_a_scene_brings_entities_into_their_states(caplog: pytest.LogCaptureFixture) -> None:
    """One that nobody knows how to set, or that is missing, is told in the log; the others are set."""
    async with room(CONFIGURATION, states={"light.lamp": "off", "weather.home": "rainy"}) as hub:
        hub.offer("light.turn_on")
        assert hub.state("scene.evening_light") == "unknown"

        await hub.call("scene.turn_on", "scene.evening_light")

        texts = {state.entity_id: state.state for state in hub.states.all()}
        assert texts["scene.evening_light"] == "2024-03-15T12:00:00+00:00"
        assert [texts[f"input_{name}"] for name in ("boolean.a", "boolean.b", "number.n", "select.s", "text.t")] == [
            "off", "on", "4.0", "y", "hello",
        ]  # fmt: skip
        assert (texts["input_datetime.d"], texts["input_datetime.m"]) == ("2024-12-24", "2024-12-24 18:00:00")
        assert (texts["counter.c"], texts["timer.t"]) == ("3", "active")
        assert hub.attributes("timer.t")["duration"] == "0:00:30"
        assert hub.calls == [("light.turn_on", {"entity_id": "light.lamp"})]
        assert "weather.home cannot be made sunny" in caplog.text
        assert "input_boolean.missing cannot be made on" in caplog.text
        assert hub.attributes("scene.evening_light")["id"] == "1"


async def test_what_is_as_wanted_is_left_alone() -> None:
    async with room(CONFIGURATION, states={"light.lamp": "on"}) as hub:
        hub.offer("light.turn_on")
        await hub.call("scene.turn_on", "scene.evening_light")
        hub.events.clear()
        await hub.call("scene.turn_on", "scene.evening_light")

        assert hub.calls == []
        called = [event.data["service"] for event in hub.events if event.event_type == "call_service"]
        assert called == ["turn_on"], "only the scene itself"


async def test_the_last_activation_survives_a_restart() -> None:
    async with room(CONFIGURATION, last=was("scene.evening_light", "2024-03-01T08:00:00+00:00")) as hub:
        assert hub.state("scene.evening_light") == "2024-03-01T08:00:00+00:00"


async def test_states_can_be_applied_without_a_scene() -> None:
    async with room("input_boolean: {a: }") as hub:
        await hub.call("scene.apply", entities={"input_boolean.a": True})

        assert hub.state("input_boolean.a") == "on"


async def test_a_snapshot_brings_back_what_was() -> None:
    """The usual way to flash a light and leave it as it was."""
    async with room("input_boolean: {a: }\ninput_number: {n: {min: 0, max: 9, initial: 5}}") as hub:
        await hub.call(
            "scene.create", scene_id="before", snapshot_entities=["input_boolean.a", "input_number.n", "light.missing"]
        )
        await hub.call("input_boolean.turn_on", "input_boolean.a")
        await hub.call("input_number.set_value", "input_number.n", value=7)

        await hub.call("scene.turn_on", "scene.before")

        assert (hub.state("input_boolean.a"), hub.state("input_number.n")) == ("off", "5.0")


async def test_a_created_scene_can_be_replaced_and_deleted_and_a_defined_one_cannot(caplog: pytest.LogCaptureFixture) -> None:
    async with room("scene: {name: Fixed, entities: {switch.a: on}}") as hub:
        for state in ("on", "off"):
            await hub.call("scene.create", scene_id="mine", entities={"switch.a": state})
        await hub.call("scene.create", scene_id="empty", snapshot_entities=["switch.missing"])
        await hub.call("scene.create", scene_id="fixed", entities={"switch.a": "off"})
        assert hub.state("scene.empty") is None
        assert "scene.fixed is defined in the configuration already" in caplog.text

        await hub.call("scene.delete", "scene.mine")
        assert hub.state("scene.mine") is None
        with pytest.raises(ActionError, match=r"was not made by scene\.create"):
            await hub.call("scene.delete", "scene.fixed")


async def test_a_reload_forgets_what_was_created() -> None:
    """As in Home Assistant."""
    async with room("scene: {name: Fixed, entities: {switch.a: on}}") as hub:
        await hub.call("scene.create", scene_id="mine", entities={"switch.a": "on"})
        hub.load("scene: [{name: Fixed, entities: {switch.a: on}}, {name: Fixed, entities: {switch.b: on}}]")

        assert [str(state.entity_id) for state in hub.states.all("scene")] == ["scene.fixed", "scene.fixed_2"]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"scene_id": "x"},
        {"scene_id": "x", "entities": {"switch.a": "on"}, "snapshot_entities": "switch.a"},
        {"scene_id": "X y", "entities": {}},
    ],
)
async def test_a_scene_needs_a_name_and_entities(data: dict[str, object]) -> None:
    async with room() as hub:
        with pytest.raises(BadActionData):
            await hub.call("scene.create", **data)
