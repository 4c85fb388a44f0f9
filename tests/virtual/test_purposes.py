"""Purpose-specific triggers and conditions, on virtual entities and others."""

import pytest

from tests.virtual.rooms import Room, room

SAY = """
- alias: Say
  triggers: [{trigger}]
  conditions: [{condition}]
  actions:
    - action: test.say
      data: {{entity: "{{{{ trigger.entity_id }}}}", to: "{{{{ trigger.to_state.state if trigger.to_state is defined }}}}"}}
"""
COUNTED = "condition: counter.is_value, target: {entity_id: counter.c}, options: {threshold: "


def saying(trigger: str, condition: str = "") -> str:
    return SAY.format(trigger="{" + trigger + "}", condition="{" + condition + "}" if condition else "")


def said(hub: Room) -> list[str]:
    return [str(data["entity"]) for _, data in hub.calls]


async def test_each_entity_that_turns_on_is_told() -> None:
    """But not one that was unknown or unavailable before, or that has just appeared."""
    trigger = "trigger: switch.turned_on, target: {entity_id: [switch.a, switch.b, input_boolean.c]}"
    async with room("input_boolean: {c: }", saying(trigger), states={"switch.a": "off", "switch.b": "unavailable"}) as hub:
        hub.offer("test.say")
        for entity_id in ("switch.a", "switch.b", "switch.d"):
            hub.set(entity_id, "on")
        hub.set("switch.a", "on", brightness=3)
        await hub.call("input_boolean.turn_on", "input_boolean.c")

        assert said(hub) == ["switch.a", "input_boolean.c"]


@pytest.mark.parametrize(
    ("behavior", "expected"),
    [
        ("each", ["switch.a", "switch.b"]),
        ("first", ["switch.a"]),
        ("all", ["switch.b"]),
        ("any", ["switch.a", "switch.b"]),
        ("last", ["switch.b"]),
    ],
)
async def test_several_entities_count_as_the_behavior_says(behavior: str, expected: list[str]) -> None:
    """Unavailable ones are left out of the count; the old words mean what they meant."""
    trigger = (
        f"trigger: switch.turned_on, target: {{entity_id: [switch.a, switch.b, switch.c]}}, options: {{behavior: {behavior}}}"
    )
    states = {"switch.a": "off", "switch.b": "off", "switch.c": "unavailable"}
    async with room("", saying(trigger), states=states) as hub:
        hub.offer("test.say")
        hub.set("switch.a", "on")
        hub.set("switch.b", "on")

        assert said(hub) == expected


async def test_a_period_ends_when_the_entity_is_unavailable_and_does_not_begin_again() -> None:
    """DIALECT 12, case 29."""
    trigger = "trigger: switch.turned_on, target: {entity_id: switch.a}, options: {for: '00:01:00'}"
    async with room("", saying(trigger), states={"switch.a": "off"}) as hub:
        hub.offer("test.say")
        hub.set("switch.a", "on")
        await hub.clock.advance(30)
        hub.set("switch.a", "unavailable")
        hub.set("switch.a", "on")
        await hub.clock.advance(120)

        assert said(hub) == []

        hub.set("switch.a", "off")
        hub.set("switch.a", "on")
        await hub.clock.advance(60)

        assert said(hub) == ["switch.a"]


async def test_the_shared_period_of_all_goes_on_while_all_match() -> None:
    trigger = "trigger: switch.turned_on, target: {entity_id: [switch.a, switch.b]}, options: {behavior: all, for: 60}"
    async with room("", saying(trigger), states={"switch.a": "off", "switch.b": "off"}) as hub:
        hub.offer("test.say")
        hub.set("switch.a", "on")
        hub.set("switch.b", "on")
        await hub.clock.advance(59)
        hub.set("switch.a", "off")
        await hub.clock.advance(60)

        assert said(hub) == []

        hub.set("switch.a", "on")
        await hub.clock.advance(60)

        assert said(hub) == ["switch.a"]


