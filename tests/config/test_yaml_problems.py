"""What is refused in a YAML file, and where the message points."""

from pathlib import Path

import pytest

from hub.config import BROKEN, load, loads


def said(text: str) -> list[str]:
    return [f"{problem.line}:{problem.column} {problem.code}" for problem in loads(text).problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1 duplicate-key"),
        ("x: {a: 1, b: 2, a: 3}", "1:17 duplicate-key"),
        ("on: 1\nyes: 2", "2:1 duplicate-key"),
        ("'a': 1\na: 2", "2:1 duplicate-key"),
        ("a: {{ x }}", "1:4 unquoted-template"),
        ("a: [1, {{ states('x') }}]", "1:8 unquoted-template"),
        ("a: {{ states('x') }} W", "1:4 unquoted-template"),
        ("a: {% if x %}", "1:5 unquoted-template"),
        ("? [a]\n: b", "1:3 bad-key"),
        ("a: &x [1]\n*x : 2", "2:1 bad-key"),
        ("!input x : 1", "1:1 bad-key"),
        ("a:\n\t- b", "2:1 syntax"),
        ("a:\n  b: 1\n c: 2", "3:2 syntax"),
        ("a: b: c", "1:5 syntax"),
        ("a: [1, 2", "2:1 syntax"),
        ("a: 'b", "1:6 syntax"),
        ("a: @b", "1:4 syntax"),
        ("a: ü\x01", "1:5 syntax"),
        ("a: 1\n---\nb: 2", "2:1 several-documents"),
        ("a: !secrt b", "1:4 unknown-tag"),
        ("a: !!python/object:os.system b", "1:4 unknown-tag"),
        ("a: !lambda {b: 1}", "1:4 unknown-tag"),
        ("a: !include [b]", "1:4 bad-tag"),
        ("a: !include", "1:4 bad-tag"),
        ("a: !input ''", "1:4 bad-tag"),
        ("a: !!int b", "1:4 bad-value"),
        ("- 2026-02-30", "1:3 bad-value"),
        ("2026-02-30: 1", "1:1 bad-value"),
        ("a: <<", "1:4 bad-value"),
        ("a: *b", "1:4 unknown-anchor"),
        ("a: &b [*b]", "1:8 endless-alias"),
        ("a: &b 1\nc: &b 2", "2:4 duplicate-anchor"),
        ("<<: 1", "1:5 bad-merge"),
        ("<<: [{a: 1}, 2]", "1:5 bad-merge"),
    ],
)
def test_a_mistake_is_found_where_it_stands(text: str, expected: str) -> None:
    """One mistake, one problem."""
    assert said(text) == [expected]


def test_all_mistakes_of_a_file_are_found_at_once() -> None:
    """As long as the syntax is right."""
    text = "a: 1\na: 2\nb: {{ x }}\nc: !nope d\nd: {e: *f, e: 1}\n"

    assert said(text) == [
        "2:1 duplicate-key",
        "3:4 unquoted-template",
        "4:4 unknown-tag",
        "5:8 unknown-anchor",
        "5:12 duplicate-key",
    ]


def test_the_rest_of_the_file_is_read() -> None:
    """What is wrong is BROKEN, so that nobody complains of it a second time; the last of two equal keys counts."""
    document = loads("a: !secret z\na: {x: 2}\nb: {{ x }}\nc: [!nope d, 4]\n")

    assert document.value == {"a": {"x": 2}, "b": BROKEN, "c": [BROKEN, 4]}
    assert document.value.key_position("a").line == 2


def test_a_syntax_error_breaks_the_whole_file() -> None:
    """Nobody knows what was meant after it."""
    assert loads("a: 1\nb: [").value is BROKEN


def test_both_lines_of_a_duplicate_key_are_named() -> None:
    """The reader has to compare them."""
    (problem,) = loads("lamp: 1\n\n\nlamp: 2\n", "hub.yaml").problems

    assert str(problem) == "hub.yaml:4:1: the key `lamp` stands here again: it is in line 1 already"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: {{ x }}", 'put quotes round the template: "{{ x }}"'),
        ('a: {{ states("x") }}', "put quotes round the template: '{{ states(\"x\") }}'"),
        ("a:\n\t- b", "a tab cannot be used here: indent with spaces"),
        ("a: %b", "a text cannot begin with `%`: put quotes round it"),
        ("a: !secrt b", "unknown tag `!secrt`; did you mean `!secret`?"),
        ("- [a\n- b", "the list is not closed: expected `,` or `]`"),
    ],
)
def test_the_message_says_what_to_do(text: str, words: str) -> None:
    """In plain words."""
    assert loads(text).problems[0].message == words


def test_bytes_that_are_not_utf8_are_pointed_at(tmp_path: Path) -> None:
    """The column counts characters, not bytes."""
    path = tmp_path / "hub.yaml"
    path.write_bytes("a: 1\nü: ".encode() + b"\xff\n")

    document = load(path)

    assert document.value is BROKEN
    assert [str(problem) for problem in document.problems] == [f"{path}:2:4: the file is not UTF-8 here: save it as UTF-8"]


def test_half_a_surrogate_is_refused() -> None:
    """It cannot stand in a file, but in a text."""
    assert said("a: \ud800") == ["1:4 syntax"]


def test_nesting_has_a_limit() -> None:
    """A thousand brackets crash whoever walks through them recursively."""
    for text in ("[" * 10_000 + "]" * 10_000, "".join(" " * n + "a:\n" for n in range(300)), "{a: " * 10_000 + "}" * 10_000):
        document = loads(text)

        assert [problem.code for problem in document.problems] == ["too-deep"]


def test_nesting_by_aliases_has_the_same_limit() -> None:
    """Each line is flat, but the value of the last is not."""
    text = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300))

    assert {problem.code for problem in loads(text).problems} == {"too-deep"}


def test_an_alias_bomb_is_refused() -> None:
    """A billion laughs in nine lines; said once."""
    text = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )

    assert [problem.code for problem in loads(text).problems] == ["alias-bomb"]


def test_a_bomb_of_merge_keys_is_refused() -> None:
    """Merging copies keys, so it counts as well."""
    base = ", ".join(f"k{n}: 1" for n in range(2000))
    text = f"base: &base {{{base}}}\n" + "".join(f"m{n}: {{<<: *base}}\n" for n in range(700))

    assert [problem.code for problem in loads(text).problems] == ["alias-bomb"]


def test_ordinary_use_of_aliases_is_no_bomb() -> None:
    """A thousand automations that share a condition."""
    text = "c: &c {condition: state, entity_id: a.b, state: 'on'}\n" + "".join(f"a{n}: [*c]\n" for n in range(1000))

    assert loads(text).problems == []


def test_many_mistakes_are_all_told() -> None:
    """Ten thousand of them."""
    document = loads("".join(f"- {{a: 1, a: {n}}}\n" for n in range(10_000)))

    assert len(document.problems) == 10_000
    assert document.problems[-1].line == 10_000


def test_a_file_of_five_megabytes_is_read() -> None:
    """Large, wide and boring."""
    text = "".join(f"- {{id: a{n}, alias: {'x' * 480}, mode: single}}\n" for n in range(10_000))

    document = loads(text)

    assert len(text) > 5_000_000
    assert (len(document.value), document.problems) == (10_000, [])
    assert document.value[9_999].key_position("mode").line == 10_000
