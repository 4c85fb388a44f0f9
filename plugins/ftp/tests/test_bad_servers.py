"""Servers that are dead, silent, crowded, or not FTP servers at all."""

from collections.abc import AsyncGenerator
from pathlib import Path

import hub_ftp
import pytest
from hub_ftp.simulator.scripted import HANG_UP, SILENCE, Scripted, scripted

from hub.clock import SimulatedClock
from hub.errors import HubError
from hub.hosting.catalog import Condition
from hub.testing import running


@pytest.fixture
async def script() -> AsyncGenerator[Scripted, None]:
    async with scripted() as script:
        yield script


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"220",
        b"220-hello\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"\xff\xfe\r\n" * 100,
        b"x" * 200_000,
        b"421 busy\r\n",
        b"220-\r\n" * 1000,
    ],
)
async def test_what_is_no_ftp_server_is_a_loss(script: Scripted, greeting: bytes) -> None:
    """In time, and not a bug."""
    script.greeting = greeting

    async with running(hub_ftp, script.config(timeout=0.1), SimulatedClock()) as hub:
        assert not hub.connected
        assert hub.report.condition is Condition.CONNECTING
        assert hub.report.bugs == 0


@pytest.mark.parametrize("verb", ["USER", "PASS", "FEAT", "PWD", "TYPE"])
@pytest.mark.parametrize("answer", [SILENCE, HANG_UP, b"331", b"\x00\xff\r\n\r\n", b"999 what\r\n", b"421 go away\r\n"])
async def test_a_login_that_breaks_is_a_loss(script: Scripted, verb: str, answer: bytes) -> None:
    """At whatever word."""
    script.answers[verb] = answer

    async with running(hub_ftp, script.config(timeout=0.1), SimulatedClock()) as hub:
        assert hub.report.condition is not Condition.FAILED
        assert hub.report.bugs == 0


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("CWD", HANG_UP),
        ("CWD", SILENCE),
        ("CWD", b"421 idle too long\r\n"),
        ("EPSV", b"229 (|||1|)\r\n"),
        ("EPSV", b"229 (|||99999|)\r\n"),
        ("EPSV", HANG_UP),
        ("MLSD", SILENCE),
        ("MLSD", b"150 wait\r\n"),
        ("MLSD", b"150 wait\r\n426 no\r\n"),
    ],
)
async def test_a_listing_that_breaks_is_a_loss(script: Scripted, verb: str, answer: bytes) -> None:
    """Also when the passive port is blocked."""
    script.answers[verb] = answer

    async with running(hub_ftp, script.config(timeout=0.1), SimulatedClock()) as hub:
        await hub.until(lambda: not hub.connected)

        assert hub.report.condition is not Condition.FAILED
        assert hub.report.bugs == 0
        assert len(hub.told("ftp.sync_failed")) == 1


async def test_a_server_without_epsv_is_asked_for_pasv(script: Scripted) -> None:
    """The address in its answer is not believed: it may be somebody else's."""
    script.listing = b"type=file;size=1;modify=20260101000000; a\r\n"
    port = script.data_port
    script.answers["EPSV"] = b"502 no\r\n"
    script.answers["PASV"] = f"227 Entering Passive Mode (10,1,2,3,{port // 256},{port % 256}).\r\n".encode()

    async with running(hub_ftp, script.config(stable_for=60), SimulatedClock()) as hub:
        await hub.until(lambda: hub.value("sensor.roof_pending") == "1")


async def test_the_limit_of_the_server_is_no_wrong_password(script: Scripted) -> None:
    """ProFTPD says 530 for both."""
    script.answers["PASS"] = b"530 Sorry, the maximum number of clients (1) for this user are already connected.\r\n"

    async with running(hub_ftp, script.config(), SimulatedClock()) as hub:
        assert hub.report.condition is Condition.CONNECTING


async def test_fifty_thousand_files_are_looked_through(script: Scripted) -> None:
    """Without a download, and again."""
    line = b"type=file;size=100;modify=20260101000000; file%05d.csv\r\n"
    script.listing = b"".join(line % number for number in range(50_000))

    async with running(hub_ftp, script.config(stable_for=3600, timeout=5), SimulatedClock()) as hub:
        await hub.until(lambda: hub.value("sensor.roof_pending") == "50000", timeout=30)
        await hub.call("ftp.sync")

        assert hub.value("sensor.roof_pending") == "50000"
        assert not any(word.startswith("RETR") for word in script.heard)


async def test_a_file_without_size_or_time_is_asked_for(script: Scripted, lake: Path) -> None:
    """What nobody tells cannot be copied safely."""
    script.listing = b"type=file; a.csv\r\n"
    script.answers["MLST"] = b"250-Listing\r\n type=file; a.csv\r\n250 End\r\n"

    async with running(hub_ftp, script.config(lake=str(lake)), SimulatedClock()) as hub:
        await hub.until(lambda: hub.value("sensor.roof_pending") == "1")
        with pytest.raises(HubError):
            await hub.call("ftp.download", path="/a.csv")


@pytest.mark.parametrize(("declared", "sent"), [(10, b"short"), (3, b"much longer than it said" * 10_000)])
async def test_a_file_of_another_length_is_not_shown(script: Scripted, lake: Path, declared: int, sent: bytes) -> None:
    """The transfer ends well, and yet it is not the file that was listed."""
    facts = f"type=file;size={declared};modify=20260101000000; a.csv\r\n".encode()
    script.listing = facts
    script.answers["MLST"] = b"250-Listing\r\n " + facts + b"250 End\r\n"
    script.content = sent

    async with running(hub_ftp, script.config(lake=str(lake)), SimulatedClock()) as hub:
        await hub.until(lambda: "RETR /a.csv" in script.heard)
        await hub.call("ftp.sync")

        assert not (lake / "roof/a.csv").exists()
        assert hub.told("ftp.file_arrived") == []
        assert hub.report.bugs == 0


async def test_a_connection_that_went_stale_is_replaced(script: Scripted) -> None:
    """Servers close what nobody uses for some minutes; that is no loss."""
    script.answers["NOOP"] = HANG_UP

    async with running(hub_ftp, script.config(), SimulatedClock()) as hub:
        await hub.until(lambda: hub.value("sensor.roof_pending") == "0")
        await hub.clock.advance(61)
        await hub.until(lambda: script.heard.count("MLSD") == 2)
        await hub.call("ftp.sync")

        assert hub.connected
        assert hub.told("ftp.sync_failed") == []
        assert script.heard.count("USER anonymous") == 2
