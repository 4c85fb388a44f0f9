"""The automations of the README and the blueprints work."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_rabbitmq.simulator import Simulator

from hub.app.hub import running
from hub.automation.blueprints import Blueprints
from hub.automation.reading import read_automations
from plugins.rabbitmq.tests.messages import body, telemetry

ROOT = Path(__file__).parents[3]
README = (ROOT / "plugins/rabbitmq/README.md").read_text()
WEARERS = {"Band 7": {"wearer": "Ada", "team": "Night shift"}}
USED: dict[str, dict[str, Any]] = {
    "vital_sign_out_of_range": {"heart_rate": "sensor.band_7_heart_rate", "highest": 140},
    "dead_letters": {
        "dead_letters": "sensor.rabbitmq_telemetry_dead_letters",
        "rejected": "sensor.rabbitmq_telemetry_rejected",
    },
}


def automations_of_the_readme() -> Any:
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if block.startswith("automation:"))
    return yaml.safe_load(example)["automation"]


@pytest.mark.parametrize("name", USED)
def test_the_blueprints_can_be_used(name: str) -> None:
    """Without a problem."""
    library = Blueprints([ROOT / "blueprints"])
    [definition] = read_automations([{"use_blueprint": {"path": f"rabbitmq/{name}.yaml", "input": USED[name]}}], library)

    assert definition.problems == ()
    assert definition.model is not None


def test_every_blueprint_is_tested() -> None:
    """None is forgotten."""
    assert {path.stem for path in (ROOT / "blueprints/automation/rabbitmq").iterdir()} == {*USED}


async def test_the_automation_of_the_readme_runs(broker: Simulator, tmp_path: Path) -> None:
    """In a whole hub: telemetry comes in, a message goes out."""
    config = telemetry(broker, enrich={"table": WEARERS})
    config["queues"].append({"name": "breaks", "declare": True})
    path = tmp_path / "hub.yaml"
    core = {"data_dir": "data", "http": {"port": 0}}
    path.write_text(yaml.safe_dump({"hub": core, "rabbitmq": config, "automation": automations_of_the_readme()[:1]}))
    async with running(path) as hub:
        broker.put("telemetry", body(heart_rate=120), message_id="calm")
        broker.put("telemetry", body(heart_rate=170), message_id="alarming")
        came = asyncio.Event()
        heard: list[Any] = []
        hub.bus.listen("rabbitmq.message", lambda event: (heard.append(event.data), came.set()))
        async with asyncio.timeout(10):
            await came.wait()

        assert [(told["queue"], told["body"]) for told in heard] == [("breaks", {"wearer": "Ada", "heart_rate": 170.0})]
