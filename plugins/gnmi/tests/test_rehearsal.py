"""The rehearsal, and what the README shows, work."""

import re
from pathlib import Path

import hub_gnmi
import yaml
from hub_gnmi.config import GnmiConfig
from hub_gnmi.simulator.rehearsal import rehearse_switches
from pydantic import TypeAdapter

from hub.clock import SystemClock
from hub.testing import running

README = Path(__file__).parents[1] / "README.md"


async def test_the_cue_flaps_a_link() -> None:
    """Down at one call, up at the next."""
    async with rehearse_switches(SystemClock()) as rehearsal, running(hub_gnmi, rehearsal.config) as hub:
        await hub.until(lambda: hub.connected and hub.value("binary_sensor.core_1_ethernet2") == "on")
        await hub.until(lambda: hub.value("binary_sensor.core_1_synced") == "on")
        for event in ("gnmi.link_down", "gnmi.link_up"):
            await rehearsal.cues["flap a link"]()
            await hub.until(lambda event=event: hub.told(event))

        assert rehearsal.summary()["gnmi_subscriptions"] == 3


async def test_a_link_flaps_and_a_switch_restarts_by_themselves() -> None:
    """As time passes."""
    clock = SystemClock(600)
    async with rehearse_switches(clock) as rehearsal, running(hub_gnmi, rehearsal.config, clock) as hub:
        await hub.until(lambda: hub.told("gnmi.link_down") and hub.told("gnmi.link_up") and hub.told("gnmi.rebooted"), 12)

        assert hub.told("gnmi.rebooted")[0]["target"] == "Core 2"


def test_the_configuration_of_the_readme_is_valid() -> None:
    """Targets share what they have in common."""
    block = re.findall(r"```yaml\n(gnmi:.*?)```", README.read_text(), re.DOTALL)[0]
    section = yaml.safe_load(block.replace("!secret ", ""))["gnmi"]
    targets = TypeAdapter(list[GnmiConfig]).validate_python(section)

    assert [target.title for target in targets] == ["Core 1", "Core 2", "Edge 1"]
    assert targets[2].profiles == targets[0].profiles
