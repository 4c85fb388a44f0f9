"""Reading the proximity-pairing message: captured bytes, and bytes that nobody should send."""

import pytest
from hub_airpods_ble.message import (
    BEGINNING,
    Battery,
    Charges,
    Headset,
    Pair,
    Pod,
    Status,
    agree,
    parts,
    read_charges,
    read_status,
    status_bytes,
    with_charges,
)
from hub_airpods_ble.models import Activity, model
from hypothesis import given
from hypothesis import strategies as st

PRO_3_IN_EARS = "071901 2720 0B 99 8F 11 00 05 43A8851707FF41622CFE5E20081A5240"
PRO_3_ONE_IN_CASE = "071901 2720 53 AA 98 32 00 05 490AB8BF8E29D870120DA70CCE775600"
PRO_2_IN_CASE = "071901 1420 55 88 F9 51 00 04 205003CAD5C9AC0FFA8478945A4DDFF5"
PRO_2_IN_EARS = "071901 1420 2B 9A 8F 01 00 04 0F261AC42BFA2FB9B608CD60CBDF75AB"
MAX = "071901 0A20 62 04 80 01 0F 40 0D705016F2408316BF1016349B7484E8"


def read(text: str) -> Status:
    value = status_bytes(bytes.fromhex(text))
    assert value is not None
    return read_status(value)


def pair(text: str) -> Pair:
    shape = read(text).shape
    assert isinstance(shape, Pair)
    return shape


def test_a_pair_in_both_ears() -> None:
    """AirPods Pro 3 that play music; nobody knows of the case, since no pod is in it."""
    status = read(PRO_3_IN_EARS)

    assert (status.model.name, status.colour, status.activity) == ("AirPods Pro 3", "white", Activity.MUSIC)
    assert status.shape == Pair(
        left=Pod(Battery(90, False), in_ear=True),
        right=Pod(Battery(90, False), in_ear=True),
        case=Battery(None, None),
        lid_open=None,
    )
    assert status.worn


def test_one_pod_in_the_case() -> None:
    """The left one is in the ear, the right one charges."""
    shape = pair(PRO_3_ONE_IN_CASE)

    assert shape.left == Pod(Battery(100, False), in_ear=True)
    assert shape.right == Pod(Battery(100, True), in_ear=False)
    assert shape.case == Battery(80, False)


def test_both_pods_in_the_case() -> None:
    """Everything charges, nothing is in an ear."""
    shape = pair(PRO_2_IN_CASE)

    assert shape.left == shape.right == Pod(Battery(80, True), in_ear=False)
    assert shape.case == Battery(90, True)
    assert shape.lid_open is True
    assert not read(PRO_2_IN_CASE).worn


def test_left_and_right_are_not_swapped() -> None:
    """The bit that says which pod speaks first decides which nibble is whose."""
    left_first = pair(PRO_2_IN_EARS)
    right_first = pair(PRO_2_IN_EARS.replace(" 2B ", " 0B "))

    assert (left_first.left.battery.percent, left_first.right.battery.percent) == (100, 90)
    assert (right_first.left.battery.percent, right_first.right.battery.percent) == (90, 100)


def test_a_headset_has_one_battery() -> None:
    """AirPods Max; its activity numbers are others, so the activity is not known."""
    status = read(MAX)

    assert status.shape == Headset(Battery(40, False), worn=True)
    assert (status.model.name, status.activity, status.colour) == ("AirPods Max", None, None)


@pytest.mark.parametrize(
    ("bits", "lid", "open_"), [("55", "51", True), ("55", "59", False), ("31", "50", None), ("2B", "01", None)]
)
def test_the_lid_is_believed_only_of_a_pod_that_can_know(bits: str, lid: str, open_: bool | None) -> None:
    """A pod outside the case says "open" whatever the lid is."""
    assert pair(PRO_2_IN_CASE.replace(" 55 ", f" {bits} ").replace(" 51 ", f" {lid} ")).lid_open is open_


@pytest.mark.parametrize(("nibble", "percent"), [(0, 0), (1, 10), (10, 100), (11, 100), (14, 100), (15, None)])
def test_a_nibble_is_a_tenth_or_unknown(nibble: int, percent: int | None) -> None:
    """15 is not 150 %, and not 0 either."""
    assert pair(PRO_2_IN_EARS.replace(" 9A ", f" 9{nibble:X} ")).left.battery.percent == percent


