"""`!include` and its sisters."""

from pathlib import Path
from typing import Any

import pytest

from hub.config import BROKEN, load, loads, position_of


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder / "hub.yaml"


def test_a_file_is_included_relative_to_the_including_one(tmp_path: Path) -> None:
    """Up and down, and out of the configuration's folder."""
    path = write(
        tmp_path / "config",
        {
            "hub.yaml": "a: !include sub/a.yaml\nb: !include ../outside.yaml\nc: [!include sub/a.yaml]\n",
            "sub/a.yaml": "x: !include ../b.yaml\n",
            "b.yaml": "[1, 2]",
            "../outside.yaml": "far",
        },
    )

    document = load(path)

    assert document.problems == []
    assert document.value == {"a": {"x": [1, 2]}, "b": "far", "c": [{"x": [1, 2]}]}
    assert [file.name for file in document.files] == ["hub.yaml", "a.yaml", "b.yaml", "outside.yaml"]


def test_the_whole_file_may_be_an_include(tmp_path: Path) -> None:
    """A tag needs no container."""
    path = write(tmp_path, {"hub.yaml": "!include a.yaml", "a.yaml": "b: 1"})

    assert load(path).value == {"b": 1}


def test_an_empty_file_is_included_as_an_empty_mapping(tmp_path: Path) -> None:
    """As it is for Home Assistant."""
    path = write(tmp_path, {"hub.yaml": "a: !include a.yaml", "a.yaml": "# nothing yet\n"})

    document = load(path)

    assert document.value == {"a": {}}
    assert position_of(document.value, ["a"]).file == str(tmp_path / "a.yaml")


def test_a_missing_file_is_a_problem_at_the_tag(tmp_path: Path) -> None:
    """So is a folder in its place; the rest is read."""
    path = write(tmp_path, {"hub.yaml": "a: !include a.yaml\nb: !include sub\nc: 1\n", "sub/x.yaml": ""})

    document = load(path)

    assert [(problem.line, problem.column, problem.code) for problem in document.problems] == [
        (1, 4, "missing-file"),
        (2, 4, "missing-file"),
    ]
    assert "there is no file" in document.problems[0].message
    assert "is a folder" in document.problems[1].message
    assert document.value == {"a": BROKEN, "b": BROKEN, "c": 1}


def test_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    """Each with its own file, in the order of reading."""
    path = write(
        tmp_path,
        {"hub.yaml": "a: !include a.yaml\nb: !include b.yaml\nc: 1\nc: 2\n", "a.yaml": "x: [", "b.yaml": "y: {{ z }}\n"},
    )

    problems = load(path).problems

    assert [(Path(problem.file).name, problem.line, problem.code) for problem in problems] == [
        ("hub.yaml", 4, "duplicate-key"),
        ("a.yaml", 2, "syntax"),
        ("b.yaml", 1, "unquoted-template"),
    ]


def test_files_that_include_each_other_are_a_problem(tmp_path: Path) -> None:
    """The message shows the circle."""
    path = write(
        tmp_path, {"hub.yaml": "a: !include a.yaml\n", "a.yaml": "b: !include b.yaml\n", "b.yaml": "- !include a.yaml\n"}
    )

    (problem,) = load(path).problems

    assert (Path(problem.file).name, problem.code) == ("b.yaml", "include-cycle")
    assert problem.message.endswith(f"{tmp_path / 'a.yaml'} → {tmp_path / 'b.yaml'} → {tmp_path / 'a.yaml'}")


def test_a_file_that_includes_itself_is_a_problem(tmp_path: Path) -> None:
    """Directly, or by including its own folder."""
    path = write(tmp_path, {"hub.yaml": "a: !include hub.yaml\nb: !include_dir_list .\n"})

    assert [(problem.line, problem.code) for problem in load(path).problems] == [(1, "include-cycle"), (2, "include-cycle")]


def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    """The names grow for ever, the files do not."""
    path = write(tmp_path, {"hub.yaml": "a: !include loop/hub.yaml\n"})
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)

    assert {problem.code for problem in load(path).problems} <= {"missing-file", "too-deep"}
    assert load(path).problems


def test_includes_that_double_at_each_step_are_refused(tmp_path: Path) -> None:
    """Thirty small files would be a billion nodes."""
    files = {f"f{n}.yaml": f"- !include f{n + 1}.yaml\n- !include f{n + 1}.yaml\n" for n in range(30)}

    document = load(write(tmp_path, {"hub.yaml": "!include f0.yaml", **files, "f30.yaml": "x"}))

    assert "include-bomb" in {problem.code for problem in document.problems}
    assert len(document.files) == 32


def test_a_long_chain_of_includes_is_refused(tmp_path: Path) -> None:
    """Whoever walks through the value must not run out of stack."""
    files = {f"f{n}.yaml": f"[[[!include f{n + 1}.yaml]]]" for n in range(300)}

    document = load(write(tmp_path, {"hub.yaml": "!include f0.yaml", **files}))

    assert [problem.code for problem in document.problems] == ["too-deep"]