async def test_a_target_follows_the_registry() -> None:
    """An entity that is put into the area is watched from then on; config entities and excluded ones are not."""
    async with room() as hub:
        hub.offer("test.say")
        rack = hub.registries.areas.create("Rack")
        hub.automate(saying("trigger: switch.turned_on, target: {area_id: rack, exclude: {entity_id: switch.rack_c}}"))
        for name in "abc":
            hub.registries.entities.register("test", name, domain="switch", suggested_object_id=f"rack {name}")
            hub.set(f"switch.rack_{name}", "off")
        hub.set("switch.rack_a", "on")
        assert said(hub) == []

        for name in "abc":
            hub.registries.entities.update(f"switch.rack_{name}", area_id=rack.id)
            hub.set(f"switch.rack_{name}", "off")
            hub.set(f"switch.rack_{name}", "on")

        assert said(hub) == ["switch.rack_a", "switch.rack_b"]


async def test_the_triggers_of_timers() -> None:
    configuration = "timer: {oven: {duration: 60}}"
    triggers = ", ".join(
        f"{{trigger: timer.{name}, id: {name}, target: {{entity_id: timer.oven}}}}"
        for name in ("started", "restarted", "paused", "cancelled", "finished")
    )
    options = "target: {entity_id: timer.oven}, options: {remaining: '00:00:10'}"
    remaining = f"{{trigger: timer.remaining_time_reached, id: remaining, {options}}}"
    automation = f"""
    - alias: Listen
      triggers: [{triggers}, {remaining}]
      actions: [{{action: test.say, data: {{id: "{{{{ trigger.id }}}}"}}}}]
    """
    async with room(configuration, automation) as hub:
        hub.offer("test.say")
        for action in ("start", "pause", "start", "cancel", "start"):
            await hub.call(f"timer.{action}", "timer.oven")
        await hub.clock.advance(60)

        heard = [data["id"] for _, data in hub.calls]
        assert heard == ["started", "paused", "restarted", "cancelled", "started", "remaining", "finished"]


async def test_the_triggers_of_counters() -> None:
    configuration = "counter: {hits: {initial: 1, maximum: 3, minimum: 0}}"
    triggers = ", ".join(
        f"{{trigger: counter.{name}, id: {name}, target: {{entity_id: counter.hits}}}}"
        for name in ("incremented", "decremented", "maximum_reached", "minimum_reached", "reset")
    )
    automation = f"""
    - alias: Listen
      mode: parallel
      triggers: [{triggers}]
      actions: [{{action: test.say, data: {{id: "{{{{ trigger.id }}}}"}}}}]
    """
    async with room(configuration, automation) as hub:
        hub.offer("test.say")
        for action in ("increment", "increment", "increment", "decrement", "decrement", "decrement"):
            await hub.call(f"counter.{action}", "counter.hits")

        heard = [data["id"] for _, data in hub.calls]
        assert heard == [
            "incremented",
            "incremented",
            "maximum_reached",
            "decremented",
            "decremented",
            "reset",
            "decremented",
            "minimum_reached",
        ]


async def test_a_button_may_be_pressed_for_the_first_time() -> None:
    """Its state was unknown before."""
    async with room("input_button: {b: }", saying("trigger: button.pressed, target: {entity_id: input_button.b}")) as hub:
        hub.offer("test.say")
        await hub.call("input_button.press", "input_button.b")

        assert said(hub) == ["input_button.b"]


async def test_a_threshold_is_crossed_once() -> None:
    """A limit may be the state of another entity; while that is unknown, nothing fires."""
    threshold = "{type: above, value: {entity: sensor.limit}}"
    trigger = f"trigger: power.crossed_threshold, target: {{entity_id: sensor.p}}, options: {{threshold: {threshold}}}"
    async with room("", saying(trigger)) as hub:
        hub.offer("test.say")

        def measure(watts: object) -> None:
            hub.set("sensor.p", str(watts), device_class="power")

        measure(5)
        measure(50)
        hub.set("sensor.limit", "20")
        measure(5)
        for watts in (50, 60, "unavailable", 70, 10, 21):
            measure(watts)

        assert [data["to"] for _, data in hub.calls] == [50, 21]