@pytest.mark.parametrize(
    "text",
    [
        "",
        "07",
        "0719",
        "071901",
        PRO_3_IN_EARS[:-2],
        "071301" + "00" * 18,
        PRO_3_IN_EARS.replace("071901", "071900"),
        PRO_3_IN_EARS.replace("071901", "071907"),
        "1219" + "01" * 25,
        "0215" + "00" * 21,
        "10FF07190101",
    ],
    ids=["nothing", "a type", "no value", "cut", "cut at the end", "clone", "pairing", "spam", "Find My", "iBeacon", "overrun"],
)
def test_what_is_no_status_is_none(text: str) -> None:
    """Cut messages, imitations, sets that wait for pairing, other types."""
    assert status_bytes(bytes.fromhex(text)) is None


def test_the_status_is_found_behind_other_parts() -> None:
    """The data is a chain; a part may also be empty."""
    chain = bytes.fromhex("1005 0318A1B2C3") + bytes.fromhex("0C00") + bytes.fromhex(PRO_3_IN_EARS) + b"\x10"

    assert [kind for kind, _ in parts(chain)] == [0x10, 0x0C, 0x07]
    assert status_bytes(chain) == bytes.fromhex(PRO_3_IN_EARS)[2:]


def test_new_models_are_taken_for_pairs() -> None:
    """Next year's set still has charges."""
    assert read(PRO_3_IN_EARS.replace("2720", "9920")).model.name == "unknown model 9920"
    assert model(0x0912).name == "Beats Studio3"
    assert (model(0x0912).maker, model(0x2720).maker) == ("Beats", "Apple")


@given(st.binary(max_size=64))
def test_no_bytes_raise(data: bytes) -> None:
    """Whatever is in the air is read or is none."""
    value = status_bytes(data)
    if value is not None:
        read_status(value)


@given(st.binary(min_size=24, max_size=24), st.binary(max_size=6))
def test_every_status_can_be_read(rest: bytes, more: bytes) -> None:
    """Charges stay between 0 and 100 whatever the bytes."""
    value = status_bytes(BEGINNING + b"\x01" + rest + more)
    assert value is not None
    match read_status(value).shape:
        case Headset(battery=battery):
            batteries = [battery]
        case Pair(left=left, right=right, case=case):
            batteries = [left.battery, right.battery, case]
    assert all(each.percent is None or 0 <= each.percent <= 100 for each in batteries)


@given(st.binary(min_size=16, max_size=16))
def test_the_opened_part_is_read_or_is_none(opened: bytes) -> None:
    """A wrong key opens it to anything."""
    charges = read_charges(opened)
    assert charges is None or (opened[0] < 0x10 and opened[4] == 0x2D)


def test_exact_charges_replace_rough_ones() -> None:
    """The first pod is the left one, unless the right one speaks first; unavailable is not 127 %."""
    charges = read_charges(bytes([0x00, 0x80 | 97, 88, 0xFF, 0x2D]) + bytes(11))
    assert charges == Charges(Battery(97, True, exact=True), Battery(88, False, exact=True), Battery())

    left_first = with_charges(read(PRO_2_IN_EARS), charges).shape
    right_first = with_charges(read(PRO_2_IN_EARS.replace(" 2B ", " 0B ")), charges).shape

    assert isinstance(left_first, Pair)
    assert isinstance(right_first, Pair)
    assert (left_first.left.battery, left_first.right.battery) == (Battery(97, True, True), Battery(88, False, True))
    assert (right_first.left.battery.percent, right_first.right.battery.percent) == (88, 97)
    assert left_first.case == Battery(None, None)


def test_charges_that_contradict_the_readable_part_are_not_believed() -> None:
    """They come of a key that fits by chance."""
    value = status_bytes(bytes.fromhex(PRO_2_IN_EARS))
    assert value is not None

    assert agree(value, Charges(Battery(97), Battery(88), Battery()))
    assert not agree(value, Charges(Battery(97), Battery(3), Battery()))
