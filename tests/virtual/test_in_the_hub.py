"""Virtual entities in a whole hub: they survive restarts and reloads."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

from hub.app.hub import Hub, running
from hub.clock import SimulatedClock
from hub.model.names import EntityId

START = datetime(2024, 3, 15, 12, 0, tzinfo=UTC)
CORE = """
hub:
  http: {port: 0}
  store: {commit_interval: 0.01}
"""


def configuration(folder: Path, text: str) -> Path:
    file = folder / "hub.yaml"
    file.write_text(CORE + dedent(text))
    return file


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)


def state(hub: Hub, entity_id: str) -> str | None:
    found = hub.states.get(entity_id)
    return None if found is None else found.state


async def test_values_survive_a_restart(tmp_path: Path) -> None:
    """And what is no longer in the configuration does not come back."""
    file = configuration(
        tmp_path,
        """
        input_boolean: {night: , gone: }
        counter: {visits: }
        input_select: {mode: {options: [eco, full], initial: eco}}
        """,
    )
    async with running(file, clock=SimulatedClock(START)) as hub:
        await hub.actions.call("input_boolean.turn_on", {"entity_id": ["input_boolean.night", "input_boolean.gone"]})
        await hub.actions.call("counter.increment", {"entity_id": "counter.visits"})
        await hub.actions.call("input_select.select_option", {"entity_id": "input_select.mode", "option": "full"})
    configuration(
        tmp_path, "input_boolean: {night: }\ncounter: {visits: }\ninput_select: {mode: {options: [eco, full], initial: eco}}\n"
    )

    async with running(file, clock=SimulatedClock(START)) as hub:
        assert state(hub, "input_boolean.night") == "on"
        assert state(hub, "counter.visits") == "1"
        assert state(hub, "input_select.mode") == "eco", "`initial` wins"
        assert state(hub, "input_boolean.gone") is None


async def test_a_timer_that_ended_while_the_hub_was_down_is_told_when_automations_listen(tmp_path: Path) -> None:
    """With the moment when it really ended."""
    file = configuration(
        tmp_path,
        """
        timer: {oven: {duration: 60, restore: true}}
        input_text: {heard: }
        automation:
          - alias: Listen
            triggers: [{trigger: event, event_type: timer.finished}]
            actions:
              - action: input_text.set_value
                target: {entity_id: input_text.heard}
                data: {value: "{{ trigger.event.data.finished_at }}"}
        """,
    )
    async with running(file, clock=SimulatedClock(START)) as hub:
        await hub.actions.call("timer.start", {"entity_id": "timer.oven"})

    async with running(file, clock=SimulatedClock(START.replace(hour=15))) as hub:
        await until(lambda: state(hub, "input_text.heard") == "2024-03-15T12:01:00+00:00")

        assert state(hub, "timer.oven") == "idle"


async def test_a_reload_reads_one_section_again(tmp_path: Path) -> None:
    """What did not change keeps its value and its moment of change."""
    file = configuration(tmp_path, "input_number: {a: {min: 0, max: 9}, b: {min: 0, max: 9}}\n")
    async with running(file, clock=SimulatedClock(START)) as hub:
        for name in "ab":
            await hub.actions.call("input_number.set_value", {"entity_id": f"input_number.{name}", "value": 8})
        before = hub.states.get("input_number.a")
        configuration(
            tmp_path, "input_number: {a: {min: 0, max: 9}, b: {min: 0, max: 5}, c: {min: 1, max: 2}}\ncounter: {new: }\n"
        )

        await hub.actions.call("input_number.reload")

        assert hub.states.get("input_number.a") is before
        assert state(hub, "input_number.b") == "5.0", "the nearest that is allowed now"
        assert state(hub, "input_number.c") == "1.0"
        assert state(hub, "counter.new") is None, "only one section was read"

        await hub.actions.call("homeassistant.reload_all")

        assert state(hub, "counter.new") == "0"


async def test_entities_keep_the_ids_that_an_admin_gives_them(tmp_path: Path) -> None:
    """Renamed in the registry, a virtual entity is found under its new name at once, and after a restart."""
    file = configuration(
        tmp_path,
        """
        input_boolean: {night: }
        timer: {oven: {duration: 60}}
        template: [{sensor: {unique_id: a, name: A, state: "{{ states('x.y') }}"}}]
        """,
    )
    clock = SimulatedClock(START)
    async with running(file, clock=clock) as hub:
        await hub.actions.call("input_boolean.turn_on", {"entity_id": "input_boolean.night"})
        await hub.actions.call("timer.start", {"entity_id": "timer.oven"})
        for old, new in (("input_boolean.night", "input_boolean.dark"), ("timer.oven", "timer.stove"), ("sensor.a", "sensor.b")):
            hub.registries.entities.update(old, new_entity_id=new)
            assert state(hub, old) is None
        assert (state(hub, "input_boolean.dark"), state(hub, "timer.stove"), state(hub, "sensor.b")) == (
            "on",
            "active",
            "unknown",
        )

        hub.states.set(EntityId("x.y"), "5")
        assert (state(hub, "sensor.a"), state(hub, "sensor.b")) == (None, "5")
        await hub.actions.call("timer.finish", {"entity_id": "timer.stove"})
        assert state(hub, "timer.stove") == "idle"

    async with running(file, clock=SimulatedClock(START)) as hub:
        assert (state(hub, "input_boolean.dark"), state(hub, "input_boolean.night")) == ("on", None)
