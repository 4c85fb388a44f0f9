"""Positions: everything knows its file, line and column."""

import copy
import pickle
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.config import Mapping, Position, Sequence, load, loads, position_of
from hub.config.nodes import NOWHERE, Entry, Item, entries_of, items_of, join_mapping, join_sequence

KEYS = st.text("abcxyz_é :#", min_size=1, max_size=6)
VALUES = st.recursive(
    st.none() | st.integers() | st.text("ab: é\n'", max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=25,
)


def same_places(value: object, node: yaml.Node) -> None:
    if isinstance(value, Mapping):
        assert isinstance(node, yaml.MappingNode)
        assert place(node) == value.position
        for (key, inner), (key_node, value_node) in zip(value.items(), node.value, strict=True):
            assert place(key_node) == value.key_position(key)
            assert place(value_node) == value.value_position(key)
            same_places(inner, value_node)
    if isinstance(value, Sequence):
        assert isinstance(node, yaml.SequenceNode)
        assert place(node) == value.position
        for number, (inner, item) in enumerate(zip(value, node.value, strict=True)):
            assert place(item) == value.item_position(number)
            same_places(inner, item)


def place(node: yaml.Node) -> Position:
    return Position("x.yaml", node.start_mark.line + 1, node.start_mark.column + 1)


@settings(deadline=None, max_examples=100)
@given(value=VALUES, flow=st.sampled_from([None, True, False]), indent=st.sampled_from([2, 6]))
def test_every_key_value_and_item_stands_where_pyyaml_says(value: object, flow: bool | None, indent: int) -> None:
    """In any style."""
    text = yaml.safe_dump(value, default_flow_style=flow, indent=indent, allow_unicode=True, sort_keys=False)

    document = loads(text, "x.yaml")

    root = yaml.compose(text, yaml.CSafeLoader)
    assert root is not None
    same_places(document.value, root)


def test_positions_are_counted_from_one() -> None:
    """As editors do."""
    value = loads("first: 1\nsecond:\n  - a\n  - b: {c: d}\n", "hub.yaml").value

    assert str(value.key_position("first")) == "hub.yaml:1:1"
    assert str(value.value_position("first")) == "hub.yaml:1:8"
    assert str(position_of(value, ["second", 1, "b", "c"])) == "hub.yaml:4:12"


def test_the_position_of_what_does_not_exist_is_that_of_its_container() -> None:
    """A missing key points at the mapping that lacks it."""
    value = loads("a:\n  b: [1]\n", "x").value

    assert position_of(value, ["a", "c"]) == ("x", 2, 3)
    assert position_of(value, ["a", "b", 7, "d"]) == ("x", 2, 6)
    assert position_of(value, []) == ("x", 1, 1)
    assert value.key_position("z") == value.value_position("z") == ("x", 1, 1)


def test_what_was_not_read_from_a_file_stands_nowhere() -> None:
    """Plain values and hand-made mappings are taken as well."""
    assert position_of({"a": [1]}, ["a", 0]) is NOWHERE
    assert position_of(Mapping({"a": 1}), ["a"]) is NOWHERE
    assert position_of(3, ["a"]) is NOWHERE
    assert Sequence([1]).item_position(0) is NOWHERE
    assert not Mapping({"a": 1}).is_secret("a")
    assert not Sequence([1]).is_secret(0)


def test_positions_survive_changes_of_the_mapping() -> None:
    """Taking a key away does not move the others."""
    value = loads("a: 1\nb: 2\nc: 3\n").value
    del value["a"]
    value["d"] = 4

    assert value.key_position("c").line == 3
    assert value.key_position("d").line == 1


def test_merged_keys_stand_where_they_were_written() -> None:
    """An error in a merged value points at the anchor's mapping."""
    value = loads("base: &base\n  x: 1\nuse:\n  <<: *base\n  y: 2\n").value

    assert value["use"].key_position("x").line == 2
    assert value["use"].key_position("y").line == 5
    assert value["use"].position.line == 4


def test_each_mapping_knows_its_own_file(tmp_path: Path) -> None:
    """Also inside of files that are included by an included file."""
    (tmp_path / "hub.yaml").write_text("a: !include sub/b.yaml\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.yaml").write_text("\nb: !include c.yaml\n")
    (tmp_path / "sub" / "c.yaml").write_text("\n\n- c: 1\n")

    value = load(tmp_path / "hub.yaml").value

    assert value.value_position("a") == (str(tmp_path / "hub.yaml"), 1, 4)
    assert position_of(value, ["a"]) == (str(tmp_path / "sub" / "b.yaml"), 2, 1)
    assert position_of(value, ["a", "b", 0, "c"]) == (str(tmp_path / "sub" / "c.yaml"), 3, 6)


def test_a_very_long_line_has_right_columns() -> None:
    """More than any packed form might have room for."""
    value = loads("[" + "1, " * 100_000 + "2]").value

    assert value.item_position(100_000) == ("<text>", 1, 300_002)


def test_joined_containers_keep_the_places_of_their_parts() -> None:
    """A later entry of the same key replaces the earlier one."""
    one, two = loads("a: 1\nb: 2\n", "one").value, loads("\nb: 3\n", "two").value
    items = loads("[x, y]", "three").value

    mapping = join_mapping(one.position, [*entries_of(one), *entries_of(two)])
    sequence = join_sequence(items.position, [*items_of(items), Item("z", two.position)])

    assert mapping == {"a": 1, "b": 3}
    assert mapping.key_position("b") == ("two", 2, 1)
    assert mapping.value_position("a") == ("one", 1, 4)
    assert sequence == ["x", "y", "z"]
    assert [sequence.item_position(i).file for i in range(3)] == ["three", "three", "two"]


def test_a_joined_container_remembers_its_secrets() -> None:
    """Being secret is a matter of the place."""
    where = Position("x", 1, 1)

    mapping = join_mapping(where, [Entry("a", "s", where, where, secret=True), Entry("b", "t", where, where)])
    sequence = join_sequence(where, [Item("s", where, secret=True), Item("t", where)])

    assert [mapping.is_secret(key) for key in "abc"] == [True, False, False]
    assert [sequence.is_secret(number) for number in range(3)] == [True, False, False]


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_copies_stand_where_the_original_stands(duplicate: object) -> None:
    """Copying a part does not copy the places of the whole file."""
    value = loads("a: 1\nb: [x, {c: 1}]\n").value

    copied = duplicate(value)  # type: ignore[operator]

    assert copied == value
    assert position_of(copied, ["b", 1, "c"]) == position_of(value, ["b", 1, "c"])
    if duplicate is copy.deepcopy:
        assert copied.places is value.places
