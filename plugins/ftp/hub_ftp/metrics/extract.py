"""From the bytes of a file to the present value of each sensor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub_ftp.metrics.cells import BadCell, read_moment, read_number, read_text
from hub_ftp.metrics.mapping import Mapping as FileMapping
from hub_ftp.metrics.mapping import MetricSensor, Winner
from hub_ftp.metrics.rows import BadRow, Rejected, Row, read_rows

_SHOWN = 100  # rejected rows that are kept with their reasons
_AHEAD = timedelta(days=1)
"""How far a clock at the site may be ahead; a row of the year 2099 would otherwise stay the latest for ever."""

Measured = float | str


@dataclass(frozen=True, slots=True)
class Reading:
    """One value, and when it was measured (UTC; None when the file does not tell)."""

    value: Measured
    at: datetime | None
    line: int


@dataclass(slots=True)
class Extract:
    """What one file holds."""

    readings: dict[str, Reading] = field(default_factory=dict)
    """The winning value of each sensor, by key."""
    rows: int = 0
    """Good rows."""
    rejected: int = 0
    """Rows after `reported_to` that were left out."""
    shown: list[Rejected] = field(default_factory=list)
    """The first of those."""
    last_line: int = 0
    """Up to which line the file was looked at."""


def extract(content: bytes, mapping: FileMapping, now: datetime, reported_to: int = 0) -> Extract:
    """Read the file; rows that cannot be read are counted if their line comes after `reported_to`. Nothing in it raises."""
    result = Extract()
    zone = ZoneInfo(mapping.timestamp.timezone if mapping.timestamp else "UTC")
    previous: datetime | None = None
    for row in read_rows(content, mapping):
        if isinstance(row, Rejected) and row.whole_file:
            _reject(result, row, 0)
            result.last_line = reported_to
            break
        result.last_line = max(result.last_line, row.line)
        if isinstance(row, Rejected):
            _reject(result, row, reported_to)
            continue
        try:
            at = _moment_of(row, mapping, zone, previous)
            if at is not None and at > now + _AHEAD:
                raise BadCell(f"{at.isoformat()} is in the future")
            values = {sensor.key: value for sensor in mapping.sensors if (value := _value(row, sensor, mapping)) is not None}
        except (BadCell, BadRow) as bad:
            _reject(result, Rejected(row.line, str(bad.args[0])), reported_to)
            continue
        previous = at
        result.rows += 1
        _keep_winners(result.readings, values, at, row.line, mapping.winner)
    return result


def _moment_of(row: Row, mapping: FileMapping, zone: ZoneInfo, previous: datetime | None) -> datetime | None:
    if mapping.timestamp is None:
        return None
    cells = [row.cells(column) for column in mapping.timestamp.columns]
    if any(cell is None for cell in cells):
        raise BadCell("there is no time")
    cell = cells[0] if len(cells) == 1 else " ".join(str(cell) for cell in cells)
    return read_moment(cell, mapping.timestamp.format, zone, previous)


def _value(row: Row, sensor: MetricSensor, mapping: FileMapping) -> Measured | None:
    cell = row.cells(sensor.column)
    if cell is None:
        return None
    if sensor.text:
        return read_text(cell)
    number = read_number(cell, mapping.decimal, mapping.grouping)
    return number if sensor.scale == 1.0 else read_number(number * sensor.scale, ".", "")


def _keep_winners(
    readings: dict[str, Reading], values: Mapping[str, Measured], at: datetime | None, line: int, winner: Winner
) -> None:
    for key, value in values.items():
        present = readings.get(key)
        beaten = present is None or winner is Winner.LAST or present.at is None or at is None or at >= present.at
        if beaten:
            readings[key] = Reading(value, at, line)


def _reject(result: Extract, row: Rejected, reported_to: int) -> None:
    if row.line <= reported_to:
        return
    result.rejected += 1
    if len(result.shown) < _SHOWN:
        result.shown.append(row)
