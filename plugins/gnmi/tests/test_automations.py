"""The automations of the README and the blueprints work."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_gnmi.simulator import Switch

from hub.app.hub import Hub, running
from hub.automation.blueprints import Blueprints
from hub.automation.reading import read_automations

ROOT = Path(__file__).parents[3]
README = (ROOT / "plugins/gnmi/README.md").read_text()
USED: dict[str, dict[str, Any]] = {
    "link_down": {"interfaces": "Ethernet[0-9]+", "patience": {"seconds": 0.05}},
    "interface_busy": {"rate": "sensor.core_ethernet1_in"},
}


@pytest.mark.parametrize("name", USED)
def test_the_blueprints_can_be_used(name: str) -> None:
    """Without a problem."""
    library = Blueprints([ROOT / "blueprints"])
    [definition] = read_automations([{"use_blueprint": {"path": f"gnmi/{name}.yaml", "input": USED[name]}}], library)

    assert definition.problems == ()
    assert definition.model is not None


def test_every_blueprint_is_tested() -> None:
    """None is forgotten."""
    assert {path.stem for path in (ROOT / "blueprints/automation/gnmi").iterdir()} == {*USED}


def automations_of_the_readme() -> Any:
    example = next(block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if block.startswith("automation:"))
    return yaml.safe_load(example)["automation"]


async def alert_becomes(hub: Hub, text: str) -> None:
    """Wait for an alert in this state."""
    async with asyncio.timeout(10):
        while text not in [state.state for state in hub.states.all("alert")]:
            await asyncio.sleep(0.02)  # the whole hub tells nobody here


@pytest.mark.parametrize("automations", [
    automations_of_the_readme(),
    [{"alias": "Links", "use_blueprint": {"path": "gnmi/link_down.yaml", "input": USED["link_down"]}}],
], ids=["readme", "blueprint"])  # fmt: skip
async def test_a_link_that_flaps_raises_and_resolves_an_alert(
    config: dict[str, Any], switch: Switch, tmp_path: Path, automations: Any
) -> None:
    """In a whole hub: the alert is raised when the cable is pulled, and resolved when it is back."""
    path = tmp_path / "hub.yaml"
    core = {"data_dir": "data", "http": {"port": 0}}
    notify = [{"name": "operations", "targets": []}]
    path.write_text(yaml.safe_dump({"hub": core, "gnmi": config, "notify": notify, "automation": automations}))
    async with running(path) as hub:
        async with asyncio.timeout(10):
            while (state := hub.states.get("binary_sensor.core_synced")) is None or state.state != "on":
                await asyncio.sleep(0.02)  # the whole hub tells nobody here
        switch.cable("Ethernet1", False)
        await alert_becomes(hub, "raised")
        switch.cable("Ethernet1", True)
        await alert_becomes(hub, "resolved")
