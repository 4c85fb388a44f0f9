"""Files that arrive become sensors."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hub_ftp
import pytest
from hub_ftp.simulator import FtpServer

from hub.clock import SimulatedClock
from hub.testing import KeptMemory, Running, running

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
POWER = {"column": "power", "key": "power", "unit": "kW", "device_class": "power"}
MAPPING = {"pattern": "*.csv", "timestamp": {"column": "time"}, "sensors": [POWER]}


def configured(server: FtpServer, lake: Path, *sensors: dict[str, Any]) -> dict[str, Any]:
    mapping = {**MAPPING, "sensors": [POWER, *sensors]}
    account = {"user": "meter", "password": "kilowatt"}
    place = {"name": "Roof", "host": "127.0.0.1", "port": server.port}
    return {**place, **account, "lake": str(lake), "stable_for": 0, "metrics": [mapping]}


def rows(hub: Running[Any]) -> list[str]:
    return [row for event in hub.told("ftp.rows_rejected") for row in event["rows"]]


@pytest.fixture
def today(files: Path) -> Path:
    return files / "today.csv"


async def test_the_latest_row_is_the_sensor_s_value(server: FtpServer, lake: Path, today: Path) -> None:
    """With its unit, and where and when it was measured."""
    today.write_text("time,power\n2026-03-01T11:00Z,5\n2026-03-01T11:05Z,7.5\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW)) as hub:
        await hub.call("ftp.sync")

        state = hub.state("sensor.roof_power")
        assert state is not None
        assert state.state == "7.5"
        assert state.attributes["measured_at"] == "2026-03-01T11:05:00+00:00"
        assert state.attributes["file"] == "/today.csv"
        assert state.attributes["unit_of_measurement"] == "kW"


async def test_an_older_file_does_not_win(server: FtpServer, files: Path, lake: Path, today: Path) -> None:
    """It may arrive later, as when somebody tidies up."""
    today.write_text("time,power\n2026-03-01T11:00Z,5\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW)) as hub:
        await hub.call("ftp.sync")
        (files / "yesterday.csv").write_text("time,power\n2026-02-28T11:00Z,99\n")
        await hub.call("ftp.sync")
        assert hub.value("sensor.roof_power") == "5.0"

        today.write_text("time,power\n2026-03-01T10:55Z,4.25\n")  # the row of 11:00 was wrong and is taken back
        await hub.call("ftp.sync")
        assert hub.value("sensor.roof_power") == "4.25"


async def test_rejected_rows_are_told_once(server: FtpServer, lake: Path, today: Path) -> None:
    """By file and line, and counted; the file grows on."""
    text = "time,power\n2026-03-01T11:00Z,5\nrubbish\n"
    today.write_text(text)

    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW)) as hub:
        await hub.call("ftp.sync")
        today.write_text(text + "2026-03-01T11:05Z,6\n")
        await hub.call("ftp.sync")
        today.write_text(text + "2026-03-01T11:05Z,6\n2026-03-01T11:10Z,NaN\n")
        await hub.call("ftp.sync")

        assert [row.partition(": ")[0] for row in rows(hub)] == ["today.csv:3", "today.csv:5"]
        assert hub.value("sensor.roof_rejected_rows") == "2"
        assert hub.value("sensor.roof_power") == "6.0"
        assert hub.value("sensor.roof_errors") == "0"


async def test_values_survive_a_restart(server: FtpServer, lake: Path, today: Path) -> None:
    """Without a new file."""
    memory = KeptMemory()
    today.write_text("time,power\n2026-03-01T11:00Z,5\nrubbish\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW), memory) as hub:
        await hub.call("ftp.sync")
    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW), memory) as hub:
        assert hub.value("sensor.roof_power") == "5.0"
        assert hub.value("sensor.roof_rejected_rows") == "1"
        assert rows(hub) == []


async def test_a_new_mapping_reads_the_copies(server: FtpServer, lake: Path, today: Path) -> None:
    """The files need not come again."""
    memory = KeptMemory()
    today.write_text("time,power,energy\n2026-03-01T11:00Z,5,40\n")

    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW), memory) as hub:
        await hub.call("ftp.sync")
    config = configured(server, lake, {"column": "energy", "key": "energy", "unit": "kWh"})
    async with running(hub_ftp, config, SimulatedClock(NOW), memory) as hub:
        assert hub.value("sensor.roof_energy") == "40.0"
    assert server.tally.downloads == 1


async def test_a_picture_with_the_wrong_name_hurts_nobody(server: FtpServer, lake: Path, today: Path) -> None:
    """It is copied, and its rows are rejected."""
    today.write_bytes(bytes(range(256)) * 1000)

    async with running(hub_ftp, configured(server, lake), SimulatedClock(NOW)) as hub:
        await hub.call("ftp.sync")

        assert (lake / "roof/today.csv").stat().st_size == 256_000
        assert hub.value("sensor.roof_power") == "unknown"
        assert hub.report.bugs == 0
