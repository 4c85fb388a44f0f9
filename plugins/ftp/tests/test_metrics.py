"""Files become metrics."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hub_ftp.metrics.cells import BadCell, read_moment, read_number, read_text
from hub_ftp.metrics.extract import Extract, Reading, extract
from hub_ftp.metrics.mapping import Mapping
from pydantic import ValidationError

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
GERMAN: dict[str, Any] = {
    "delimiter": ";",
    "decimal": ",",
    "timestamp": {"column": "Zeit", "format": "%d.%m.%Y %H:%M", "timezone": "Europe/Berlin"},
    "sensors": [{"column": "Leistung", "key": "power"}, {"column": "Ertrag", "key": "energy"}],
}
PLAIN: dict[str, Any] = {"timestamp": {"column": "time"}, "sensors": [{"column": "power", "key": "power"}]}


def read(content: str | bytes, mapping: dict[str, Any], reported_to: int = 0) -> Extract:
    raw = content if isinstance(content, bytes) else content.encode()
    return extract(raw, Mapping.model_validate(mapping), NOW, reported_to)


def test_a_german_file_is_read() -> None:
    """Semicolons, decimal commas, dots between thousands, local time."""
    result = read("Zeit;Leistung;Ertrag\r\n01.07.2026 13:00;1.234,5;0,1\r\n01.07.2026 13:05;987,25;\r\n", GERMAN)

    assert result.readings["power"] == Reading(987.25, datetime(2026, 7, 1, 11, 5, tzinfo=UTC), 3)
    assert result.readings["energy"] == Reading(0.1, datetime(2026, 7, 1, 11, 0, tzinfo=UTC), 2)
    assert (result.rows, result.rejected) == (2, 0)


def test_the_latest_row_wins_wherever_it_stands() -> None:
    """Files are not always in order."""
    text = "time,power\n2026-07-01T10:05Z,2\n2026-07-01T10:10Z,3\n2026-07-01T10:00Z,1\n"

    assert read(text, PLAIN).readings["power"].value == 3
    assert read(text, {**PLAIN, "winner": "last"}).readings["power"].value == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-07-01T10:05Z,NaN", "not a number"),
        ("2026-07-01T10:05Z,inf", "not a number"),
        ("2026-07-01T10:05Z,1e999", "finite"),
        ("2026-07-01T10:05Z,1_000", "not a number"),
        ("2026-07-01T10:05Z,0x10", "not a number"),
        ('2026-07-01T10:05Z,"1', "not CSV"),
        ("2026-07-01T10:05Z", "no column 'power'"),
        ("yesterday,1", "not a time"),
        (",1", "no time"),
        ("2099-01-01T00:00Z,1", "in the future"),
        ("9999-99-99T00:00Z,1", "not a time"),
        ("\x00\x01\x02", "not text"),
    ],
)
def test_a_row_that_cannot_be_read_is_reported_and_hurts_nobody(row: str, reason: str) -> None:
    """With its line; the rows around it count."""
    result = read(f"time,power\n2026-07-01T10:00Z,1\n{row}\n2026-07-01T09:00Z,5\n", PLAIN)

    assert result.readings["power"].value == 1
    assert (result.rows, result.rejected) == (2, 1)
    assert result.shown[0].line == 3
    assert reason in result.shown[0].reason


def test_a_byte_order_mark_is_not_part_of_the_header() -> None:
    """Excel writes one."""
    assert read(b"\xef\xbb\xbftime,power\n2026-07-01T10:00Z,1\n", PLAIN).readings["power"].value == 1
    assert read("time,power\n2026-07-01T10:00Z,1\n".encode("utf-16"), {**PLAIN, "encoding": "utf-16"}).rows == 1


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b"time,power\n", b"time,power"])
def test_a_file_without_rows_is_no_mistake(content: bytes) -> None:
    """A new day has begun."""
    result = read(content, PLAIN)

    assert (result.rows, result.rejected, result.readings) == (0, 0, {})


def test_a_last_line_without_an_end_is_left_until_it_has_one() -> None:
    """`12` may become `12.5`."""
    text = "time,power\n2026-07-01T10:00Z,1\n2026-07-01T10:05Z,12"

    assert read(text, PLAIN).readings["power"].value == 1
    assert read(text, PLAIN).rejected == 0
    assert read(text, {**PLAIN, "unfinished_line": True}).readings["power"].value == 12


def test_reported_lines_are_not_reported_again() -> None:
    """A growing file is read anew each time."""
    text = "time,power\nx,1\ny,2\n"
    first = read(text, PLAIN)
    second = read(text + "z,3\n", PLAIN, reported_to=first.last_line)

    assert (first.rejected, first.last_line) == (2, 3)
    assert [row.line for row in second.shown] == [4]


def test_ten_thousand_columns_are_read() -> None:
    """By name and by number."""
    header = ",".join(f"c{number}" for number in range(10_000))
    row = ",".join(map(str, range(10_000)))

    assert read(f"{header}\n{row}\n", {"sensors": [{"column": "c9999", "key": "x"}]}).readings["x"].value == 9999
    assert read(f"{row}\n", {"header": False, "sensors": [{"column": 10_000, "key": "x"}]}).readings["x"].value == 9999


def test_garbage_is_survived() -> None:
    """A picture with the wrong name."""
    garbage = bytes(range(256)) * 400

    for form in ("csv", "json", "jsonl"):
        assert read(garbage, {**PLAIN, "format": form}).readings == {}


def test_a_missing_column_is_told_once() -> None:
    """And not for every row."""
    result = read("time,watt\n" + "2026-07-01T10:00Z,1\n" * 50, PLAIN)

    assert [(row.line, row.reason) for row in result.shown] == [(1, "the header has no column 'power'")]


def test_a_json_document_is_read() -> None:
    """Rows by a dotted path, cells too."""
    text = '{"site": {"rows": [{"t": 1782900000, "ac": {"p": 5}}, {"t": 1782900300, "ac": {"p": "7.5"}}]}}'
    mapping = {
        "format": "json",
        "rows": "site.rows",
        "timestamp": {"column": "t", "format": "unix"},
        "sensors": [{"column": "ac.p", "key": "power", "scale": 0.001}],
    }

    assert read(text, mapping).readings["power"] == Reading(0.0075, datetime(2026, 7, 1, 10, 5, tzinfo=UTC), 2)


@pytest.mark.parametrize(
    "text",
    ['{"rows": [1', "[" * 100_000, "1" * 5000, '{"rows": 5}', "null", '{"rows": [null, true, []]}', '{"rows": [{"time": []}]}'],
)
def test_json_of_another_kind_is_rejected(text: str) -> None:
    """Half written, too deep, too long, or simply something else."""
    result = read(text, {**PLAIN, "format": "json", "rows": "rows"})

    assert result.readings == {}
    assert result.rejected > 0


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "1" + "0" * 400, "true", '"x"', "[]", "{}"])
def test_a_json_value_that_is_no_number_is_rejected(value: str) -> None:
    """JSON of other programs knows NaN."""
    result = read(f'{{"time": "2026-07-01T10:00Z", "power": {value}}}\n', {**PLAIN, "format": "jsonl"})

    assert (result.readings, result.rejected) == ({}, 1)


def test_an_empty_json_value_says_nothing() -> None:
    """As an empty cell."""
    result = read('{"time": "2026-07-01T10:00Z", "power": null}\n', {**PLAIN, "format": "jsonl"})

    assert (result.readings, result.rows, result.rejected) == ({}, 1, 0)


def test_a_document_that_cannot_be_read_is_told_each_time() -> None:
    """It has one line, however often it grows."""
    mapping = {**PLAIN, "format": "json"}

    assert read("[1", mapping, reported_to=300).rejected == 1
    assert read("[1", mapping, reported_to=300).last_line == 300


def test_date_and_time_may_stand_in_two_columns() -> None:
    """They are joined by a space."""
    mapping = {
        "header": False,
        "skip_rows": 2,
        "timestamp": {"column": [1, 2], "format": "%Y/%m/%d %H:%M:%S"},
        "sensors": [{"column": 3, "key": "x"}],
    }

    result = read("Logger 7\nSerial 8\n2026/07/01,10:00:00,5\n", mapping)

    assert result.readings["x"] == Reading(5, datetime(2026, 7, 1, 10, 0, tzinfo=UTC), 3)


def test_text_may_be_a_state() -> None:
    """If it is short enough for one."""
    mapping = {"sensors": [{"column": "mode", "key": "mode", "text": True}]}

    assert read("mode\n Netz \n", mapping).readings["mode"].value == "Netz"
    assert read(f"mode\n{'x' * 300}\n", mapping).rejected == 1


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    """In October the clock shows 02:00 to 03:00 twice; rows in order tell which is which."""
    mapping = {**GERMAN, "sensors": [{"column": "Leistung", "key": "power"}]}
    rows = [f"25.10.2025 {time};{number},0;" for number, time in enumerate(["01:30", "02:15", "02:45", "02:15"])]
    text = "Zeit;Leistung;Ertrag\n" + "\n".join(rows).replace("25.10", "26.10") + "\n"

    assert read(text, mapping).readings["power"] == Reading(3.0, datetime(2025, 10, 26, 1, 15, tzinfo=UTC), 5)


def test_a_time_that_the_clock_skips_is_no_catastrophe() -> None:
    """In March there is no 02:30; some loggers write it all the same."""
    assert read_moment("29.03.2026 02:30", "%d.%m.%Y %H:%M", BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_decimal_point_among_decimal_commas_is_a_mistake() -> None:
    """It must not become fifteen."""
    assert read_number("1.500", ",", ".") == 1500
    assert read_number("-1.234.567,8e3", ",", ".") == -1234567800
    for text in ("1.5", "1,5,5", "1.23.456", "", "-", "1 000", "٣"):
        with pytest.raises(BadCell):
            read_number(text, ",", ".")


def test_a_number_that_takes_long_to_read_is_not_read() -> None:
    """Nor is a text that is none."""
    with pytest.raises(BadCell):
        read_number("1" * 100_000, ".", "")
    with pytest.raises(BadCell):
        read_text(None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sensors": []},
        {"sensors": [{"column": 0, "key": "x"}]},
        {"sensors": [{"column": "a", "key": "Not A Slug"}]},
        {"sensors": [{"column": "a", "key": "errors"}]},
        {"header": False, "sensors": [{"column": "a", "key": "x"}]},
        {"decimal": ",", "thousands": ",", "sensors": [{"column": "a", "key": "x"}]},
        {"encoding": "klingon", "sensors": [{"column": "a", "key": "x"}]},
        {"timestamp": {"column": "t", "timezone": "Mars/Olympus"}, "sensors": [{"column": "a", "key": "x"}]},
        {"sensors": [{"column": "a", "key": "x", "scale": "nan"}]},
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    """When the configuration is checked, not at three in the morning."""
    with pytest.raises(ValidationError):
        Mapping.model_validate(wrong)
