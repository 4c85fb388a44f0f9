"""Values in every encoding."""

import base64
import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from hub_gnmi import values
from hub_gnmi.values import BadValue, decode
from hypothesis import given
from hypothesis import strategies as st
from pygnmi.spec.v080 import gnmi_pb2 as pb


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        (pb.TypedValue(string_val="UP"), "UP"),
        (pb.TypedValue(int_val=-3), -3),
        (pb.TypedValue(uint_val=2**64 - 1), 2**64 - 1),
        (pb.TypedValue(bool_val=False), False),
        (pb.TypedValue(bytes_val=b"\x00\xff"), "AP8="),
        (pb.TypedValue(float_val=0.1), 0.1),
        (pb.TypedValue(double_val=2.5), 2.5),
        (pb.TypedValue(double_val=float("nan")), None),
        (pb.TypedValue(decimal_val=pb.Decimal64(digits=-1234, precision=2)), -12.34),
        (
            pb.TypedValue(leaflist_val=pb.ScalarArray(element=[pb.TypedValue(uint_val=1), pb.TypedValue(string_val="a")])),
            [1, "a"],
        ),
        (pb.TypedValue(json_val=b'{"a": [1, 2]}'), {"a": [1, 2]}),
        (pb.TypedValue(json_ietf_val=b'"18446744073709551615"'), "18446744073709551615"),
        (pb.TypedValue(json_ietf_val=b""), None),
        (pb.TypedValue(json_ietf_val=b"NaN"), None),
        (pb.TypedValue(ascii_val="show version"), "show version"),
        (pb.TypedValue(proto_bytes=b"\x08\x01"), "CAE="),
        (pb.TypedValue(), None),
    ],
)
def test_every_kind_of_value_is_read(typed: Any, value: object) -> None:
    """The field that is set tells the encoding."""
    assert decode(typed) == value


def test_any_is_told_by_its_type() -> None:
    """What it holds is only known to who made it."""
    typed = pb.TypedValue()
    typed.any_val.type_url, typed.any_val.value = "type.googleapis.com/x.Y", b"z"

    assert decode(typed) == {"type_url": "type.googleapis.com/x.Y", "value": "eg=="}


@pytest.mark.parametrize(
    "typed",
    [
        pb.TypedValue(json_val=b"{"),
        pb.TypedValue(json_val=b"\xff"),
        pb.TypedValue(json_val=b"[" * 200_000),
        pb.TypedValue(json_val=b"9" * 100_000),
        pb.TypedValue(decimal_val=pb.Decimal64(digits=1, precision=2**32 - 1)),
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(typed: Any) -> None:
    """Without a crash, and without taking all memory."""
    with pytest.raises(BadValue):
        decode(typed)


def test_numbers_are_read_as_rfc_7951_spells_them() -> None:
    """64 bits and decimals are texts there."""
    assert values.number("18446744073709551615") == 2**64 - 1
    assert values.number("-1.50") == -1.5
    assert values.number(True) == 1
    assert values.number(None) is None
    assert values.number(float("inf")) is None
    for wrong in ("", "up", "1" * 65, [1], {}):
        with pytest.raises(BadValue):
            values.number(wrong)


def test_an_ieee_float_is_four_bytes() -> None:
    """OpenConfig's optical power, in base64."""
    assert values.float32(base64.b64encode(struct.pack(">f", -3.21)).decode()) == -3.21
    assert values.float32("-3.5") == -3.5
    assert values.float32(base64.b64encode(struct.pack(">f", float("nan"))).decode()) is None


@pytest.mark.parametrize("told", ["1700000000000000000", 1700000000000000, 1700000000000, 1700000000])
def test_a_time_is_read_whatever_its_unit(told: object) -> None:
    """OpenConfig says nanoseconds; not everybody does."""
    assert values.moment(told) == datetime.fromtimestamp(1_700_000_000, UTC)


def test_a_time_that_never_was_is_refused() -> None:
    """Nought means not known."""
    assert values.moment(0) is None
    with pytest.raises(BadValue):
        values.moment(2**127)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("openconfig-platform-types:CPU", "CPU"),
        ("00:1c:73:aa:bb:cc", "00:1c:73:aa:bb:cc"),
        ("2001:db8::1", "2001:db8::1"),
        (["a", 1, None], "a, 1, None"),
        ({"a": 1}, '{"a": 1}'),
        (10**300, "1e+300"),
        (7, 7),
        (None, None),
    ],
)
def test_what_a_state_shows(value: object, shown: object) -> None:
    """Identities lose their module, addresses keep their colons."""
    assert values.text(value) == shown


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=400), lambda inner: st.lists(inner)
    | st.dictionaries(st.text(max_size=5), inner), max_leaves=20))  # fmt: skip
def test_whatever_comes_a_state_can_show_it(value: object) -> None:
    """At most 255 characters."""
    shown = values.text(value)

    assert shown is None or isinstance(shown, bool | int | float) or len(shown) <= 255
