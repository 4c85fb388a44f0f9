"""Every example in the documents works."""

import re
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.automation.scenarios.files import play, read_scenarios
from hub.check import check
from hub.config import Problem
from hub.testing import running
from hub.virtual.virtual import furnish

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "plugins").glob("*/README.md"))]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_USED = re.compile(r"(?:trigger|action) (\w+)\.")
_SECRET = re.compile(r"!secret (\w+)")


def blocks(document: Path, language: str) -> Iterator[str]:
    for found in _BLOCK.finditer(document.read_text()):
        if found[1] == language:
            yield found[2]


def examples() -> Iterator[object]:
    for document in DOCUMENTS:
        for number, text in enumerate(blocks(document, "yaml"), 1):
            yield pytest.param(text, id=f"{document.relative_to(ROOT)}-{number}")


@pytest.mark.parametrize("text", list(examples()))
def test_an_example_in_yaml_is_valid(text: str, tmp_path: Path) -> None:
    """Configurations pass `hub check`, scenarios pass `hub test`."""
    file = tmp_path / "hub.yaml"
    file.write_text(text)
    if text.lstrip().startswith("- id:"):
        assert [play(scenario, furnish=furnish).message for scenario in read_scenarios(file)] == [""]
        return
    secrets = "".join(f"{name}: '{'0' * 32}'\n" for name in _SECRET.findall(text))
    (tmp_path / "secrets.yaml").write_text(secrets)

    errors = [problem for problem in check(file).errors if not is_elsewhere(problem, text)]

    assert errors == []


def is_elsewhere(problem: Problem, text: str) -> bool:
    """Tell whether an example only leaves out the section of the plugin that offers what it uses."""
    used = _USED.search(problem.message) if problem.code in ("unknown-action", "unknown-trigger") else None
    return used is not None and (used[1] == "notify" or f"{used[1]}:" not in text)


def test_the_example_configuration_is_valid() -> None:
    """`config.example.yaml` loads as it is."""
    assert list(check(ROOT / "config.example.yaml").problems) == []


async def test_the_plugin_of_the_guide_works() -> None:
    """The plugin and its test, as `docs/plugins.md` shows them."""
    plugin, test = blocks(ROOT / "docs" / "plugins.md", "python")
    module = types.ModuleType("hub_tcp")
    sys.modules["hub_tcp"] = module
    try:
        exec(compile(plugin, "hub_tcp.py", "exec"), module.__dict__)
        names: dict[str, object] = {"running": running}
        exec(compile(test, "test_tcp.py", "exec"), names)

        await names["test_a_service_that_answers_is_up"]()  # type: ignore[operator]
    finally:
        del sys.modules["hub_tcp"]
