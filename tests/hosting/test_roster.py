from collections.abc import Iterable
from importlib.metadata import EntryPoint, distributions
from pathlib import Path
from typing import Any

import pytest
from pydantic import field_validator

from hub.api import Config
from hub.config import loads
from hub.hosting.discovery import EntryPoints
from hub.hosting.instances import Instance, Unreadable, read_instances
from hub.hosting.roster import read_roster
from tests.hosting.installed import install
from tests.hosting.made import plugin
from tests.hosting.tcp import hub_tcp


@pytest.fixture
def points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EntryPoints:
    """The example plugin is installed, and one that cannot be imported."""
    (tmp_path / "hub_unripe_for_tests.py").write_text("1 +")
    install(tmp_path, "hub-tcp", {"tcp": hub_tcp.__name__})
    install(tmp_path, "hub-unripe", {"unripe": "hub_unripe_for_tests"})
    monkeypatch.syspath_prepend(tmp_path)

    def points() -> Iterable[EntryPoint]:
        for distribution in distributions(path=[str(tmp_path)]):
            yield from distribution.entry_points

    return points


def sections(text: str) -> Any:
    return loads(text, "hub.yaml").value


def names(read: list[Instance | Unreadable]) -> list[str]:
    return [each.name for each in read]


def test_a_single_instance_is_called_like_its_plugin() -> None:
    """None is the defaults."""
    sections: list[object] = [{}, None]
    for section in sections:
        (instance,) = read_instances(plugin(), section, "1.0")
        assert isinstance(instance, Instance)
        assert (instance.name, instance.version) == ("made", "1.0")


def test_several_instances_are_called_by_their_names_or_numbers() -> None:
    """A list of one is a list too, so that adding a second does not rename the first."""
    assert names(read_instances(plugin(), [{"name": "Solar Röof"}, {"number": 3}])) == ["made_solar_roof", "made_2"]
    assert names(read_instances(plugin(), [{"name": "a"}])) == ["made_a"]
    assert names(read_instances(plugin(), [])) == []


def test_a_validator_of_the_plugin_that_fails_hurts_only_its_section() -> None:
    """What it raises is a bug of the plugin, not of the file."""

    class Careless(Config):
        number: int = 0

        @field_validator("number")
        @classmethod
        def look(cls, number: int) -> int:
            return 1 // number

    (read,) = read_instances(plugin(config=Careless), {"number": 0})

    assert isinstance(read, Unreadable)
    assert read.problems[0].message == "the plugin failed to read this (ZeroDivisionError)"


def test_everything_that_is_wrong_is_told_with_its_place(points: EntryPoints) -> None:
    """What is right is ready to run all the same."""
    roster = read_roster(
        sections(
            """\
tcp:
  - {name: Roof, host: a, port: 1}
  - name: Cellar
    host: b
    prot: 2
  - {name: roof, host: c, port: 3}
  - {host: d, port: 99999}
unripe:
tpc: {host: a, port: 1}
"""
        ),
        points,
    )

    assert [loaded.plugin.name for loaded in roster.plugins] == ["tcp"]
    assert [instance.name for instance in roster.instances] == ["tcp_roof"]
    assert [broken.name for broken in roster.broken] == ["tcp_cellar", "tcp_roof", "tcp_4", "unripe", "tpc"]
    assert [str(problem) for problem in roster.problems] == [
        "hub.yaml:5:5: unknown key `prot`; did you mean `port`?",
        "hub.yaml:6:12: there is already an instance called 'tcp_roof'; give each a `name` of its own",
        "hub.yaml:7:21: must be at most 65535",
        str(roster.problems[3]),
        "hub.yaml:9:1: plugin 'tpc' is not installed; try: pip install hub-tpc; or did you mean `tcp`?",
    ]
    assert str(roster.problems[3]).startswith("hub.yaml:8:1: plugin 'unripe' is broken: ")
    assert [problem.code for problem in roster.problems][3:] == ["broken-plugin", "not-installed"]


def test_a_section_that_could_not_be_read_is_not_told_twice(points: EntryPoints) -> None:
    """The loader has told already what is wrong with it."""
    roster = read_roster(sections("tcp: !secret no_such_secret"), points)

    assert roster.problems == ()
    assert [(broken.name, broken.reason) for broken in roster.broken] == [("tcp", "its configuration could not be read")]


@pytest.mark.parametrize("section", ["text", 5, [1], [[]]])
def test_a_section_of_the_wrong_kind_is_refused(section: object) -> None:
    """A plugin's section is a mapping or a list of them."""
    (read,) = read_instances(plugin(), section)

    assert isinstance(read, Unreadable)
    assert "expected a mapping" in read.problems[0].message


def test_an_instance_cannot_take_the_name_of_another_plugin_s() -> None:
    """`made_a` may be a plugin, and an instance of the plugin `made`."""
    taken: set[str] = set()
    read = [*read_instances(plugin(), [{"name": "a"}], taken=taken), *read_instances(plugin(name="made_a"), {}, taken=taken)]

    assert [type(each) for each in read] == [Instance, Unreadable]
