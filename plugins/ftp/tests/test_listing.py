"""Reading what servers print."""

from datetime import UTC, datetime

import pytest
from hub_ftp.listing import BadLine, Entry, Kind, parse_fact_line, parse_list_line, parse_stamp, read_list, read_mlsd, why_unsafe

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def one(line: str) -> Entry:
    entry = parse_list_line(line, NOW)
    assert entry is not None
    return entry


def test_a_line_of_facts_becomes_an_entry() -> None:
    """MLSD tells type, size and UTC time; keys come in any case."""
    entry = parse_fact_line("Type=file;Size=1024;Modify=20260228235959;UNIX.mode=0644; roof one.csv")

    assert entry == Entry("roof one.csv", Kind.FILE, 1024, datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), 1.0)


def test_a_fraction_of_a_second_makes_the_time_more_precise() -> None:
    """ProFTPD and FileZilla can tell milliseconds."""
    moment, precision = parse_stamp("20260228235959.123")

    assert moment == datetime(2026, 2, 28, 23, 59, 59, 123000, tzinfo=UTC)
    assert precision == pytest.approx(0.001)


@pytest.mark.parametrize("kind", ["OS.unix=symlink", "OS.unix=slink:/etc/passwd", "os.unix=chr-1/3", "", "🤷"])
def test_links_and_devices_are_not_files(kind: str) -> None:
    """ProFTPD and Pure-FTPd spell links differently; neither is followed."""
    entry = parse_fact_line(f"type={kind};size=5; latest.csv")

    assert entry is not None
    assert entry.kind is Kind.OTHER


@pytest.mark.parametrize("line", ["type=cdir; .", "type=pdir; .."])
def test_the_folder_itself_is_not_an_entry(line: str) -> None:
    """MLSD lists it and its parent."""
    assert parse_fact_line(line) is None


@pytest.mark.parametrize("line", ["type=file;size=1;", "", "x", "type=file;size=1; "])
def test_a_line_without_a_name_is_bad(line: str) -> None:
    """Half a line is what a broken connection leaves."""
    with pytest.raises(BadLine):
        parse_fact_line(line)


@pytest.mark.parametrize(
    "facts", ["size=-1", "size=1e5", "size=²", "size=", "modify=yesterday", "modify=20261332000000", "modify="]
)
def test_facts_that_are_not_facts_are_left_out(facts: str) -> None:
    """The entry stays; what is unknown is asked for later."""
    entry = parse_fact_line(f"type=file;{facts}; a.csv")

    assert entry is not None
    assert entry.size is None
    assert entry.modified is None


def test_a_recent_file_has_minutes_and_no_year() -> None:
    """`ls -l` leaves the year out for half a year."""
    entry = one("-rw-r--r--    1 1000     1000        12345 Feb 28 23:59 roof one.csv")

    assert entry == Entry("roof one.csv", Kind.FILE, 12345, datetime(2026, 2, 28, 23, 59, tzinfo=UTC), 60.0)


def test_a_month_ahead_of_now_was_last_year() -> None:
    """In March, November is over."""
    assert one("-rw-r--r-- 1 a b 1 Nov 30 08:00 x").modified == datetime(2025, 11, 30, 8, 0, tzinfo=UTC)


def test_a_clock_a_little_ahead_is_still_this_year() -> None:
    """The server's zone may be ahead of UTC."""
    assert one("-rw-r--r-- 1 a b 1 Mar  1 23:00 x").modified == datetime(2026, 3, 1, 23, 0, tzinfo=UTC)


def test_the_29th_of_february_belongs_to_a_leap_year() -> None:
    """No other year has it."""
    assert one("-rw-r--r-- 1 a b 1 Feb 29 08:00 x").modified == datetime(2024, 2, 29, 8, 0, tzinfo=UTC)


def test_an_old_file_has_a_year_and_no_time() -> None:
    """Its time is known to the day."""
    entry = one("-rw-rw-r--+ 1 meter domain users 99 Nov 18  2024 with  two spaces.csv")

    assert entry == Entry("with  two spaces.csv", Kind.FILE, 99, datetime(2024, 11, 18, tzinfo=UTC), 86400.0)


