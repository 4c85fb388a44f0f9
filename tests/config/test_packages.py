"""Packages and labelled blocks."""

from pathlib import Path
from typing import Any

import pytest

from hub.config import Configuration, position_of, read


def configuration(folder: Path, text: str, **files: str) -> Configuration:
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(content)
    (folder / "hub.yaml").write_text(text)
    return read(folder / "hub.yaml")


def sections(folder: Path, text: str) -> dict[str, Any]:
    found = configuration(folder, text)
    assert found.problems == []
    return found.sections


def test_lists_are_joined_one_after_the_other(tmp_path: Path) -> None:
    """The main file first, then the packages in their order; a single mapping is a list of one."""
    text = """
hub:
  packages:
    one: {automation: {alias: a}}
    two: {automation: [{alias: b}, {alias: c}], "automation three": [{alias: d}]}
    none:
automation: [{alias: m}]
automation lights: {alias: l}
"""
    assert [each["alias"] for each in sections(tmp_path, text)["automation"]] == ["m", "l", "a", "b", "c", "d"]


def test_mappings_are_joined_into_one_another(tmp_path: Path) -> None:
    """New keys are added, lists inside are joined; so the same script in two packages does both."""
    text = """
homeassistant:
  packages:
    one: {script: {s: {alias: x, sequence: [1]}}}
    two: {script: {s: {sequence: [2], mode: single}, t: {sequence: 3}}}
script:
  u: {sequence: []}
script more:
  v: {}
"""
    assert sections(tmp_path, text)["script"] == {
        "u": {"sequence": []},
        "v": {},
        "s": {"alias": "x", "sequence": [1, 2], "mode": "single"},
        "t": {"sequence": 3},
    }


def test_instances_of_a_plugin_may_come_from_several_places(tmp_path: Path) -> None:
    """As soon as one block is a list, all are."""
    text = """
hub: {packages: {roofs: {ftp: [{host: b}]}, wind: {ftp: {host: c}}}}
ftp: {host: a}
"""
    assert sections(tmp_path, text)["ftp"] == [{"host": "a"}, {"host": "b"}, {"host": "c"}]


def test_a_section_without_content_is_empty(tmp_path: Path) -> None:
    """Naming it switches it on."""
    found = sections(tmp_path, "tcp:\nautomation:\nscript: {}\nscene: []\n")

    assert found == {"tcp": {}, "automation": [], "script": {}, "scene": []}
    assert position_of(found["tcp"], []).line == 1


def test_an_empty_list_file_is_an_empty_list(tmp_path: Path) -> None:
    """`automations.yaml` is empty at first."""
    found = configuration(tmp_path, "automation: !include automations.yaml\n", automations="")

    assert found.sections == {"automation": []}


def test_one_block_alone_is_left_as_it_is(tmp_path: Path) -> None:
    """Nothing is copied: ten thousand automations cost nothing here."""
    found = configuration(tmp_path, "automation: !include automations.yaml\n", automations="- 0\n- {alias: a}\n")

    assert found.sections["automation"] == [0, {"alias": "a"}]
    assert position_of(found.sections["automation"], []).file.endswith("automations.yaml")


def test_a_value_that_stands_twice_is_a_problem(tmp_path: Path) -> None:
    """It names the key, the package and the other place; the first counts, everything else is read."""
    found = configuration(
        tmp_path,
        "hub: {packages: {one: !include one.yaml}}\nscript: {s: {alias: a}}\n",
        one="script:\n  s:\n    alias: b\n    mode: single\nlight: 1\n",
    )

    (problem,) = found.problems
    assert str(problem) == f"{tmp_path}/one.yaml:3:5: `alias` in the package `one` is set already, at {tmp_path}/hub.yaml:2:14"
    assert problem.path == ("script", "s", "alias")
    assert found.sections == {"script": {"s": {"alias": "a", "mode": "single"}}, "light": 1}


