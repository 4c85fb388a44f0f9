"""The energy sites: plausible weather, files that grow, and a rehearsal that works at any speed."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import hub_ftp
import pytest
from hub_ftp.metrics.extract import extract
from hub_ftp.metrics.mapping import Mapping
from hub_ftp.simulator.rehearsal import build_sites, configuration, rehearse_sites, running_sites
from hub_ftp.simulator.server import FtpServer
from hub_ftp.simulator.site import GermanCsv, Site
from hub_ftp.simulator.weather import solar, sun_height, wind

from hub.clock import SimulatedClock, SystemClock
from hub.testing import running

MIDSUMMER = datetime(2026, 6, 21, 11, 6, tzinfo=UTC)  # the sun stands in the south
MIDWINTER = datetime(2026, 12, 21, 11, 6, tzinfo=UTC)
NIGHT = datetime(2026, 6, 21, 23, 30, tzinfo=UTC)


def test_the_sun_stands_where_it_should() -> None:
    """61 degrees at midsummer noon in Berlin, 14 at midwinter, under the horizon at night."""
    assert sun_height(MIDSUMMER) == pytest.approx(0.874, abs=0.01)
    assert sun_height(MIDWINTER) == pytest.approx(0.242, abs=0.01)
    assert sun_height(NIGHT) < 0


def test_a_roof_gives_what_a_roof_can() -> None:
    """Nothing at night, never more than its peak, and about what was promised."""
    hours = [datetime(2026, 6, 21, tzinfo=UTC) + timedelta(minutes=10 * step) for step in range(144)]
    day = [solar(at, peak=100.0, seed="x") for at in hours]

    assert solar(NIGHT, peak=100.0, seed="x").actual == 0
    assert 20 < max(power.actual for power in day) < 100
    assert all(0.85 <= power.actual / power.expected <= 1.1 for power in day if power.expected > 0)


def test_wind_turns_slowly() -> None:
    """Ten minutes change little, days change all."""
    month = [
        wind(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(minutes=10 * step), rated=1000.0, seed="x").actual
        for step in range(4320)
    ]
    steps = [abs(after - before) for before, after in pairwise(month)]

    assert min(month) < 100 < 800 < max(month) <= 1000
    assert sum(steps) / len(steps) < 30


def test_a_site_writes_a_row_each_minute(tmp_path: Path) -> None:
    """One file for each local day, with the time of its last row."""
    site = Site("roof", tmp_path, ZoneInfo("Europe/Berlin"), GermanCsv(), partial(solar, peak=99.0, seed="x"))

    site.catch_up(datetime(2026, 6, 21, 21, 58, 30, tzinfo=UTC))
    site.catch_up(datetime(2026, 6, 21, 22, 1, 59, tzinfo=UTC))

    lines = (tmp_path / "roof_2026-06-21.csv").read_bytes().decode("cp1252").splitlines()
    assert len(lines) == 1 + 24 * 60
    assert lines[1].startswith("21.06.2026 00:00;")
    tomorrow = tmp_path / "roof_2026-06-22.csv"
    assert [line[:16] for line in tomorrow.read_bytes().decode("cp1252").splitlines()[1:]] == [
        "22.06.2026 00:00",
        "22.06.2026 00:01",
    ]
    assert tomorrow.stat().st_mtime == datetime(2026, 6, 21, 22, 1, tzinfo=UTC).timestamp()


def test_a_site_that_was_silent_delivers_later(tmp_path: Path) -> None:
    """The rows are there, all of them."""
    site = Site("roof", tmp_path, ZoneInfo("UTC"), GermanCsv(), partial(solar, peak=99.0, seed="x"))
    site.catch_up(datetime(2026, 6, 21, 1, 0, tzinfo=UTC))
    site.delivering = False
    site.catch_up(datetime(2026, 6, 21, 2, 0, tzinfo=UTC))
    silent = site.rows
    site.delivering = True
    site.catch_up(datetime(2026, 6, 21, 3, 0, tzinfo=UTC))

    assert (silent, site.rows) == (61, 181)


def test_every_site_s_file_is_read_by_its_mapping(tmp_path: Path) -> None:
    """What the rehearsal configures is right; a spoilt row is rejected, half a row is not taken."""
    now = datetime(2026, 6, 21, 12, 0, tzinfo=UTC)
    sites = {site.name: site for site in build_sites(tmp_path)}
    sections = configuration({name: FtpServer(tmp_path) for name in sites})
    for (name, site), section in zip(sites.items(), sections, strict=True):
        site.catch_up(now - timedelta(minutes=1))
        site.spoil()
        site.half_rows = name == "nauen"
        site.catch_up(now)
        [file] = (tmp_path / name / "export").iterdir()

        result = extract(file.read_bytes(), Mapping.model_validate(section["metrics"][0]), now)

        assert set(result.readings) == {"power", "energy_today", "expected_power"}
        assert result.readings["power"].at == now - timedelta(minutes=site.half_rows)
        assert result.rejected == 1


async def test_a_mishap_comes_and_goes(tmp_path: Path) -> None:
    """The wind park stops for twenty minutes; then its rows are there."""
    clock = SimulatedClock(datetime(2026, 6, 21, 12, 0, tzinfo=UTC))
    async with running_sites(clock) as sites:
        nauen = sites.sites["nauen"]
        await clock.advance(minutes=10)
        silent = nauen.rows
        await clock.advance(minutes=10)
        assert nauen.rows == silent

        await clock.advance(minutes=10)
        assert nauen.rows == silent + 23

        document = json.loads(next((sites.servers["adlershof"].root / "export").iterdir()).read_bytes())
        assert len(document["readings"]) == sites.sites["adlershof"].rows


async def test_the_rehearsal_works_at_sixty_times_the_speed() -> None:
    """Three servers, their metrics, and files that grow."""
    clock = SystemClock(speed=60)
    async with rehearse_sites(clock) as rehearsal, running(hub_ftp, rehearsal.config, clock) as hub:
        names = ("solar_pankow", "solar_adlershof", "wind_nauen")
        await hub.until(lambda: all(hub.value(f"sensor.{name}_power") not in (None, "unknown") for name in names))
        await hub.until(lambda: len(hub.told("ftp.file_changed")) >= 3)

        assert hub.report.bugs == 0
        assert rehearsal.summary()["ftp_downloads"] >= 6