async def test_an_event_of_one_type_is_received() -> None:
    trigger = "trigger: event.received, target: {entity_id: event.door}, options: {event_type: ring}"
    async with room("", saying(trigger), states={"event.door": "unknown"}) as hub:
        hub.offer("test.say")
        hub.set("event.door", "2024-03-15T12:00:00", event_type="ring")
        hub.set("event.door", "2024-03-15T12:01:00", event_type="knock")
        hub.set("event.door", "2024-03-15T12:02:00", event_type="ring")

        assert said(hub) == ["event.door", "event.door"]


async def test_a_door_is_a_binary_sensor_of_that_class() -> None:
    async with room("", saying("trigger: door.opened, target: {entity_id: [binary_sensor.a, binary_sensor.b]}")) as hub:
        hub.offer("test.say")
        for state in ("off", "on"):
            hub.set("binary_sensor.a", state, device_class="door")
            hub.set("binary_sensor.b", state, device_class="window")

        assert said(hub) == ["binary_sensor.a"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("condition: switch.is_on, target: {entity_id: [switch.on, switch.off]}", True),
        ("condition: switch.is_on, target: {entity_id: [switch.on, switch.off]}, options: {behavior: all}", False),
        (
            "condition: switch.is_on, target: {entity_id: [switch.on, switch.gone, switch.missing]}, options: {behavior: all}",
            True,
        ),
        ("condition: switch.is_on, target: {entity_id: switch.gone}", False),
        ("condition: switch.is_on, target: {entity_id: switch.gone}, options: {behavior: all}", True),
        ("condition: switch.is_on, target: {entity_id: switch.on}, options: {for: 60}", False),
        ("condition: switch.is_on, target: {entity_id: switch.on}, options: {for: 30}", True),
        (
            f"{COUNTED}{{type: between, value_min: 1, value_max: 5}}}}",
            True,
        ),
        (
            f"{COUNTED}{{type: outside, value_min: 1, value_max: 5}}}}",
            False,
        ),
        ("condition: select.is_option_selected, target: {entity_id: input_select.s}, options: {option: [x, z]}", True),
        ("condition: text.is_equal_to, target: {entity_id: input_text.t}, options: {value: hello}", True),
        ("condition: timer.is_idle, target: {entity_id: timer.t}", True),
        ("condition: timer.is_active, target: {entity_id: timer.t}", False),
    ],
)
async def test_a_condition_about_several_entities(condition: str, expected: bool) -> None:
    """Missing, unavailable and unknown entities are left out: all of none is true, any of none false."""
    configuration = """
    counter: {c: {initial: 5}}
    input_select: {s: {options: [x, y, z]}}
    input_text: {t: {initial: hello}}
    timer: {t: }
    """
    states = {"switch.on": "on", "switch.off": "off", "switch.gone": "unavailable"}
    async with room(configuration, saying("trigger: event, event_type: go", condition), states=states) as hub:
        hub.offer("test.say")
        await hub.clock.advance(45)
        hub.bus.fire("go")

        assert bool(hub.calls) is expected


async def test_a_condition_that_nobody_offers_makes_the_automation_unavailable() -> None:
    async with room(
        "", saying("trigger: event, event_type: go", "condition: switch.is_green, target: {entity_id: switch.a}")
    ) as hub:
        assert hub.state("automation.say") == "unavailable"


@pytest.mark.parametrize(
    "trigger",
    [
        "trigger: switch.turned_on",
        "trigger: switch.turned_on, target: {entty_id: switch.a}",
        "trigger: switch.turned_on, target: {entity_id: switch.a}, options: {behavior: none}",
        "trigger: battery.level_crossed_threshold, target: {entity_id: sensor.a}, options: {threshold: {type: above}}",
        "trigger: timer.remaining_time_reached, target: {entity_id: timer.a}",
    ],
)
async def test_a_trigger_that_cannot_be_armed_does_not_hurt_the_others(trigger: str, caplog: pytest.LogCaptureFixture) -> None:
    automation = f"""
    - alias: Say
      triggers: [{{{trigger}}}, {{trigger: event, event_type: go}}]
      actions: [{{action: test.say, data: {{entity: me}}}}]
    """
    async with room("", automation) as hub:
        hub.offer("test.say")
        hub.bus.fire("go")

        assert said(hub) == ["me"]
        assert "cannot be armed" in caplog.text
