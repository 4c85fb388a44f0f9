"""Lines of a capture."""

import json
from contextlib import suppress

import pytest
from hub_airpods_ble.sighting import BadLine, Sighting, read_line, write_line
from hypothesis import given
from hypothesis import strategies as st

LINE = {"at": 1.5, "adapter": "hci0", "address": "70:81:94:0d:fb:aa", "signal": -60, "data": "0719"}


def test_what_was_written_is_read() -> None:
    """A line holds everything."""
    sighting = Sighting("70:81:94:0D:FB:AA", -60, "hci0", b"\x07\x19", 1.5)

    assert read_line(write_line(sighting).encode()) == sighting


def test_an_empty_line_is_a_sign_of_life() -> None:
    """It says nothing else."""
    assert read_line(b"\r\n") is None


def test_addresses_are_compared_in_upper_case() -> None:
    """On macOS there are UUIDs in their place."""
    uuid = {**LINE, "address": "6f1c9c7e-0000-4000-8000-0123456789ab"}
    small, mac = read_line(json.dumps(LINE).encode()), read_line(json.dumps(uuid).encode())

    assert small is not None
    assert small.address == "70:81:94:0D:FB:AA"
    assert mac is not None
    assert mac.address == "6F1C9C7E-0000-4000-8000-0123456789AB"


@pytest.mark.parametrize(
    "change",
    [
        {"address": "x"},
        {"address": 7},
        {"address": None},
        {"signal": "loud"},
        {"signal": True},
        {"signal": 10**400},
        {"signal": None},
        {"at": float("nan")},
        {"at": -1},
        {"adapter": "../../etc"},
        {"adapter": []},
        {"data": "xyz"},
        {"data": "07" * 300},
        {"data": {}},
    ],
)
def test_wrong_lines_are_told_apart(change: dict[str, object]) -> None:
    """Each field is checked, and the message does not repeat it: it could be anybody's address."""
    with pytest.raises(BadLine) as wrong:
        read_line(json.dumps({**LINE, **change}).encode())

    assert not any(str(value) in str(wrong.value) for value in change.values() if len(str(value)) > 1)


@pytest.mark.parametrize("line", [b"[]", b"7", b"{", b"\xff\xfe", b"[" * 4000, b"{" + b"x" * 5000])
def test_what_is_no_mapping_is_a_bad_line(line: bytes) -> None:
    """Broken JSON, other JSON, no JSON, too much of it."""
    with pytest.raises(BadLine):
        read_line(line)


@given(st.binary(max_size=200))
def test_no_line_raises_anything_else(line: bytes) -> None:
    """Whatever comes."""
    with suppress(BadLine):
        read_line(line)
