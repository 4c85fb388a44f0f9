"""The `notify:` section is read in every form, and its mistakes are found where they stand."""

from typing import Any

import pytest

from hub.config.parsing import parse
from hub.config.problems import InvalidConfiguration
from hub.notify.groups import group_problems, parse_groups


@pytest.mark.parametrize(
    "section",
    [
        [{"name": "leadership", "targets": ["board", {"target": "pager"}]}],
        {"name": "leadership", "targets": ["board", "notify.pager"]},
        {"leadership": ["board", "pager"]},
        {"leadership": {"targets": ["board", "pager"]}},
        [{"platform": "group", "name": "leadership", "services": [{"service": "board"}, {"action": "pager"}]}],
    ],
)
def test_a_group_can_be_written_in_several_ways(section: Any) -> None:
    """As a list, as one mapping, by name, and as Home Assistant has it."""
    (group,) = parse_groups(section)

    assert (group.name, [member.target for member in group.targets]) == ("leadership", ["board", "pager"])


def test_nothing_is_no_group() -> None:
    """An empty section is allowed."""
    assert parse_groups(None) == ()
    assert group_problems([], known=[]) == []


def test_all_mistakes_are_found_in_one_go() -> None:
    """An unknown key, a wrong severity and a missing name; the path says where."""
    section = [
        {"name": "a", "targets": ["board"], "colour": "red"},
        {"name": "b", "targets": [{"target": "board", "min_severity": "dreadful"}]},
        {"targets": ["board"]},
        "board",
    ]

    problems = group_problems(section, known=["board"])

    assert {problem.path[:2] for problem in problems} == {("notify", 0), ("notify", 1), ("notify", 2), ("notify", 3)}
    with pytest.raises(InvalidConfiguration):
        parse_groups(section)


def test_a_member_that_nobody_offers_is_a_warning_with_the_nearest_name() -> None:
    """Other groups are members too."""
    section = {"leadership": ["bord", "everyone"], "everyone": {"targets": ["board"]}}

    (problem,) = group_problems(section, known=["board", "pager"])

    assert (problem.severity, problem.path) == ("warning", ("notify", "leadership", 0))
    assert problem.message == "notify.bord does not exist; did you mean `board`?"


def test_mistakes_are_found_at_their_line_and_column() -> None:
    """In a section that was read from a file, whichever form it has."""
    text = """\
leadership:
  - board
  - target: pager
    min_severty: error
everyone:
  targets: [bord, {target: board, min_severity: dreadful}]
night:
  targets:
    - bord
"""

    problems = group_problems(parse(text, "hub.yaml").value, known=["board", "pager"])

    assert [str(problem) for problem in problems if problem.code == "unknown-key"] == [
        "hub.yaml:4:5: unknown key `min_severty`; did you mean `min_severity`?"
    ]
    assert sorted((problem.line, problem.column, problem.severity) for problem in problems) == [
        (4, 5, "error"),
        (6, 49, "error"),
        (9, 7, "warning"),
    ]
