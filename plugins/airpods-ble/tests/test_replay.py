"""Captures and feeds, good and bad."""

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

import hub_airpods_ble
import pytest
from hub_airpods_ble.replay import GREETING, MOST_LINES
from hub_airpods_ble.sighting import Sighting, write_line
from hub_airpods_ble.simulator import FeedServer, SimulatedSet

from hub.clock import SimulatedClock, SystemClock
from hub.testing import running

Capture = Callable[[Iterable[Sighting]], Path]


def fed(feed: FeedServer, *people: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"source": "replay", "replay": {"address": feed.address}, "people": list(people), "arrive_after": 0, **more}


def played(path: Path, *people: dict[str, Any], **replay: Any) -> dict[str, Any]:
    return {"source": "replay", "replay": {"file": str(path), **replay}, "people": list(people), "leave_after": 60}


async def test_a_feed_is_followed(feed: FeedServer, ada: SimulatedSet) -> None:
    """What it sends is known within a second."""
    async with running(hub_airpods_ble, fed(feed, ada.owned_by("Ada"))) as hub:
        feed.send(ada.heard(-60, "hci0", 0))

        await hub.until(lambda: hub.value("binary_sensor.ada_present") == "on")


async def test_rubbish_in_a_feed_is_counted_and_harms_nobody(feed: FeedServer, ada: SimulatedSet) -> None:
    """Between good lines, in them, and instead of them; half a line is completed by the next bytes."""
    good = write_line(ada.heard(-60, "hci0", 0)).encode()
    rubbish = [b"\xff\x00", b"{}", b"[[[[", b'{"address": 7}', b"null", b"NaN", good[:-5], good.replace(b"0719", b"07ff")]
    async with running(hub_airpods_ble, fed(feed, ada.owned_by("Ada")), SystemClock(30)) as hub:
        for line in rubbish:
            feed.send_bytes(line + b"\n")
        feed.send_bytes(good[:20])
        await feed.drained()
        feed.send_bytes(good[20:] + b"\n")

        await hub.until(lambda: hub.value("binary_sensor.ada_present") == "on")
        await hub.until(lambda: hub.value("sensor.airpods_receiver_unreadable") == "7")
        assert hub.connected
        assert hub.report.bugs == 0


async def test_hostile_statuses_harm_nobody(feed: FeedServer, ada: SimulatedSet) -> None:
    """Two thousand messages of random bytes from Ada's own address; the next good one is read."""
    random = Random("hostile")
    async with running(hub_airpods_ble, fed(feed, ada.owned_by("Ada")), SystemClock(30)) as hub:
        for _ in range(2000):
            data = bytes([0x07, 0x19, 0x01]) + random.randbytes(24)
            feed.send(Sighting(ada.address, -60, "hci0", data, 0))
        await hub.until(lambda: hub.value("binary_sensor.ada_present") == "on")

        await hub.clock.sleep(3)
        feed.send(ada.heard(-60, "hci0", 0))
        await hub.until(lambda: hub.value("sensor.ada_left_battery") == "80")
        assert hub.report.bugs == 0


@pytest.mark.parametrize("greeting", [b"220 FTP ready", b"{}", b"x" * 10_000, b"\xff"], ids=["FTP", "other", "endless", "bytes"])
async def test_what_is_no_feed_is_refused(greeting: bytes, ada: SimulatedSet) -> None:
    """Something else listens at the port."""
    server = FeedServer(greeting)
    await server.start()
    async with running(hub_airpods_ble, fed(server, ada.owned_by("Ada"))) as hub:
        assert not hub.connected
        assert "feed" in str(hub.report.last_error)
    await server.stop()


async def test_a_line_without_end_ends_the_connection(feed: FeedServer, ada: SimulatedSet) -> None:
    """It would fill the memory."""
    async with running(hub_airpods_ble, fed(feed, ada.owned_by("Ada"))) as hub:
        feed.send_bytes(b"x" * 100_000)

        await hub.until(lambda: hub.report.losses > 0)
        assert "too long" in str(hub.report.last_error)


async def test_a_feed_that_dies_in_the_middle_of_a_line(feed: FeedServer, ada: SimulatedSet) -> None:
    """Entities are unavailable until it returns; then Ada is there as before, and has not come again."""
    async with running(hub_airpods_ble, fed(feed, ada.owned_by("Ada")), SystemClock(60)) as hub:
        feed.send(ada.heard(-60, "hci0", 0))
        await hub.until(lambda: hub.value("binary_sensor.ada_present") == "on")

        feed.send_bytes(b'{"at": 1')
        await feed.stop()
        await hub.until(lambda: hub.value("binary_sensor.ada_present") == "unavailable")
        await feed.start()

        await hub.until(lambda: hub.value("binary_sensor.ada_present") == "on")
        assert len(hub.told("airpods_ble.arrived")) == 1
        assert hub.told("airpods_ble.left") == []


async def test_a_flood_costs_a_bounded_time(feed: FeedServer, ada: SimulatedSet) -> None:
    """Ten thousand lines at once, each from another address; Ada, who is known, is still followed."""
    message = SimulatedSet(Random("flood")).message()
    lines = b"".join(
        write_line(Sighting(f"4{n % 16:X}:00:00:{n >> 16:02X}:{n >> 8 & 255:02X}:{n & 255:02X}", -50, "x", message, 0)).encode()
        + b"\n"
        for n in range(10_000)
    )
    async with running(hub_airpods_ble, fed(feed, ada.owned_by("Ada")), SystemClock(30)) as hub:
        feed.send(ada.heard(-60, "hci0", 0))
        await hub.until(lambda: hub.value("binary_sensor.ada_present") == "on")
        began = time.process_time()
        for _ in range(3):
            feed.send_bytes(lines)
            await feed.drained()
        feed.send(ada.heard(-40, "hci0", 0))
        await hub.until(lambda: hub.value("sensor.airpods_receiver_dropped") not in (None, "0"))

        assert time.process_time() - began < 3
        assert int(hub.value("sensor.airpods_receiver_dropped") or 0) >= 30_000 - 3 * MOST_LINES
        assert hub.connected