FOLDER = {
    "parts/b.yaml": "[b]",
    "parts/a.yaml": "[a1, a2]",
    "parts/z/c.yaml": "[c]",
    "parts/m.yaml": "{k: 1, l: 1}",
    "parts/n.yaml": "{l: 2}",
    "parts/empty.yaml": "",
    "parts/scalar.yaml": "5",
    "parts/.hidden.yaml": "[hidden]",
    "parts/.git/x.yaml": "[hidden]",
    "parts/secrets.yaml": "password: x",
    "parts/other.yml": "[other]",
    "parts/readme.txt": "[",
}


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("!include_dir_list", [["a1", "a2"], ["b"], {"k": 1, "l": 1}, {"l": 2}, 5, ["c"]]),
        ("!include_dir_merge_list", ["a1", "a2", "b", "c"]),
        (
            "!include_dir_named",
            {"a": ["a1", "a2"], "b": ["b"], "empty": {}, "m": {"k": 1, "l": 1}, "n": {"l": 2}, "scalar": 5, "c": ["c"]},
        ),
        ("!include_dir_merge_named", {"k": 1, "l": 2}),
    ],
)
def test_a_folder_is_included_by_the_rule_of_its_tag(tmp_path: Path, tag: str, expected: Any) -> None:
    """Only `*.yaml`, sorted, with folders below; hidden files and secrets are passed over."""
    document = load(write(tmp_path, {"hub.yaml": f"x: {tag} parts\n", **FOLDER}))

    assert document.value == {"x": expected}
    assert all(problem.severity == "warning" for problem in document.problems)
    assert document.folders == [tmp_path / "parts", tmp_path / "parts" / "z"]


def test_ignored_files_and_replaced_keys_are_warnings(tmp_path: Path) -> None:
    """Home Assistant says nothing; `hub check` does."""
    document = load(write(tmp_path, {"hub.yaml": "x: !include_dir_merge_named parts\n", **FOLDER}))

    said = {Path(problem.file).name: problem.message for problem in document.problems}

    assert said["a.yaml"] == "this file is ignored: it should hold a mapping"
    assert said["n.yaml"] == f"this `l` replaces the one at {tmp_path / 'parts' / 'm.yaml'}:1:8"
    assert "empty.yaml" not in said


def test_everything_in_a_merged_folder_keeps_its_place(tmp_path: Path) -> None:
    """Each automation points at its own file."""
    document = load(
        write(
            tmp_path,
            {
                "hub.yaml": "list: !include_dir_merge_list list\nnamed: !include_dir_merge_named named\n",
                "list/a.yaml": "- alias: a\n",
                "list/b.yaml": "- alias: b1\n- alias: b2\n",
                "named/c.yaml": "\nc: 1\n",
            },
        )
    )

    assert position_of(document.value, ["list", 2, "alias"]) == (str(tmp_path / "list" / "b.yaml"), 2, 10)
    assert document.value["list"].item_position(1) == (str(tmp_path / "list" / "b.yaml"), 1, 3)
    assert document.value["named"].key_position("c") == (str(tmp_path / "named" / "c.yaml"), 2, 1)


def test_a_missing_folder_is_a_warning(tmp_path: Path) -> None:
    """It is as good as empty, but probably misspelt; it is watched for appearing."""
    document = load(write(tmp_path, {"hub.yaml": "a: !include_dir_merge_list nowhere\n"}))

    assert document.value == {"a": []}
    assert [(problem.code, problem.severity, problem.column) for problem in document.problems] == [
        ("missing-folder", "warning", 4)
    ]
    assert document.folders == [tmp_path / "nowhere"]


def test_one_broken_file_of_a_folder_leaves_the_others(tmp_path: Path) -> None:
    """Its own problem is told once."""
    document = load(
        write(tmp_path, {"hub.yaml": "a: !include_dir_merge_list p\n", "p/a.yaml": "[1", "p/b.yaml": "[2]", "p/c.yaml": "[3]"})
    )

    assert document.value == {"a": [2, 3]}
    assert [problem.code for problem in document.problems if problem.severity == "error"] == ["syntax"]


def test_a_text_includes_nothing_unless_it_has_a_folder(tmp_path: Path) -> None:
    """An imported blueprint must not read files."""
    write(tmp_path, {"a.yaml": "x: 1"})

    assert [problem.code for problem in loads("a: !include a.yaml").problems] == ["bad-tag"]
    assert loads("a: !include a.yaml", folder=tmp_path).value == {"a": {"x": 1}}


@pytest.mark.parametrize(
    ("text", "expected"), [("!env_var A", "1"), ("!env_var B two  words", "two words"), ("!env_var A x", "1"), ("!env_var E", "")]
)
def test_a_variable_of_the_environment_is_text(text: str, expected: str) -> None:
    """Its default may have several words."""
    assert loads(text, environ={"A": "1", "E": ""}).value == expected


def test_an_unknown_variable_without_default_is_a_problem() -> None:
    """At the tag."""
    (problem,) = loads("a:\n  - !env_var NOPE\n", environ={}).problems

    assert (problem.line, problem.column, problem.code) == (2, 5, "unknown-variable")


def test_tags_in_shared_and_merged_parts_are_replaced_everywhere() -> None:
    """Wherever an alias or `<<` puts them."""
    text = "a: &a {x: !env_var A, y: [!env_var A]}\nb: *a\nc: {<<: *a, z: 1}\nd: &d !env_var A\ne: [*d]\nf: {<<: *a, x: 2}\n"

    document = loads(text, environ={"A": "v"})

    assert document.problems == []
    assert document.value == {
        "a": {"x": "v", "y": ["v"]},
        "b": {"x": "v", "y": ["v"]},
        "c": {"x": "v", "y": ["v"], "z": 1},
        "d": "v",
        "e": ["v"],
        "f": {"x": 2, "y": ["v"]},
    }
