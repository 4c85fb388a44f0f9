"""The blueprints that come with the hub."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from hub.automation.blueprints import Blueprints
from tests.automation.engine import Engine, engine

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "blueprints" / "automation"
PLUGINS = [path.parent.name.replace("-", "_") for path in sorted((ROOT / "plugins").glob("*/pyproject.toml"))]


@pytest.mark.parametrize("plugin", PLUGINS)
def test_every_plugin_brings_two(plugin: str) -> None:
    """And they are installed with the hub."""
    assert len(list((FOLDER / plugin).glob("*.yaml"))) >= 2
    assert f'"blueprints/automation/{plugin}/*.yaml"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("path", sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.yaml")))
def test_it_says_what_it_is_for(path: str) -> None:
    """With a name, a description, and a name for each input."""
    model = Blueprints([ROOT / "blueprints"]).get("automation", path).model

    assert model.name
    assert re.search(r"\.\s*$", model.description or "")


@asynccontextmanager
async def using(path: str, *events: str, **inputs: Any) -> AsyncIterator[Engine]:
    """Run an automation that uses a blueprint, with plugins that tell these events; whom to tell is `test.say`."""
    automation = json.dumps({"alias": "a", "use_blueprint": {"path": path, "input": inputs}})
    told = {event: list[str]() for event in events}
    async with engine(automation, blueprints={path: (FOLDER / path).read_text()}, plugin_events=told) as hub:
        yield hub


async def test_rows_that_cannot_be_read_are_told() -> None:
    """With the first of them."""
    async with using("ftp/rows_cannot_be_read.yaml", "ftp.rows_rejected", servers="Solar.*", notify="test.say") as hub:
        hub.fire("ftp.rows_rejected", server="Wind Nauen", count=1, rows=["x"])
        hub.fire("ftp.rows_rejected", server="Solar Pankow", count=2, rows=["a.csv:3: no number", "a.csv:4: no date"])
        (call,) = hub.calls

    assert call.data["title"] == "Solar Pankow: 2 rows cannot be read"
    assert call.data["message"] == "a.csv:3: no number\na.csv:4: no date"


async def test_a_server_in_trouble_is_told_until_a_file_comes() -> None:
    """A file that comes while all is well says nothing."""
    events = ("ftp.sync_failed", "ftp.file_arrived", "ftp.file_changed")
    async with using("ftp/sync_in_trouble.yaml", *events, notify="test.say") as hub:
        resolved: list[object] = []
        hub.offer("alert.resolve", lambda call: resolved.append(call.data["key"]))
        hub.fire("ftp.file_arrived", server="Solar Pankow", path="a.csv")
        hub.fire("ftp.sync_failed", server="Solar Pankow", reason="timed out")
        hub.set("alert.ftp_solar_pankow", "raised")
        hub.fire("ftp.file_changed", server="Solar Pankow", path="a.csv")
        (call,) = hub.calls

    assert (call.data["key"], call.data["message"], resolved) == ("ftp-solar_pankow", "timed out", ["ftp-solar_pankow"])


async def test_a_word_does_something_for_those_who_may() -> None:
    """Capitals do not matter."""
    inputs = {"word": "Report", "people": ["ada"], "do": [{"event": "asked"}]}
    async with using("discord/do_on_word.yaml", "discord.message", **inputs) as hub:
        hub.fire("discord.message", text="the REPORT please", person="mallory")
        hub.fire("discord.message", text="hello", person="ada")
        hub.fire("discord.message", text="the REPORT please", person="ada")

        assert len(hub.fired("asked")) == 1


async def test_the_board_hears_who_takes_care() -> None:
    """By the alert's title where it has one."""
    async with using("discord/who_takes_care.yaml", "discord.button", notify="test.say") as hub:
        hub.set("alert.roof_low", "raised", friendly_name="Solar Pankow gives nothing")
        hub.fire("discord.button", person="ada", action="acknowledge", alert="roof-low")
        hub.fire("discord.button", person="grace", action="snooze", alert="other")
        messages = [call.data["message"] for call in hub.calls]

    assert messages == ["Ada takes care of Solar Pankow gives nothing.", "Grace will look later at other."]


async def test_incidents_of_others_are_told_until_they_are_resolved() -> None:
    """Those that the hub itself raised are known already."""
    events = ("pagerduty.incident_triggered", "pagerduty.incident_resolved")
    async with using("pagerduty/incident_told.yaml", *events, notify="test.say") as hub:
        resolved: list[object] = []
        hub.offer("alert.resolve", lambda call: resolved.append(call.data["key"]))
        facts: dict[str, Any] = {
            "title": "Disk full",
            "service": "Shop",
            "assignees": ["Ada"],
            "by_hub": False,
            "key": "",
            "urgency": "high",
        }
        hub.fire(events[0], incident_id="P1", **{**facts, "by_hub": True})
        hub.fire(events[0], incident_id="P2", **{**facts, "urgency": "low"})
        hub.fire(events[0], incident_id="P3", **facts)
        hub.set("alert.incident_p3", "raised")
        hub.fire(events[1], incident_id="P3", **facts)
        (call,) = hub.calls

    assert (call.data["title"], call.data["message"]) == ("Shop: Disk full", "Ada is to deal with it.")
    assert resolved == ["incident-p3"]


async def test_pagerduty_hears_of_changed_automations() -> None:
    """As a change event."""
    async with using("pagerduty/change_told.yaml") as hub:
        changes: list[object] = []
        hub.offer("pagerduty.change_event", lambda call: changes.append(call.data["summary"]))
        hub.fire("automation_reloaded")

    assert changes == ["The automations of the hub were changed"]
