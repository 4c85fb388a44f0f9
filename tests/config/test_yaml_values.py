"""Values: what stands in a file means what it means to Home Assistant."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hub.config import Input, Mapping, Sequence, load, loads

PLAIN_TEXTS = [
    *("on", "OFF", "Yes", "nO", "y", "n", "true", "True", "null", "~", "", "010", "0o10", "0x1F", "0b11", "1_000", "08", "0_"),
    *(
        "12:30",
        "12:30:15",
        "00:05:00",
        "1:60",
        "1e3",
        "1.5e+3",
        ".5",
        "-.inf",
        ".NaN",
        "+12",
        "- 1",
        "1.",
        "1:30.5",
        "190:20:30.15",
    ),
    *("2026-01-31", "2026-01-31 18:30:00", "2026-1-3T4:5:6.789+02:00", "2026-01-31T18:30:00Z", "2026-01", "0x", "text", "a b"),
    *("sensor.roof_power", "{{x", "100%", "<<<", "==", "é", "null null"),
]


@pytest.mark.parametrize("text", PLAIN_TEXTS)
def test_an_unquoted_text_means_what_it_means_to_libyaml(text: str) -> None:
    """Booleans, octal and sexagesimal numbers, dates: as in YAML 1.1."""
    source = f"value: {text}\n"
    try:
        expected = yaml.load(source, yaml.CSafeLoader)
    except yaml.YAMLError:
        expected = None

    document = loads(source)

    assert bool(document.problems) == (expected is None)
    if expected is not None:
        assert repr(document.value) == repr(expected)


def test_the_examples_of_the_dialect() -> None:
    """The ones that surprise people, one by one."""
    text = "{a: on, b: 010, c: 12:30, d: 12:30:15, e: 2024-01-01, f: 1e3, g: '0123', off: no, h: 2024-01-01 10:00:00 +00:00}"

    value = loads(text).value

    assert value == {
        "a": True,
        "b": 8,
        "c": 750,
        "d": 45015,
        "e": date(2024, 1, 1),
        "f": "1e3",
        "g": "0123",
        False: False,
        "h": datetime(2024, 1, 1, 10, tzinfo=UTC),
    }


def test_mappings_and_lists_are_dicts_and_lists() -> None:
    """Whoever does not care for positions sees nothing of them."""
    value = loads("a: [1, {b: 2}]").value

    assert (type(value), type(value["a"]), type(value["a"][1])) == (Mapping, Sequence, Mapping)
    assert value == {"a": [1, {"b": 2}]}


def test_anchors_and_merge_keys_work() -> None:
    """The own keys win, then the earlier of several merged mappings, then the later `<<`."""
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\nd:\n  <<: *a\n  <<: *b\ne: *a\n"

    document = loads(text)

    assert document.problems == []
    assert document.value == yaml.load(text, yaml.CSafeLoader)
    assert list(document.value["c"]) == ["y", "z", "x"]
    assert document.value["e"] is document.value["a"]


@pytest.mark.parametrize(
    "text",
    ["!!str 12", "!!int '12'", "!!float 1", "!!set {a, b}", "!!map {a: 1}", "!!seq [1]", "! 12", "!!binary aGk=", "!!bool 'on'"],
)
def test_standard_tags_work(text: str) -> None:
    """Those of YAML itself, as in PyYAML."""
    document = loads(text)

    assert document.problems == []
    assert document.value == yaml.load(text, yaml.CSafeLoader)


def test_an_input_is_kept_as_a_marker() -> None:
    """A blueprint's inputs are known only when it is used; equal markers are equal."""
    value = loads("a: !input lamp\nb: [!input lamp]\nc: !input 'two words'").value

    assert value == {"a": Input("lamp"), "b": [Input("lamp")], "c": Input("two words")}
    assert len({Input("lamp"), Input("lamp")}) == 1


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n...\n", "\ufeff", "\ufeff# c"])
def test_an_empty_text_has_no_value(text: str) -> None:
    """Neither does one of comments."""
    document = loads(text)

    assert (document.value, document.problems) == (None, [])


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    """As an editor on Windows writes it; columns and lines are as the editor shows them."""
    path = tmp_path / "hub.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb:\r\n  - |\r\n    x\r\n    y\r\n")

    document = load(path)

    assert document.value == {"a": 1, "b": ["x\ny\n"]}
    assert document.value.key_position("a")[1:] == (1, 1)
    assert document.value.value_position("b")[1:] == (3, 3)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
    st.sampled_from(PLAIN_TEXTS),
    st.dates(),
    st.datetimes(),
)
KEYS = st.one_of(st.text("abcxyz_é", min_size=1, max_size=6), st.integers(), st.booleans(), st.dates())
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=25
)


@settings(deadline=None, max_examples=150)
@given(value=VALUES, flow=st.sampled_from([None, True, False]), width=st.sampled_from([20, 120]), shared=st.booleans())
def test_any_document_has_the_same_value_as_with_pyyaml(value: object, flow: bool | None, width: int, shared: bool) -> None:
    """Whatever style it is written in; with anchors, too."""
    written = [value, value] if shared else value
    text = yaml.safe_dump(written, default_flow_style=flow, width=width, allow_unicode=True)

    document = loads(text)

    assert document.problems == []
    assert repr(document.value) == repr(yaml.load(text, yaml.CSafeLoader))


@settings(deadline=None, max_examples=200)
@given(text=st.text("ab:-[]{},&*!|>'\"#\n\t 01?%@<=~.", max_size=40))
def test_any_text_is_read_or_refused_but_never_crashes(text: str) -> None:
    """What PyYAML takes, we take, unless we are stricter on purpose; what it refuses, we refuse."""
    document = loads(text)

    try:
        expected = yaml.load(text, yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        assert document.problems
        return
    assume(not document.problems)  # duplicate keys, endless aliases
    assert repr(document.value) == repr(expected)
