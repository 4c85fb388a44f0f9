"""A file becomes rows: one line of CSV, one line of JSON lines or one element of a JSON list each."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from hub_ftp.metrics.mapping import Column, Format
from hub_ftp.metrics.mapping import Mapping as FileMapping

_LONGEST_LINE = 1_000_000  # characters


@dataclass(frozen=True, slots=True)
class Row:
    """One row; `cells` finds what stands in a column."""

    line: int
    """Counted from 1; in a JSON document the number of the row."""
    cells: Callable[[Column], object]
    """Raises BadRow when there is no such column; None is an empty cell."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out, and why."""

    line: int
    reason: str
    whole_file: bool = False
    """Whether nothing in the file could be read."""


class BadRow(ValueError):
    """A row is not what the mapping says."""


def read_rows(content: bytes, mapping: FileMapping) -> Iterator[Row | Rejected]:
    """Read every row. Nothing that a file can hold raises."""
    text = content.decode(mapping.encoding, "replace").removeprefix("\ufeff")
    match mapping.format:
        case Format.CSV:
            return _csv_rows(_lines(text, mapping), mapping)
        case Format.JSON_LINES:
            return _json_lines(_lines(text, mapping))
        case Format.JSON:
            return _json_rows(text, mapping.rows)


def _lines(text: str, mapping: FileMapping) -> Iterator[tuple[int, str]]:
    lines = text.split("\n")
    if not mapping.unfinished_line:
        lines.pop()  # nothing after the last line break, or a line that is still being written
    for number, line in enumerate(lines, start=1):
        if number > mapping.skip_rows and line.strip("\r\t "):
            yield number, line.removesuffix("\r")


def _csv_rows(lines: Iterator[tuple[int, str]], mapping: FileMapping) -> Iterator[Row | Rejected]:
    positions: Mapping[str, int] = {}
    header_is_due = mapping.header
    for number, line in lines:
        try:
            cells = _split(line, mapping.delimiter)
        except BadRow as bad:
            yield Rejected(number, str(bad))
            continue
        if header_is_due:
            positions = {name.strip(): position for position, name in reversed(list(enumerate(cells, start=1)))}
            header_is_due = False
            missing = [column for column in mapping.all_columns if isinstance(column, str) and column not in positions]
            if missing:
                yield Rejected(number, f"the header has no column {missing[0]!r}", whole_file=True)
                return
        else:
            yield Row(number, _csv_cells(cells, positions))


def _split(line: str, delimiter: str) -> list[str]:
    # Each line is a row of its own: one forgotten quote must not swallow the rest of the file.
    if "\ufffd" in line or "\0" in line:
        raise BadRow("the line is not text in the encoding")
    if len(line) > _LONGEST_LINE:
        raise BadRow("the line is too long")
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        raise BadRow(f"not CSV: {error}") from None


def _csv_cells(cells: Sequence[str], positions: Mapping[str, int]) -> Callable[[Column], object]:
    def cell(column: Column) -> object:
        position = column if isinstance(column, int) else positions[column]
        if position > len(cells):
            raise BadRow(f"there is no column {column!r}: the row has {len(cells)}")
        return cells[position - 1].strip() or None

    return cell


def _json_lines(lines: Iterator[tuple[int, str]]) -> Iterator[Row | Rejected]:
    for number, line in lines:
        try:
            yield Row(number, _json_cells(_load(line)))
        except BadRow as bad:
            yield Rejected(number, str(bad.args[0]))


def _json_rows(text: str, path: str) -> Iterator[Row | Rejected]:
    if not text.strip():
        return
    try:
        document = _load(text)
        rows = _find(document, path) if path else document
    except BadRow as bad:
        yield Rejected(bad.args[1] if len(bad.args) > 1 else 1, str(bad.args[0]), whole_file=True)
        return
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        yield Row(number, _json_cells(row))


def _load(text: str) -> object:
    try:
        document: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadRow(f"not JSON: {error.msg}", error.lineno) from None
    except (ValueError, RecursionError):
        raise BadRow("not JSON that can be read") from None
    return document


def _json_cells(row: object) -> Callable[[Column], object]:
    return lambda column: _find(row, column)


def _find(document: object, path: Column) -> object:
    if isinstance(path, int):
        if not isinstance(document, list) or len(document) < path:
            raise BadRow(f"there is no column {path}")
        return document[path - 1]
    if isinstance(document, dict) and path in document:  # a name may hold dots itself
        return document[path]
    found = document
    for key in path.split("."):
        if not isinstance(found, dict) or key not in found:
            raise BadRow(f"there is no {path!r}")
        found = found[key]
    return found