async def test_a_capture_is_played_at_its_pace(capture: Capture, ada: SimulatedSet) -> None:
    """What was recorded a minute apart is heard a minute apart, or sooner with `speed`."""
    path = capture([ada.heard(-60, "hci0", at) for at in (100, 130)])
    async with running(hub_airpods_ble, played(path, ada.owned_by("Ada")), SimulatedClock()) as hub:
        await hub.clock.advance(29)
        assert hub.value("binary_sensor.ada_present") == "off"
        await hub.clock.advance(3)
        assert hub.value("binary_sensor.ada_present") == "on"

    async with running(hub_airpods_ble, played(path, ada.owned_by("Ada"), speed=3), SimulatedClock()) as hub:
        await hub.clock.advance(13)
        assert hub.value("binary_sensor.ada_present") == "on"


@pytest.mark.parametrize(("repeat", "value"), [(True, "on"), (False, "off")])
async def test_a_capture_may_be_played_again(capture: Capture, ada: SimulatedSet, repeat: bool, value: str) -> None:
    """At its end it begins anew, or nobody is heard any more."""
    path = capture([ada.heard(-60, "hci0", at) for at in range(10)])
    async with running(hub_airpods_ble, played(path, ada.owned_by("Ada"), repeat=repeat), SimulatedClock()) as hub:
        await hub.clock.advance(300)

        assert hub.value("binary_sensor.ada_present") == value
        assert hub.connected


async def test_a_capture_with_rubbish_is_played(tmp_path: Path, ada: SimulatedSet) -> None:
    """Lines that nobody can read are counted; a clock that was set back does not stop it."""
    path = tmp_path / "capture.jsonl"
    good = [write_line(ada.heard(-60, "hci0", at)) for at in (50, 56, 10, 16)]
    path.write_bytes(b"\xff\n" + "\n".join([*good, "{", "x" * 9000]).encode())
    async with running(hub_airpods_ble, played(path, ada.owned_by("Ada")), SimulatedClock()) as hub:
        await hub.clock.advance(40)

        assert hub.value("binary_sensor.ada_present") == "on"
        assert int(hub.value("sensor.airpods_receiver_unreadable") or 0) >= 3


async def test_a_missing_capture_is_said(tmp_path: Path, ada: SimulatedSet) -> None:
    """The plugin is not connected, and says which file."""
    async with running(hub_airpods_ble, played(tmp_path / "none.jsonl", ada.owned_by("Ada"))) as hub:
        assert not hub.connected
        assert "none.jsonl" in str(hub.report.last_error)


async def test_what_was_recorded_can_be_replayed(feed: FeedServer, ada: SimulatedSet, tmp_path: Path) -> None:
    """`record` and `replay` fit; the file is for the hub's own user only."""
    recorded = tmp_path / "new" / "recorded.jsonl"
    async with running(hub_airpods_ble, fed(feed, ada.owned_by("Ada"), record=str(recorded)), SystemClock(30)) as hub:
        for _ in range(3):
            feed.send(ada.heard(-60, "hci0", 0))
            await hub.clock.sleep(3)
        await hub.until(lambda: recorded.exists() and len(recorded.read_text().splitlines()) >= 2)
    assert recorded.stat().st_mode & 0o077 == 0

    async with running(hub_airpods_ble, played(recorded, ada.owned_by("Ada")), SimulatedClock()) as hub:
        await hub.clock.advance(30)
        assert hub.value("binary_sensor.ada_present") == "on"


async def test_a_recording_has_an_end(feed: FeedServer, ada: SimulatedSet, tmp_path: Path) -> None:
    """At the limit it begins anew, and one older file is kept."""
    recorded = tmp_path / "recorded.jsonl"
    recorded.write_text("x" * 9_950 + "\n")
    config = fed(feed, ada.owned_by("Ada"), record=str(recorded), record_limit=10_000)
    async with running(hub_airpods_ble, config, SystemClock(30)) as hub:
        feed.send(ada.heard(-60, "hci0", 0))
        await hub.until((tmp_path / "recorded.jsonl.1").exists)
    assert json.loads((tmp_path / "recorded.jsonl.1").read_text().splitlines()[-1])["address"] == ada.address


async def test_a_disk_that_takes_nothing_is_said(feed: FeedServer, ada: SimulatedSet, tmp_path: Path) -> None:
    """The recording is a promise."""
    (tmp_path / "file").write_text("")
    config = fed(feed, ada.owned_by("Ada"), record=str(tmp_path / "file" / "recorded.jsonl"))
    async with running(hub_airpods_ble, config) as hub:
        feed.send(ada.heard(-60, "hci0", 0))
        await hub.until(lambda: hub.report.losses > 0)
        assert "the recording cannot be written" in str(hub.report.last_error)
        assert hub.report.bugs == 0


async def test_the_feed_of_the_simulator_greets_and_lives() -> None:
    """Every reader is greeted; who leaves is forgotten."""
    feed = FeedServer()
    await feed.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", feed.port)

    assert json.loads(await reader.readline()) == GREETING
    await feed.reader_came()
    writer.close()
    await feed.stop()
