"""Which message tells of which alert."""

import pytest
from hub_discord.ledger import Entry, Ledger, mark
from hub_discord.posts import LONGEST_CUSTOM_ID
from hub_discord.text import length

from hub.testing import KeptMemory


def entry(number: int = 1, *, resolved: bool = False, key: str = "roof") -> Entry:
    return Entry(channel=1, message=number, notice="n", resolved=resolved, time=float(number), mark=mark(key))


async def test_what_is_kept_is_found() -> None:
    """By target and key."""
    memory = KeptMemory()
    await Ledger(memory).keep("board", "a:b", entry())

    assert Ledger(memory).find("board", "a:b") == entry()
    assert Ledger(memory).find("operations", "a:b") is None


async def test_only_a_thousand_messages_are_remembered() -> None:
    """Alerts that never end must not fill the disk."""
    kept = {f"message:board:{number}": {"time": number, "resolved": False, "mark": "x"} for number in range(1200)}
    memory = KeptMemory(kept)
    await Ledger(memory).keep("board", "new", entry(5000))

    assert len(memory.items("message:")) == 1000
    assert memory.get("message:board:200") is None
    assert memory.get("message:board:201") is not None


async def test_open_alerts_are_known_newest_first() -> None:
    """Each once, however many targets heard of it."""
    ledger = Ledger(KeptMemory())
    for number, (target, key, resolved) in enumerate(
        [("a", "old", False), ("a", "new", False), ("b", "new", False), ("a", "over", True)]
    ):
        await ledger.keep(target, key, entry(number, resolved=resolved))

    assert ledger.open_keys() == ["new", "old"]


@pytest.mark.parametrize("key", ["k" * 85, "😀" * 60, "#x", "a\nb", " padded ", ""])
async def test_a_key_that_fits_no_button_is_found_by_its_mark(key: str) -> None:
    """Discord takes a hundred characters."""
    ledger = Ledger(KeptMemory())
    await ledger.keep("board", key, entry(key=key))

    assert length(f"hub:acknowledge:{mark(key)}") <= LONGEST_CUSTOM_ID
    assert mark(key).startswith("#")
    assert ledger.key_of(mark(key)) == key


def test_a_mark_of_nothing_is_nothing() -> None:
    """The alert has been forgotten."""
    assert Ledger(KeptMemory()).key_of("#" + "0" * 40) is None