@pytest.mark.parametrize(
    ("line", "kind", "name"),
    [
        ("drwxr-xr-x 2 a b 4096 Feb 1 10:00 archive", Kind.FOLDER, "archive"),
        ("lrwxrwxrwx 1 a b 11 Feb 1 10:00 latest.csv -> 2026.csv", Kind.OTHER, "latest.csv"),
        ("-rw-r--r-- 1 a b 7 2026-02-01 10:00 iso.csv", Kind.FILE, "iso.csv"),
        ("02-01-26  03:45PM       <DIR>          logs", Kind.FOLDER, "logs"),
        ("02-01-2026  12:05AM          1,234,567 win dows.csv", Kind.FILE, "win dows.csv"),
    ],
)
def test_other_styles_of_list_are_read(line: str, kind: Kind, name: str) -> None:
    """Unix, long ISO times, and Windows."""
    entry = one(line)

    assert (entry.kind, entry.path) == (kind, name)


def test_windows_midnight_is_hour_zero() -> None:
    """12:05AM is five past midnight."""
    assert one("02-01-26  12:05AM  7 x").modified == datetime(2026, 2, 1, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "line", ["garbage", "-rw-r--r-- 1 a b 1 Foo 30 08:00 x", "-rw-r--r-- 1 a b 1 Feb 31 08:00 x", "\x00" * 50]
)
def test_an_unknown_line_is_bad(line: str) -> None:
    """It is reported, not guessed at."""
    with pytest.raises(BadLine):
        parse_list_line(line, NOW)


def test_one_bad_line_does_not_hurt_the_others() -> None:
    """The listing goes on, and says what was left out."""
    body = b"type=file;size=1; a.csv\r\nbroken\r\ntype=file;size=2; b.csv\r\n" + b"x" * 5000 + b" y\r\n"

    listing = read_mlsd(body, "/export", "utf-8")

    assert [entry.path for entry in listing.entries] == ["/export/a.csv", "/export/b.csv"]
    assert len(listing.faults) == 2


def test_a_name_in_another_encoding_is_a_fault_of_its_own() -> None:
    """The others are read; the fault says what to set."""
    body = "type=file;size=1; süd.csv\r\n".encode("latin-1") + b"type=file;size=1; nord.csv\r\n"

    listing = read_mlsd(body, "", "utf-8")

    assert [entry.path for entry in listing.entries] == ["/nord.csv"]
    assert "set `encoding`" in listing.faults[0].reason
    assert [entry.path for entry in read_mlsd(body, "", "latin-1").entries] == ["/süd.csv", "/nord.csv"]


@pytest.mark.parametrize(
    "name",
    ["../etc/passwd", "/etc/passwd", "..", "a\\b", "C:evil", "c:", "nul\x00", "new\x1bline", "", ".", "x" * 256, "ä" * 128],
)
def test_a_name_that_could_leave_the_folder_is_refused(name: str) -> None:
    """Whatever the server calls its files."""
    assert why_unsafe(name) is not None


@pytest.mark.parametrize("name", ["roof one.csv", "süd.csv", "...", "-rf", "$(reboot)", ".hidden", "x" * 255, "10:15.csv"])
def test_a_strange_name_is_still_a_name(name: str) -> None:
    """It harms nobody as long as it is one component."""
    assert why_unsafe(name) is None


def test_refused_names_are_reported() -> None:
    """They are not entries, and the admin hears of them."""
    listing = read_mlsd(b"type=file;size=1; ../../evil.csv\r\ntype=file;size=1; good.csv\r\n", "/in", "utf-8")

    assert [entry.path for entry in listing.entries] == ["/in/good.csv"]
    assert "evil" in listing.faults[0].path


def test_fifty_thousand_entries_are_read() -> None:
    """A folder that nobody ever cleaned."""
    body = b"".join(b"-rw-r--r-- 1 a b 100 Feb 28 10:00 file%05d.csv\r\n" % number for number in range(50_000))

    listing = read_list(body, "/big", "utf-8", NOW)

    assert len(listing.entries) == 50_000
    assert listing.faults == []
