"""Scenario files, and the playing of many."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from hub.automation.scenarios.stage import Furnish, Happened, Stage
from hub.automation.scenarios.verdict import differences
from hub.config import InvalidConfiguration, load


class Result(msgspec.Struct, frozen=True):
    """How one scenario went."""

    id: str
    file: str
    differences: tuple[str, ...]

    @property
    def message(self) -> str:
        """What differs, in words."""
        return "\n".join(self.differences)

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


def read_scenarios(path: Path) -> Iterator[Mapping[str, Any]]:
    """Read a YAML file (a list of scenarios) or a JSONL file (one a line). Raises InvalidConfiguration."""
    if path.suffix == ".jsonl":
        for line in path.read_text().splitlines():
            if line.strip():
                yield json.loads(line)
        return
    document = load(path)
    if document.problems:
        raise InvalidConfiguration(document.problems)
    yield from document.value or ()


def play_files(paths: list[Path], furnish: Furnish | None = None) -> Iterator[Result]:
    """Play every scenario of the files; `furnish` makes what they have under `components:`."""
    for path in paths:
        for scenario in read_scenarios(path):
            yield play(scenario, str(path), furnish)


def play(scenario: Mapping[str, Any], file: str = "", furnish: Furnish | None = None) -> Result:
    """Play one scenario and compare."""
    name = str(scenario.get("id") or scenario.get("title") or "?")
    try:
        happened = asyncio.run(_play(scenario, furnish))
    except Exception as error:
        return Result(name, file, (f"the scenario could not be played: {error!r}",))
    return Result(name, file, tuple(differences(scenario, happened)))


def record_file(path: Path, furnish: Furnish | None = None) -> int:
    """Play the scenarios of a file and write what happened into their `expect:`; returns how many there are."""
    scenarios = [{**scenario, "expect": _happened(scenario, furnish)} for scenario in read_scenarios(path)]
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(scenario) + "\n" for scenario in scenarios))
    else:
        path.write_bytes(msgspec.yaml.encode(json.loads(json.dumps(scenarios, default=str))))
    return len(scenarios)


def _happened(scenario: Mapping[str, Any], furnish: Furnish | None) -> dict[str, Any]:
    happened = msgspec.structs.asdict(asyncio.run(_play(scenario, furnish)))
    return {name: value for name, value in happened.items() if value}


async def _play(scenario: Mapping[str, Any], furnish: Furnish | None) -> Happened:
    return await Stage(scenario, furnish).play()
