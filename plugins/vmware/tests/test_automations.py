"""The automations of the README and the blueprints work."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_vmware.config import VmwareConfig
from hub_vmware.simulator import SimulatedVmware

from hub.app.hub import running
from hub.automation.blueprints import Blueprints
from hub.automation.reading import read_automations

ROOT = Path(__file__).parents[3]
README = (ROOT / "plugins/vmware/README.md").read_text()
USED: dict[str, dict[str, Any]] = {
    "machine_stopped": {"power": "binary_sensor.web_1_power", "restart": True},
    "alarm_notice": {},
}


def example(section: str) -> Any:
    block = next(block for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL) if block.startswith(f"{section}:"))
    return yaml.safe_load(re.sub(r"!secret \w+", "x", block))[section]


@pytest.mark.parametrize("name", USED)
def test_the_blueprints_can_be_used(name: str) -> None:
    """Without a problem."""
    library = Blueprints([ROOT / "blueprints"])
    [definition] = read_automations([{"use_blueprint": {"path": f"vmware/{name}.yaml", "input": USED[name]}}], library)

    assert definition.problems == ()
    assert definition.model is not None


def test_every_blueprint_is_tested() -> None:
    """None is forgotten."""
    assert {path.stem for path in (ROOT / "blueprints/automation/vmware").iterdir()} == {*USED}


def test_the_configuration_of_the_readme_is_valid() -> None:
    """It can be copied."""
    config = VmwareConfig.model_validate(example("vmware"))

    assert config.horizon is not None
    assert [*config.horizon.desktops] == ["ada"]


async def test_the_automation_of_the_readme_switches_the_machine_on_again(vmware: SimulatedVmware, tmp_path: Path) -> None:
    """In a whole hub: the machine stops, and runs again."""
    path = tmp_path / "hub.yaml"
    core = {"data_dir": "data", "http": {"port": 0}}
    path.write_text(yaml.safe_dump({"hub": core, "vmware": dict(vmware.config), "automation": example("automation")}))
    async with running(path) as hub:
        finished, connected = asyncio.Event(), asyncio.Event()
        hub.bus.listen("vmware.task_finished", lambda _: finished.set())
        hub.bus.watch_all(lambda _: connected.set() if hub.states.get("binary_sensor.web_1_power") else None)
        async with asyncio.timeout(10):
            if not hub.states.get("binary_sensor.web_1_power"):
                await connected.wait()
            vmware.plant.set_power("vm-1", on=False)
            await finished.wait()

        assert vmware.plant.is_on("vm-1")
