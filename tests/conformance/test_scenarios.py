"""Scenarios recorded from the real Home Assistant, played under simulated time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.automation.scenarios.files import play, play_files, read_scenarios

HERE = Path(__file__).parent
REAL_PEOPLE = HERE.parents[2] / "shared" / "conformance" / "behaviour" / "real-people.jsonl"
SCENARIOS = {
    scenario["id"]: scenario for file in sorted((HERE / "behaviour").glob("*.yaml")) for scenario in read_scenarios(file)
}
DIFFERENCES: Mapping[str, Mapping[str, Any]] = msgspec.yaml.decode((HERE / "differences.yaml").read_text())


@pytest.mark.parametrize("name", SCENARIOS)
def test_it_goes_as_recorded(name: str) -> None:
    """What differs on purpose differs exactly as `differences.yaml` says."""
    result = play(SCENARIOS[name])

    expected = DIFFERENCES[name]["differs"] if name in DIFFERENCES else []
    assert list(result.differences) == expected


def test_every_difference_names_its_reason() -> None:
    """And the scenario that it excuses exists."""
    assert DIFFERENCES.keys() <= SCENARIOS.keys()
    assert all(difference["reason"].startswith("DIALECT ") for difference in DIFFERENCES.values())


@pytest.mark.skipif(not REAL_PEOPLE.exists(), reason="the recordings of real people's automations are not on this computer")
def test_what_real_people_wrote_goes_as_recorded() -> None:
    """Five hundred automations and blueprints as people publish them, with made-up inputs."""
    results = list(play_files([REAL_PEOPLE]))

    assert len(results) == 500
    assert [(result.id, result.differences) for result in results if not result.passed] == []
