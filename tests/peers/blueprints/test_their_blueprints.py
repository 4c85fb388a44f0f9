"""Home Assistant's own blueprints, unmodified, run here."""

from pathlib import Path

import pytest

from hub.automation.blueprints import Blueprints, ready_made
from hub.automation.reading import read_automations
from tests.automation.engine import engine

FETCHED = Path(__file__).parents[3] / ".peers" / "blueprints"
pytestmark = [
    pytest.mark.peer("blueprints"),
    pytest.mark.skipif(not FETCHED.exists(), reason="run tests/peers/blueprints/fetch first"),
]


async def test_the_motion_light_turns_on_and_off() -> None:
    """`motion_light.yaml`: on with the motion, off so many seconds after it; a new motion begins anew."""
    instance = {
        "alias": "a",
        "use_blueprint": {
            "path": "motion_light.yaml",
            "input": {
                "motion_entity": "binary_sensor.door",
                "light_target": {"entity_id": "light.stairs"},
                "no_motion_wait": 60,
            },
        },
    }
    (definition,) = read_automations([instance], Blueprints([FETCHED, ready_made()]))
    assert definition.problems == ()

    async with engine(states={"binary_sensor.door": "off"}) as hub:
        calls: list[tuple[str, object]] = []
        for name in ("light.turn_on", "light.turn_off"):
            hub.offer(name, lambda call: calls.append((call.name, call.data["entity_id"])))
        hub.automations.load([definition])
        hub.set("binary_sensor.door", "on")
        await hub.clock.advance(seconds=30)
        hub.set("binary_sensor.door", "off")
        await hub.clock.advance(seconds=59)
        assert calls == [("turn_on", ["light.stairs"])]

        await hub.clock.advance(seconds=2)

        assert calls == [("turn_on", ["light.stairs"]), ("turn_off", ["light.stairs"])]
