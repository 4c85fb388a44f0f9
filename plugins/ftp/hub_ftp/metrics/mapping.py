"""How an admin describes the files that hold metrics."""

from enum import StrEnum
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from hub.api import Config, slugify

Column = str | int
"""A name (CSV header, or a dotted path in JSON), or a number counted from 1."""


class Format(StrEnum):
    """How rows are written."""

    CSV = "csv"
    JSON = "json"
    JSON_LINES = "jsonl"


class Winner(StrEnum):
    """Which row of a file tells the present value."""

    LATEST = "latest"
    LAST = "last"


class Timestamp(Config):
    """Where a row says when it was measured."""

    column: Column | tuple[Column, ...] = Field(
        description="Its column, or several (such as date and time) that are joined by a space."
    )
    format: str = Field(
        "iso", min_length=1, description="`iso`, `unix` (seconds), `unix_ms`, or as Python's strptime, such as `%d.%m.%Y %H:%M`."
    )
    timezone: str = Field("UTC", description="Time zone of times that do not tell theirs, such as `Europe/Berlin`.")

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {timezone!r}") from None
        return timezone

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, also when it is one."""
        return self.column if isinstance(self.column, tuple) else (self.column,)


class MetricSensor(Config):
    """One column that is a sensor."""

    column: Column = Field(description="Header of the column, its number from 1, or a dotted path in JSON.")
    key: str = Field(description="Lasting key of the sensor, in lower case with underscores.")
    name: str | None = Field(None, description="What people call the sensor.")
    unit: str | None = Field(None, description="Unit of measurement, such as `kW`.")
    device_class: str | None = Field(None, description="Home Assistant's device class, such as `power`.")
    state_class: str | None = Field(None, description="`measurement`, `total` or `total_increasing`.")
    scale: float = Field(1.0, allow_inf_nan=False, description="What numbers are multiplied by.")
    text: bool = Field(False, description="Whether the column holds text and not numbers.")

    @field_validator("key")
    @classmethod
    def _is_slug(cls, key: str) -> str:
        if key != slugify(key) or key in RESERVED:
            raise ValueError(
                f"a key is lower-case letters, digits and single underscores, and not one of {', '.join(sorted(RESERVED))}"
            )
        return key


RESERVED = frozenset({"last_sync", "last_file", "files", "bytes", "errors", "pending", "rejected_rows", "connected"})
"""Keys of the server's own entities."""


class Mapping(Config):
    """Which files hold which metrics."""

    pattern: str = Field(
        "*.csv", min_length=1, description="Glob of the files; one with `/` is matched to the whole path on the server."
    )
    format: Format = Field(Format.CSV, description="`csv`, `json` (one document) or `jsonl` (one document per line).")
    encoding: str = Field("utf-8", description="How the text is encoded; a byte order mark is skipped.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="What separates the columns of CSV.")
    decimal: str = Field(".", pattern=r"^[.,]$", description="Decimal mark: `.` or `,`.")
    thousands: str | None = Field(
        None, pattern=r"^[.,' ]$", description="Mark between thousands; `.` when the decimal mark is `,`."
    )
    header: bool = Field(True, description="Whether the first row of CSV names the columns.")
    skip_rows: int = Field(0, ge=0, description="Rows before the header or the first row.")
    rows: str = Field("", description="Dotted path to the list of rows in a JSON document; the document itself when empty.")
    timestamp: Timestamp | None = Field(
        None, description="Where a row says when it was measured; without it the last row counts, at the file's time."
    )
    winner: Winner = Field(Winner.LATEST, description="`latest` by timestamp or the `last` row of the file.")
    unfinished_line: bool = Field(False, description="Whether a last line without a line break is taken; it may be half written.")
    sensors: tuple[MetricSensor, ...] = Field(min_length=1, description="The columns that become sensors.")

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError(f"there is no encoding {encoding!r}") from None
        return encoding

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.grouping == self.decimal:
            raise ValueError("the mark between thousands is the decimal mark")
        names = [sensor.column for sensor in self.sensors if isinstance(sensor.column, str)]
        if self.format is Format.CSV and not self.header and names:
            raise ValueError(f"without a header, columns are numbers: {names[0]!r} is not")
        numbers = [column for column in self.all_columns if isinstance(column, int)]
        if any(number < 1 for number in numbers):
            raise ValueError("columns are counted from 1")
        return self

    @property
    def grouping(self) -> str:
        """The mark between thousands, empty when there is none."""
        return self.thousands or ("." if self.decimal == "," else "")

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Every column that is read."""
        return (*(self.timestamp.columns if self.timestamp else ()), *(sensor.column for sensor in self.sensors))
