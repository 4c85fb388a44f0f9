"""Globs."""

import pytest
from hub_ftp.patterns import Globs


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.csv", "a.csv", True),
        ("*.csv", "deep/down/a.csv", True),
        ("*.csv", "a.csv.part", False),
        ("*.csv", "a.CSV", False),
        ("20??-*.csv", "2026-01.csv", True),
        ("[0-9]*.csv", "7.csv", True),
        ("[!0-9]*.csv", "7.csv", False),
        ("[.csv", "[.csv", True),
        ("in/*.csv", "in/a.csv", True),
        ("in/*.csv", "in/deep/a.csv", False),
        ("**/*.csv", "a.csv", True),
        ("**/*.csv", "x/y/a.csv", True),
        ("in/**", "in/x/y", True),
        ("a+b(1).csv", "a+b(1).csv", True),
        ("*", "new\nline", True),
    ],
)
def test_globs_match_as_in_a_shell(pattern: str, path: str, expected: bool) -> None:
    """A pattern without `/` looks at the name alone."""
    assert Globs((pattern,)).match(path) is expected


def test_composed_and_decomposed_letters_are_the_same() -> None:
    """A Mac writes ü as two letters."""
    assert Globs(("süd*.csv",)).match("su\u0308d_2026.csv")


def test_one_of_several_is_enough() -> None:
    """An empty list matches nothing."""
    assert Globs(["*.csv", "in/*.txt", "*.json"]).match("a.json")
    assert not Globs([]).match("a.json")
