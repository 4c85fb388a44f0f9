"""What the README and the blueprints show works."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hub_airpods_ble.config import AirpodsConfig
from hub_airpods_ble.simulator import FeedServer, SimulatedSet

from hub.app.hub import Hub, running
from hub.automation.blueprints import Blueprints
from hub.automation.reading import read_automations
from hub.clock import SystemClock

ROOT = Path(__file__).parents[3]
README = (ROOT / "plugins/airpods-ble/README.md").read_text()
USED: dict[str, dict[str, Any]] = {
    "charge_reminder": {"notify": "script.told", "after": "00:00:00", "before": "23:59:59"},
    "team_present": {"team": "Operations", "people": "sensor.team_operations_people"},
    "last_one_out": {
        "anyone": "binary_sensor.team_operations_anyone",
        "patience": {"seconds": 5},
        "when_empty": [{"event": "office_is_empty"}],
        "when_back": [{"event": "office_is_back"}],
    },
}


def example(key: str) -> Any:
    blocks = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    return yaml.safe_load(re.sub(r"!secret (\w+)", secret, next(block for block in blocks if block.startswith(f"{key}:"))))[key]


def secret(name: re.Match[str]) -> str:
    return f'"{sum(name[1].encode()):032x}"'


def test_the_configuration_of_the_readme_is_valid() -> None:
    """It can be copied."""
    config = AirpodsConfig.model_validate(example("airpods_ble"))

    assert [person.name for person in config.followed] == ["Ada"]


@pytest.mark.parametrize("name", USED)
def test_the_blueprints_can_be_used(name: str) -> None:
    """Without a problem."""
    library = Blueprints([ROOT / "blueprints"])
    [definition] = read_automations([{"use_blueprint": {"path": f"airpods_ble/{name}.yaml", "input": USED[name]}}], library)

    assert definition.problems == ()
    assert definition.model is not None


def test_every_blueprint_is_tested() -> None:
    """None is forgotten."""
    assert {path.stem for path in (ROOT / "blueprints/automation/airpods_ble").iterdir()} == {*USED}


async def told(hub: Hub, event: str) -> Any:
    """Wait for an event."""
    came: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    cancel = hub.bus.listen(event, lambda told: None if came.done() else came.set_result(told))
    try:
        async with asyncio.timeout(10):
            return await came
    finally:
        cancel()


@pytest.mark.parametrize("origin", ["readme", "blueprints"])
async def test_the_automations_run(feed: FeedServer, ada: SimulatedSet, tmp_path: Path, origin: str) -> None:
    """In a whole hub: a low battery is told, and so is the empty office."""
    blueprints = [{"alias": name, "use_blueprint": {"path": f"airpods_ble/{name}.yaml", "input": USED[name]}} for name in USED]
    automations = example("automation") if origin == "readme" else blueprints
    plugin = {
        "source": "replay",
        "replay": {"address": feed.address},
        "people": [ada.owned_by("Ada", team="Operations")],
        "arrive_after": 0,
        "leave_after": 20,
    }
    script = {"told": {"sequence": [{"event": "somebody_was_told", "event_data": {"message": "{{ message }}"}}]}}
    text = yaml.safe_dump(
        {"hub": {"data_dir": "data", "http": {"port": 0}}, "airpods_ble": plugin, "automation": automations, "script": script}
    )
    path = tmp_path / "hub.yaml"
    path.write_text(text.replace("notify.operations", "script.told"))
    ada.left = 10
    async with running(path, clock=SystemClock(30)) as hub:
        await feed.reader_came()
        reminded = asyncio.create_task(told(hub, "somebody_was_told"))
        await asyncio.sleep(0)
        feed.send(ada.heard(-60, "hci0", 0))
        assert "10 % left" in (await reminded).data["message"]

        if origin == "blueprints":
            await told(hub, "office_is_empty")