def test_what_was_merged_keeps_its_place(tmp_path: Path) -> None:
    """Each part points at the file in which it was written."""
    found = configuration(
        tmp_path,
        "hub: {packages: {one: !include one.yaml, two: !include two.yaml}}\n",
        one="automation: [{alias: a}]\nscript:\n  s: {x: 1}\n",
        two="\nautomation:\n  alias: b\nscript:\n  s: {y: 2}\n  t: {}\n",
    )

    assert position_of(found.sections["automation"], [1, "alias"]) == (str(tmp_path / "two.yaml"), 3, 10)
    assert found.sections["script"].key_position("t") == (str(tmp_path / "two.yaml"), 6, 3)
    assert found.sections["script"]["s"].key_position("y") == (str(tmp_path / "two.yaml"), 5, 7)
    assert found.sections["script"]["s"].key_position("x") == (str(tmp_path / "one.yaml"), 3, 7)


def test_secrets_in_packages_stay_secret(tmp_path: Path) -> None:
    """Also after two packages were merged."""
    (tmp_path / "secrets.yaml").write_text("pw: hunter2\n")

    found = configuration(
        tmp_path,
        "hub: {packages: !include_named}\n".replace("!include_named", "{one: !include one.yaml, two: {ftp: {host: a}}}"),
        one="ftp: {password: !secret pw, keys: [!secret pw]}\n",
    )

    assert found.secrets == {"hunter2"}
    assert found.sections["ftp"] == {"password": "hunter2", "keys": ["hunter2"], "host": "a"}
    assert found.sections["ftp"].is_secret("password")
    assert found.sections["ftp"]["keys"].is_secret(0)
    assert not found.sections["ftp"].is_secret("host")


@pytest.mark.parametrize(
    ("packages", "place", "code"),
    [
        ("[a]", "2:13", "wrong-type"),
        ("{one: [a]}", "2:14", "wrong-type"),
        ("{Bad Name: {a: 1}}", "2:14", "bad-name"),
        ("{on: {a: 1}}", "2:14", "bad-name"),
        ("{one: {hub: {name: x}}}", "2:26", "misplaced-key"),
        ("{one: {on: 1}}", "2:20", "bad-key"),
    ],
)
def test_a_malformed_package_is_dropped(tmp_path: Path, packages: str, place: str, code: str) -> None:
    """With a problem at its name; the others are merged."""
    found = configuration(tmp_path, f"hub:\n  packages: {packages}\ntcp: {{x: 1}}\n")

    assert [(f"{problem.line}:{problem.column}", problem.code) for problem in found.problems] == [(place, code)]
    assert found.sections == {"tcp": {"x": 1}}


def test_a_package_may_carry_customisation(tmp_path: Path) -> None:
    """As Home Assistant's do."""
    found = configuration(tmp_path, "hub: {packages: {one: {homeassistant: {customize: {}}, tcp: {x: 1}}}}\n")

    assert (found.problems, found.sections) == ([], {"tcp": {"x": 1}})


def test_a_folder_of_packages(tmp_path: Path) -> None:
    """The usual way to write it."""
    (tmp_path / "packages").mkdir()
    for name in ("roof", "wind"):
        (tmp_path / "packages" / f"{name}.yaml").write_text(f"automation:\n  - alias: {name}\n")

    found = configuration(tmp_path, "homeassistant:\n  packages: !include_dir_named packages\n")

    assert [each["alias"] for each in found.sections["automation"]] == ["roof", "wind"]
    assert found.settings.packages == ("roof", "wind")


def test_a_thousand_packages(tmp_path: Path) -> None:
    """Merging stays quick."""
    packages = "".join(f"    p{n}: {{automation: [{{alias: a{n}}}], script: {{s{n}: {{x: 1}}}}}}\n" for n in range(1000))

    found = sections(tmp_path, f"hub:\n  packages:\n{packages}")

    assert (len(found["automation"]), len(found["script"])) == (1000, 1000)
