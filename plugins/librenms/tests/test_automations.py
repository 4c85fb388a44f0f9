"""The automations of the README and the blueprints work."""

import asyncio
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_librenms.simulator import SimulatedLibreNms
from hub_librenms.simulator import running as simulated

from hub.app.hub import Hub, running
from hub.automation.blueprints import Blueprints
from hub.automation.reading import read_automations
from hub.clock import SystemClock
from hub.web.address import read_address

ROOT = Path(__file__).parents[3]
README = (ROOT / "plugins/librenms/README.md").read_text()
USED: dict[str, dict[str, Any]] = {
    "alert_to_people": {"rules": "Device"},
    "device_down": {"device_up": "binary_sensor.core_002_example_net_up", "minutes": 0},
}
SPEED = 10.0


@pytest.fixture
async def librenms() -> AsyncGenerator[SimulatedLibreNms, None]:
    """A network in which all is well."""
    async with simulated(SystemClock(SPEED)) as made:
        yield made


@pytest.mark.parametrize("name", USED)
def test_the_blueprints_can_be_used(name: str) -> None:
    """Without a problem."""
    library = Blueprints([ROOT / "blueprints"])
    [definition] = read_automations([{"use_blueprint": {"path": f"librenms/{name}.yaml", "input": USED[name]}}], library)

    assert definition.problems == ()
    assert definition.model is not None


def test_every_blueprint_is_tested() -> None:
    """None is forgotten."""
    assert {path.stem for path in (ROOT / "blueprints/automation/librenms").iterdir()} == {*USED}


def automations_of_the_readme() -> Any:
    example = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0]
    return yaml.safe_load(example.replace("!secret ", ""))["automation"]


async def until(holds: Any) -> None:
    async with asyncio.timeout(15):
        while not holds():
            await asyncio.sleep(0.02)  # the whole hub tells nobody here


def alerts(hub: Hub) -> list[str]:
    return [state.state for state in hub.states.all("alert")]


@pytest.mark.parametrize("automations", [
    automations_of_the_readme(),
    [{"alias": "Alerts", "use_blueprint": {"path": "librenms/alert_to_people.yaml", "input": USED["alert_to_people"]}}],
    [{"alias": "Device", "use_blueprint": {"path": "librenms/device_down.yaml", "input": USED["device_down"]}}],
], ids=["readme", "alert_to_people", "device_down"])  # fmt: skip
async def test_a_device_that_fails_raises_and_resolves_an_alert(
    librenms: SimulatedLibreNms, tmp_path: Path, automations: Any
) -> None:
    """In a whole hub, with LibreNMS sending its alerts there."""
    path = tmp_path / "hub.yaml"
    config = {**librenms.config, "kinds": ["devices", "alerts"], "intervals": {"alerts": 10, "down": 10}}
    core = {"data_dir": "data", "http": {"port": 0}}
    notify = [{"name": "operations", "targets": []}]
    path.write_text(yaml.safe_dump({"hub": core, "librenms": config, "notify": notify, "automation": automations}))
    async with running(path, clock=SystemClock(SPEED)) as hub:
        address = read_address(hub.configuration.settings.data_dir)
        assert address is not None
        transport = librenms.send_to(address.url)
        await until(lambda: hub.states.get("binary_sensor.core_002_example_net_alert") is not None)
        librenms.network.go_down(2)
        await until(lambda: "raised" in alerts(hub))
        librenms.network.come_up(2)
        await until(lambda: "resolved" in alerts(hub))

        assert transport.answers[:1] == [200]


async def test_the_readme_s_maintenance_reaches_librenms(librenms: SimulatedLibreNms, tmp_path: Path) -> None:
    """When somebody announces a rebuild."""
    librenms.network.groups["Rack"] = {1}
    path = tmp_path / "hub.yaml"
    core = {"data_dir": "data", "http": {"port": 0}}
    written = {"hub": core, "librenms": dict(librenms.config), "automation": automations_of_the_readme()}
    path.write_text(yaml.safe_dump({**written, "notify": [{"name": "operations", "targets": []}]}))
    async with running(path, clock=SystemClock(SPEED)) as hub:
        hub.bus.fire("rebuild_announced", {"rack": "Rack"})
        await until(lambda: librenms.network.windows)

        assert librenms.network.windows == [{"of": "Rack", "duration": "2:00", "title": "Rebuild"}]
