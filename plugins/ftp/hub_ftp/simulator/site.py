"""An energy site that writes a row each minute into a file for each day."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from hub_ftp.simulator.weather import Power

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Measurement:
    """One row."""

    at: datetime
    """With the site's zone."""
    power: float
    """kW."""
    energy: float
    """kWh since midnight."""
    expected: float
    """kW that the weather forecast promised."""


class Paper(Protocol):
    """How a site writes."""

    suffix: str

    def text(self, rows: Sequence[Measurement | None]) -> bytes:
        """The whole file; None is a row that nobody can read."""


class GermanCsv:
    """Semicolons, decimal commas, local time, Windows' encoding."""

    suffix = "csv"
    _header = "Zeit;Leistung [kW];Ertrag heute [kWh];Soll [kW];Anmerkung (ä)\r\n"

    def text(self, rows: Sequence[Measurement | None]) -> bytes:
        """The whole file."""
        return (self._header + "".join(map(self._line, rows))).encode("cp1252")

    def _line(self, row: Measurement | None) -> str:
        if row is None:
            return "--.--.---- --:--;#WERT!;;;Neustart\r\n"
        return f"{row.at:%d.%m.%Y %H:%M};{_german(row.power)};{_german(row.energy)};{_german(row.expected)};\r\n"


class PlainCsv:
    """Commas, decimal points, ISO times."""

    suffix = "csv"

    def text(self, rows: Sequence[Measurement | None]) -> bytes:
        """The whole file."""
        return ("time,power_kw,energy_kwh,expected_kw\n" + "".join(map(self._line, rows))).encode()

    def _line(self, row: Measurement | None) -> str:
        return "n/a,NaN,,\n" if row is None else f"{row.at.isoformat()},{row.power:.1f},{row.energy:.1f},{row.expected:.1f}\n"


class JsonDocument:
    """One document that is written anew each minute."""

    suffix = "json"

    def text(self, rows: Sequence[Measurement | None]) -> bytes:
        """The whole file."""
        readings = [
            {
                "time": row.at.isoformat(),
                "power_kw": round(row.power, 3),
                "energy_kwh": round(row.energy, 3),
                "expected_kw": round(row.expected, 3),
            }
            if row is not None
            else {"time": None}
            for row in rows
        ]
        return json.dumps({"site": "adlershof", "readings": readings}).encode()


@dataclass(slots=True)
class Site:
    """Writes `<folder>/<name>_<day>.<suffix>`; what it should do wrong can be changed while it runs."""

    name: str
    folder: Path
    zone: ZoneInfo
    paper: Paper
    weather: Callable[[datetime], Power]
    delivering: bool = True
    """While it does not, rows wait; they are written when it delivers again."""
    output: float = 1.0
    """Share of its power that it gives; less when something is broken."""
    half_rows: bool = False
    """Whether the last row is only half written."""
    rows: int = 0
    """Written so far."""
    spoilt: int = 0
    _written: datetime | None = None
    _day: date | None = None
    _today: list[Measurement | None] = field(default_factory=list)
    _energy: float = 0.0

    def catch_up(self, now: datetime) -> None:
        """Write every row that is due."""
        local = now.astimezone(self.zone).replace(second=0, microsecond=0)
        if self._written is None:
            midnight = local.replace(hour=0, minute=0)
            self._written = midnight.astimezone(now.tzinfo) - _MINUTE
        if not self.delivering or now - self._written < _MINUTE:
            return
        while now - self._written >= _MINUTE:
            self._written += _MINUTE
            self._measure(self._written.astimezone(self.zone))
        self._write(self._written)

    def spoil(self) -> None:
        """Put a row into the present file that cannot be read."""
        self._today.append(None)
        self.spoilt += 1

    def _measure(self, at: datetime) -> None:
        if self._day != at.date():
            if self._day is not None:
                self._write(at - _MINUTE)
            self._day, self._today, self._energy = at.date(), [], 0.0
        power = self.weather(at)
        self._energy += power.actual * self.output / 60
        self._today.append(Measurement(at, power.actual * self.output, self._energy, power.expected))
        self.rows += 1

    def _write(self, at: datetime) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.name}_{at.astimezone(self.zone).date()}.{self.paper.suffix}"
        content = self.paper.text(self._today)
        path.write_bytes(content[:-9] if self.half_rows else content)
        os.utime(path, (at.timestamp(), at.timestamp()))


def _german(number: float) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))
