"""Answers of LibreNMS, and of those who are in its place."""

import json
from typing import Any

import pytest
from hub_librenms.alert import AlertRow, alert
from hub_librenms.envelope import content_of, message_in, rows_in
from hub_librenms.failures import Garbled, Refused
from hub_librenms.parts import (
    BgpRow,
    PortRow,
    SensorRow,
    ServiceRow,
    check,
    neighbour,
    port,
    reading,
)
from hub_librenms.switch import DeviceRow, device
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SystemClock

_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=9)
)
ANYTHING = _PLAIN | st.lists(_PLAIN, max_size=2) | st.dictionaries(st.text(max_size=2), _PLAIN, max_size=2)


def body(value: object) -> bytes:
    return json.dumps(value).encode()


def test_rows_are_read_whatever_else_an_answer_says() -> None:
    """Columns that nobody asked for cost nothing."""
    answer = {"status": "ok", "message": "", "count": 2, "devices": [{"device_id": "1", "x": [1]}, {"device_id": 2}]}

    assert [row.device_id for row in rows_in(body(answer), "devices", DeviceRow)] == ["1", 2]


def test_services_come_in_a_list_of_lists() -> None:
    """One list for all, or one for each device, as older versions do."""
    rows = [{"service_id": 1}, {"service_id": 2}]

    for nested in ([rows], [[rows[0]], [rows[1]]], rows):
        found = rows_in(body({"status": "ok", "services": nested}), "services", ServiceRow)
        assert [row.service_id for row in found] == [1, 2]


def test_an_envelope_may_be_in_a_list_of_one() -> None:
    """Some functions wrap it."""
    assert len(rows_in(body([{"status": "ok", "devices": [{}]}]), "devices", DeviceRow)) == 1


def test_what_is_no_row_is_left_out() -> None:
    """The good ones beside it are read."""
    rows = [1, None, "x", [], {"device_id": 3}, [{"device_id": 4}, 5], {}]

    found = rows_in(body({"status": "ok", "devices": rows}), "devices", DeviceRow)

    assert [row.device_id for row in found] == [3, 4, None]


@pytest.mark.parametrize("rows", [None, 5, "x", True, [], {}])
def test_a_list_that_is_none_is_empty(rows: object) -> None:
    """Whatever stands there in its place."""
    found = rows_in(body({"status": "ok", "devices": rows}), "devices", DeviceRow)

    assert [device(row) for row in found if device(row) is not None] == []


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>Please log in</html>",
        b'{"status": "ok", "devices": [{"device_id": 1}, {"dev',
        b"1",
        b"null",
        b"[]",
        b"[1]",
        b'{"status": "ok"}',
        b'<br />\n<b>Warning</b>: x{"status": "ok", "devices": []}',
        b'{"status": "ok", "devices": "\xff\xfe"}',
        b'{"devices": ' + b"[" * 100_000,
        b'{"status": "ok", "devices": [{"hostname": "\\ud800"}]}',
    ],
)
def test_what_is_no_answer_of_librenms_is_told_as_such(answer: bytes) -> None:
    """A page, half a document, another form."""
    with pytest.raises(Garbled):
        rows_in(answer, "devices", DeviceRow)


def test_an_error_with_200_is_a_refusal() -> None:
    """With LibreNMS's own words."""
    with pytest.raises(Refused, match="no such thing"):
        rows_in(b'{"status": "error", "message": "no such thing"}', "devices", DeviceRow)


def test_messages_are_one_line() -> None:
    """Those of validators, too, which are mappings of lists; what is no answer has none."""
    assert message_in(b'{"message": "a\\n b"}') == "a b"
    assert message_in(b'{"message": {"name": ["is required", "is short"]}}') == "is required; is short"
    assert message_in(b'{"status": "error"}') == ""
    assert message_in(b"<html>") is None
    assert content_of(b'{"status": "ok", "result": {"status": 0}}') == {"status": "ok", "result": {"status": 0}}


READERS: list[tuple[Any, Any]] = [
    (DeviceRow, device),
    (PortRow, port),
    (SensorRow, reading),
    (ServiceRow, check),
    (BgpRow, neighbour),
    (AlertRow, lambda row: alert(row, SystemClock().now().tzinfo)),
]


@pytest.mark.parametrize(("row", "read"), READERS)
@given(data=st.data())
def test_no_row_breaks_its_reader(row: Any, read: Any, data: st.DataObject) -> None:
    """Whatever its columns hold."""
    columns = row.__struct_encode_fields__
    made = data.draw(st.dictionaries(st.sampled_from(columns), ANYTHING | st.integers(0, 3), max_size=len(columns)))

    for found in rows_in(body({"status": "ok", "rows": [made]}), "rows", row):
        read(found)
