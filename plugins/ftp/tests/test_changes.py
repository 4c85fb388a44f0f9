"""Telling what is new, what is stable, and what is gone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hub_ftp.changes import Taken, find_missing, is_doubtful, is_same, looks_known, sort_out
from hub_ftp.listing import Entry, Kind

AT = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
FILE = Entry("/a.csv", Kind.FILE, 100, AT, 1.0)
MINUTE = replace(FILE, modified=AT.replace(second=0), precision=60.0)
TAKEN = Taken(size=100, modified=AT.timestamp(), listed=AT.timestamp(), precision=1.0, at=AT.timestamp() + 5)
TAKEN_BY_LIST = replace(TAKEN, listed=AT.replace(second=0).timestamp(), precision=60.0)


@pytest.mark.parametrize(
    "entry", [replace(FILE, size=101), replace(FILE, modified=AT + timedelta(seconds=1)), replace(FILE, size=None)]
)
def test_another_size_or_time_is_a_change(entry: Entry) -> None:
    """Size and time are all that FTP tells."""
    assert not looks_known(entry, TAKEN)


def test_the_same_size_and_time_is_no_change() -> None:
    """Also when the server leaves the fraction of the second out."""
    assert looks_known(FILE, TAKEN)
    assert looks_known(replace(FILE, modified=AT + timedelta(milliseconds=400)), TAKEN)


def test_a_time_set_back_is_a_change() -> None:
    """A restored backup is another file."""
    assert not looks_known(replace(FILE, modified=AT - timedelta(days=30)), TAKEN)


def test_list_turning_to_years_is_no_change() -> None:
    """After half a year LIST shows the day instead of the minute."""
    assert looks_known(replace(FILE, modified=AT.replace(hour=0, minute=0, second=0), precision=86400.0), TAKEN_BY_LIST)


def test_a_fresh_file_in_a_coarse_listing_is_doubtful() -> None:
    """It may have been rewritten within the same minute; the exact time tells."""
    assert is_doubtful(MINUTE, TAKEN_BY_LIST, now=TAKEN.at + 60)
    assert not is_doubtful(MINUTE, TAKEN_BY_LIST, now=TAKEN.at + 121)
    assert not is_doubtful(FILE, TAKEN, now=TAKEN.at)
    assert not is_doubtful(MINUTE, replace(TAKEN_BY_LIST, modified=TAKEN.at - 7200), now=TAKEN.at)


def test_the_exact_time_finds_a_rewrite_within_the_minute() -> None:
    """The size is the same, MDTM differs by a second."""
    assert is_same(FILE, TAKEN_BY_LIST)
    assert not is_same(replace(FILE, modified=AT + timedelta(seconds=1)), TAKEN_BY_LIST)


def test_a_file_is_ready_when_two_listings_agree() -> None:
    """Thirty seconds apart."""
    first = sort_out([FILE], {}, stable_for=30, now=1000)
    early = sort_out([FILE], first.sightings, stable_for=30, now=1029)
    late = sort_out([FILE], early.sightings, stable_for=30, now=1030)

    assert (first.ready, early.ready, late.ready) == ((), (), (FILE,))
    assert (first.next_ready, early.next_ready) == (30, 1)


def test_a_file_that_grows_begins_to_wait_anew() -> None:
    """Each change starts the time again."""
    first = sort_out([FILE], {}, stable_for=30, now=1000)
    grown = sort_out([replace(FILE, size=200)], first.sightings, stable_for=30, now=1029)
    later = sort_out([replace(FILE, size=200)], grown.sightings, stable_for=30, now=1058)

    assert (grown.ready, later.ready) == ((), ())


def test_a_coarse_time_needs_a_longer_wait() -> None:
    """Within its minute, LIST cannot show that the file was written to."""
    first = sort_out([MINUTE], {}, stable_for=5, now=1000)

    assert first.next_ready == 60


def test_nothing_waits_when_the_admin_says_so() -> None:
    """`stable_for: 0`."""
    assert sort_out([FILE, MINUTE], {}, stable_for=0, now=1000).ready == (MINUTE, FILE)


def test_the_server_s_clock_does_not_matter() -> None:
    """A file from the year 2040 is taken like any other."""
    future = replace(FILE, modified=datetime(2040, 1, 1, tzinfo=UTC))
    first = sort_out([future], {}, stable_for=30, now=1000)

    assert sort_out([future], first.sightings, stable_for=30, now=1030).ready == (future,)


def test_a_file_is_missing_when_its_folder_shows_others() -> None:
    """Only then."""
    known = ["/in/a.csv", "/in/b.csv"]

    assert find_missing(known, {"/in": frozenset({"a.csv"})}) == {"/in/b.csv"}


@pytest.mark.parametrize("folders", [{}, {"/in": frozenset[str]()}, {"": frozenset({"in"})}, {"/other": frozenset({"x"})}])
def test_an_empty_or_failed_listing_is_never_everything_deleted(folders: dict[str, frozenset[str]]) -> None:
    """A share that is not mounted looks like that."""
    assert find_missing(["/in/a.csv", "/in/deep/b.csv"], folders) == set()


def test_what_was_in_a_folder_that_is_gone_is_missing_too() -> None:
    """The folder above was listed and does not show it."""
    assert find_missing(["/in/2025/a.csv"], {"/in": frozenset({"2026"})}) == {"/in/2025/a.csv"}
    assert find_missing(["/in/2025/a.csv"], {"": frozenset({"out"})}) == {"/in/2025/a.csv"}
