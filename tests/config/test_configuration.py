"""The whole configuration in one call."""

from pathlib import Path

import pytest

from hub.config import Configuration, InvalidConfiguration, position_of, read


def configuration(folder: Path, text: str) -> Configuration:
    (folder / "hub.yaml").write_text(text)
    return read(folder / "hub.yaml")


def test_a_configuration_has_sections(tmp_path: Path) -> None:
    """The core's own is not one of them."""
    found = configuration(tmp_path, "hub: {name: x}\nftp:\n  host: a\n")

    assert found.sections == {"ftp": {"host": "a"}}
    assert position_of(found.sections["ftp"], ["host"]) == (str(tmp_path / "hub.yaml"), 3, 9)
    assert (found.folder, found.files, found.errors) == (tmp_path, [tmp_path / "hub.yaml"], [])
    found.require_valid()


def test_a_missing_file_is_one_clear_problem(tmp_path: Path) -> None:
    """Not a traceback."""
    found = read(tmp_path / "nowhere.yaml")

    assert [str(problem) for problem in found.problems] == [
        f"{tmp_path}/nowhere.yaml:1:1: there is no such configuration file: create it, or name another one"
    ]
    assert found.settings.name == "Hub"


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    """Nor anything else that cannot be read."""
    assert [problem.code for problem in read(tmp_path).problems] == ["missing-file"]


@pytest.mark.parametrize("text", ["- a\n", "text\n", "5\n"])
def test_the_file_must_be_a_mapping(tmp_path: Path, text: str) -> None:
    """Of sections."""
    found = configuration(tmp_path, text)

    assert [problem.code for problem in found.problems] == ["wrong-type"]
    assert found.sections == {}


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_an_empty_file_is_a_configuration(tmp_path: Path, text: str) -> None:
    """Of a hub that does nothing yet."""
    found = configuration(tmp_path, text)

    assert (found.problems, found.sections) == ([], {})


def test_a_syntax_error_is_the_only_problem(tmp_path: Path) -> None:
    """Nothing is said of sections that nobody could read."""
    found = configuration(tmp_path, "hub: {name: x\nftp: 1\n")

    assert [problem.code for problem in found.problems] == ["syntax"]


def test_a_section_whose_file_is_broken_is_missing(tmp_path: Path) -> None:
    """Its problem is told once; the others are there."""
    found = configuration(tmp_path, "ftp: !include nowhere.yaml\ntcp: {host: a}\n")

    assert [problem.code for problem in found.problems] == ["missing-file"]
    assert found.sections == {"tcp": {"host": "a"}}


def test_problems_of_all_kinds_are_told_at_once(tmp_path: Path) -> None:
    """Of the file, its packages and its settings."""
    text = "hub:\n  nam: x\n  packages: {Bad Name: {}}\nftp: 1\nftp: 2\ntcp: !secret x\n5: x\n"

    found = configuration(tmp_path, text)

    assert {problem.code for problem in found.problems} == {
        "duplicate-key",
        "unknown-secret",
        "unknown-key",
        "bad-name",
        "bad-key",
    }


def test_errors_can_be_raised_together(tmp_path: Path) -> None:
    """Warnings are no reason."""
    found = configuration(tmp_path, "hub: {nam: x, customize: {}, latitude: 100}\n")

    with pytest.raises(InvalidConfiguration) as caught:
        found.require_valid()

    assert caught.value.problems == found.errors
    assert len(str(caught.value).splitlines()) == len(found.errors) == 2


def test_a_configuration_can_be_read_with_a_cache(tmp_path: Path) -> None:
    """Twice the same, also where packages were merged."""
    (tmp_path / "hub.yaml").write_text("hub: {packages: {a: {script: {s: {x: 1}}}, b: {script: {s: {y: 2}}}}}\n")

    first, second = (read(tmp_path / "hub.yaml", cache=tmp_path / "cache") for _ in range(2))

    assert first.sections == second.sections == {"script": {"s": {"x": 1, "y": 2}}}
    assert first.sections["script"]["s"].key_position("y") == second.sections["script"]["s"].key_position("y")


def test_which_domains_are_lists_can_be_said(tmp_path: Path) -> None:
    """By whoever knows them."""
    (tmp_path / "hub.yaml").write_text("schedule: {name: a}\nscene: {name: b}\n")

    assert read(tmp_path / "hub.yaml", lists={"schedule"}).sections == {"schedule": [{"name": "a"}], "scene": {"name": "b"}}
