"""The lake: nothing half, nothing outside."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hub_ftp.bandwidth import Bandwidth
from hub_ftp.lake import Lake, LakeError
from hub_ftp.listing import Entry, Kind

from hub.clock import SimulatedClock

AT = datetime(2026, 3, 1, 12, 0, 30, 250_000, tzinfo=UTC)


def entry(path: str = "/in/a.csv", size: int = 3) -> Entry:
    return Entry(path, Kind.FILE, size, AT)


def test_a_copy_appears_whole_and_with_its_time(tmp_path: Path) -> None:
    """Not before it is published."""
    lake = Lake(tmp_path)
    copy = lake.begin(entry())
    copy.write(b"abc")
    assert not (tmp_path / "in").exists()

    local = copy.publish()

    assert local == tmp_path / "in" / "a.csv"
    assert local.read_bytes() == b"abc"
    assert local.stat().st_mtime == AT.timestamp()
    assert lake.holds(entry())
    assert not lake.holds(entry(size=4))


@pytest.mark.parametrize(
    "path", ["/../x", "/a/../../x", "/..", "/a//b", "/a\\b", "/C:x", "/nul\x00", "/.partial/x", "", "/" + "x" * 300, "/a/./b"]
)
def test_no_path_leads_out(tmp_path: Path, path: str) -> None:
    """Whoever asks."""
    lake = Lake(tmp_path / "lake")

    for use in (lake.locate, lambda path: lake.begin(entry(path)), lambda path: lake.read(path, 10)):
        with pytest.raises(LakeError):
            use(path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither a linked folder nor a linked file."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("s")
    home = tmp_path / "lake"
    home.mkdir()
    (home / "in").symlink_to(outside)
    (home / "link").symlink_to(outside / "secret")
    lake = Lake(home)

    copy = lake.begin(entry())
    copy.write(b"abc")
    with pytest.raises(LakeError):
        copy.publish()
    for path in ("/in/secret", "/link"):
        with pytest.raises(LakeError):
            lake.read(path, 10)
    assert [path.name for path in outside.iterdir()] == ["secret"]
    assert list((home / ".partial").iterdir()) == []


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path: Path) -> None:
    """And the other way round; nothing is lost."""
    lake = Lake(tmp_path)
    for path in ("/a", "/b/c"):
        copy = lake.begin(entry(path))
        copy.publish()

    for path in ("/a/deep", "/b"):
        copy = lake.begin(entry(path))
        with pytest.raises(LakeError):
            copy.publish()
    assert (tmp_path / "a").is_file()
    assert (tmp_path / "b" / "c").is_file()


def test_a_kept_part_is_there_for_the_same_file_only(tmp_path: Path) -> None:
    """The same path with another size begins anew, and the old part is gone."""
    lake = Lake(tmp_path)
    copy = lake.begin(entry(size=10))
    copy.write(b"12345")
    copy.keep()

    again = lake.begin(entry(size=10))
    assert again.length == 5
    again.keep()
    other = lake.begin(entry(size=11))
    assert other.length == 0
    other.discard()
    assert list((tmp_path / ".partial").iterdir()) == []


def test_two_cannot_copy_the_same_file(tmp_path: Path) -> None:
    """They would write into one another."""
    lake = Lake(tmp_path)
    first = lake.begin(entry())

    with pytest.raises(LakeError, match="already"):
        lake.begin(entry(size=4))
    first.discard()
    lake.begin(entry()).discard()


def test_old_parts_are_swept(tmp_path: Path) -> None:
    """Of files that were never finished."""
    lake = Lake(tmp_path)
    for name in ("/old", "/new"):
        copy = lake.begin(entry(name))
        copy.write(b"x")
        copy.keep()
    old, _new = sorted((tmp_path / ".partial").iterdir())
    os.utime(old, (0, 0))

    lake.sweep(keep_for=3600, now=(tmp_path / ".partial").stat().st_mtime)

    assert len(list((tmp_path / ".partial").iterdir())) == 1


def test_a_long_file_is_not_read(tmp_path: Path) -> None:
    """Metrics are read from files of a sensible length."""
    lake = Lake(tmp_path)
    copy = lake.begin(entry(size=11))
    copy.write(b"x" * 11)
    copy.publish()

    with pytest.raises(LakeError, match="longer"):
        lake.read("/in/a.csv", 10)


async def test_bandwidth_is_shared_and_kept() -> None:
    """Ten thousand bytes at a thousand per second take ten seconds, whoever sends them."""
    clock = SimulatedClock()
    bandwidth = Bandwidth(1000, clock)
    tasks = [asyncio.create_task(bandwidth.spend(5000)) for _ in range(2)]

    await clock.advance(9.9)
    assert [task.done() for task in tasks] == [True, False]
    await clock.advance(0.2)
    assert all(task.done() for task in tasks)
