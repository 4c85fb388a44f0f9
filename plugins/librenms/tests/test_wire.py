"""Values are read in every form that a database driver gives them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hub_librenms.wire import flag, moment, number, text, whole
from hypothesis import given
from hypothesis import strategies as st

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, 1.0),
        ("1", 1.0),
        ("-1.81", -1.81),
        (" 2 ", 2.0),
        ("", None),
        ("nan", None),
        ("1e999", None),
        (float("inf"), None),
        (10**400, None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_number_may_be_a_text(value: object, expected: float | None) -> None:
    """What is none is not known."""
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (7, 7),
        ("7", 7),
        ("-7", -7),
        (7.0, 7),
        (7.5, None),
        ("7.0", None),
        ("٣", 3),
        (10**30, None),
        ("9" * 30, None),
        (True, None),
    ],
)
def test_a_whole_number_may_be_a_text(value: object, expected: int | None) -> None:
    """One that no id can be is none."""
    assert whole(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, True), ("1", True), (True, True), ("yes", True), (0, False), ("0", False), ("", False), (None, None), ("maybe", None)],
)
def test_a_flag_may_be_many_things(value: object, expected: bool | None) -> None:
    """What is none is not known."""
    assert flag(value) is expected


def test_a_time_without_a_zone_is_the_server_s() -> None:
    """One with a zone is what it says; MySQL's zero date is none."""
    berlin = ZoneInfo("Europe/Berlin")

    assert moment("2026-07-01 12:00:00", berlin) == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert moment("2026-07-01T12:00:00.000000Z", berlin) == datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert [moment(value, berlin) for value in ("0001-01-01 00:00:00", "0000-00-00 00:00:00", "", None, 5, "soon")] == [None] * 6


@given(ANYTHING)
def test_nothing_that_json_can_hold_breaks_reading(value: Any) -> None:
    """And every text fits into a state."""
    assert len(text(value)) <= 255
    text(value).encode()
    for read in (number, whole, flag):
        read(value)
    moment(value, UTC)
