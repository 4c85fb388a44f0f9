"""The rehearsal: two solar roofs and a wind park around Berlin, with something going wrong now and then."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hub.api import Clock, Rehearsal
from hub_ftp.simulator.server import PASSWORD, USER, FtpServer, serving
from hub_ftp.simulator.site import GermanCsv, JsonDocument, PlainCsv, Site
from hub_ftp.simulator.weather import solar, wind

_BERLIN = ZoneInfo("Europe/Berlin")
_STEP = 15.0  # seconds between two looks at what is due
_REPEAT = timedelta(hours=3)
"""After this time everything that goes wrong goes wrong again."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that goes wrong for a while."""

    begins: timedelta
    lasts: timedelta
    begin: Callable[[], None]
    end: Callable[[], None]


@dataclass(slots=True)
class Sites:
    """The three sites and their servers, by name."""

    sites: dict[str, Site]
    servers: dict[str, FtpServer]

    def count(self) -> Mapping[str, int]:
        """Return what was written and fetched so far."""
        tallies = [server.tally for server in self.servers.values()]
        return {
            "ftp_rows_written": sum(site.rows for site in self.sites.values()),
            "ftp_rows_spoilt": sum(site.spoilt for site in self.sites.values()),
            "ftp_logins": sum(tally.logins for tally in tallies),
            "ftp_downloads": sum(tally.downloads for tally in tallies),
            "ftp_bytes_sent": sum(tally.bytes for tally in tallies),
        }


@asynccontextmanager
async def rehearse_sites(clock: Clock) -> AsyncIterator[Rehearsal]:
    """Serve three sites; their files grow with the clock."""
    async with running_sites(clock) as sites:
        yield Rehearsal(config=configuration(sites.servers), summary=sites.count)


@asynccontextmanager
async def running_sites(clock: Clock) -> AsyncIterator[Sites]:
    """Run three sites and their servers in a folder that is deleted at the end."""
    async with AsyncExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-ftp-")))
        sites = {site.name: site for site in build_sites(root)}
        for site in sites.values():
            site.catch_up(clock.now())
        servers = {name: await stack.enter_async_context(serving(root / name)) for name in sites}
        both = Sites(sites, servers)
        life = asyncio.create_task(_live(both, clock), name="energy sites")
        stack.push_async_callback(_end, life)
        yield both


def build_sites(root: Path) -> Sequence[Site]:
    """The sites, each writing below `<root>/<name>/export`."""
    return (
        Site("pankow", root / "pankow" / "export", _BERLIN, GermanCsv(), partial(solar, peak=99.0, seed="pankow")),
        Site("adlershof", root / "adlershof" / "export", _BERLIN, JsonDocument(), partial(solar, peak=240.0, seed="adlershof")),
        Site("nauen", root / "nauen" / "export", ZoneInfo("UTC"), PlainCsv(), partial(wind, rated=12_600.0, seed="nauen")),
    )


def configuration(servers: Mapping[str, FtpServer]) -> list[dict[str, Any]]:
    """The `ftp:` section that reads the three sites."""
    german = {
        "pattern": "*.csv",
        "encoding": "cp1252",
        "delimiter": ";",
        "decimal": ",",
        "timestamp": {"column": "Zeit", "format": "%d.%m.%Y %H:%M", "timezone": "Europe/Berlin"},
        "sensors": _sensors("Leistung [kW]", "Ertrag heute [kWh]", "Soll [kW]"),
    }
    document = {
        "pattern": "*.json",
        "format": "json",
        "rows": "readings",
        "timestamp": {"column": "time"},
        "sensors": _sensors("power_kw", "energy_kwh", "expected_kw"),
    }
    plain = {
        "pattern": "*.csv",
        "timestamp": {"column": "time"},
        "sensors": _sensors("power_kw", "energy_kwh", "expected_kw"),
    }
    mappings = {"pankow": german, "adlershof": document, "nauen": plain}
    titles = {"pankow": "Solar Pankow", "adlershof": "Solar Adlershof", "nauen": "Wind Nauen"}
    return [_server(titles[name], servers[name].port, mapping) for name, mapping in mappings.items()]


def _server(title: str, port: int, mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": title,
        "host": "127.0.0.1",
        "port": port,
        "user": USER,
        "password": PASSWORD,
        "folders": [{"path": "/export", "patterns": ["*.csv", "*.json"]}],
        "lake": "lake",
        "scan_interval": 20,
        "stable_for": 10,
        "metrics": [mapping],
    }


def _sensors(power: str, energy: str, expected: str) -> list[dict[str, Any]]:
    return [
        {
            "column": power,
            "key": "power",
            "name": "Power",
            "unit": "kW",
            "device_class": "power",
            "state_class": "measurement",
        },
        {
            "column": energy,
            "key": "energy_today",
            "name": "Energy today",
            "unit": "kWh",
            "device_class": "energy",
            "state_class": "total_increasing",
        },
        {
            "column": expected,
            "key": "expected_power",
            "name": "Expected power",
            "unit": "kW",
            "device_class": "power",
            "state_class": "measurement",
        },
    ]


async def _live(sites: Sites, clock: Clock) -> None:
    began = clock.now()
    mishaps, running = _mishaps(sites), set[int]()
    while True:
        await clock.sleep(_STEP)
        now = clock.now()
        _apply(mishaps, running, (now - began) % _REPEAT)
        for site in sites.sites.values():
            site.catch_up(now)


def _apply(mishaps: Sequence[Mishap], running: set[int], passed: timedelta) -> None:
    for number, mishap in enumerate(mishaps):
        due = mishap.begins <= passed < mishap.begins + mishap.lasts
        if due and number not in running:
            running.add(number)
            mishap.begin()
        elif not due and number in running:
            running.discard(number)
            mishap.end()


def _mishaps(sites: Sites) -> Sequence[Mishap]:
    pankow, adlershof, nauen = (sites.sites[name] for name in ("pankow", "adlershof", "nauen"))
    cut = sites.servers["adlershof"].faults

    def minutes(begins: float, lasts: float, begin: Callable[[], None], end: Callable[[], None] = lambda: None) -> Mishap:
        return Mishap(timedelta(minutes=begins), timedelta(minutes=lasts), begin, end)

    return (
        minutes(3, 1, pankow.spoil),
        minutes(5, 1, lambda: setattr(cut, "cut_after", 20_000)),
        minutes(8, 20, lambda: setattr(nauen, "delivering", False), lambda: setattr(nauen, "delivering", True)),
        minutes(20, 2, lambda: setattr(pankow, "half_rows", True), lambda: setattr(pankow, "half_rows", False)),
        minutes(34, 16, lambda: setattr(nauen, "output", 0.2), lambda: setattr(nauen, "output", 1.0)),
        minutes(36, 18, lambda: setattr(adlershof, "output", 0.1), lambda: setattr(adlershof, "output", 1.0)),
    )


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
