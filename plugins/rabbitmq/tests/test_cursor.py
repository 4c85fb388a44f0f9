"""What is remembered of a queue."""

from hub_rabbitmq.cursor import Cursor, Totals

from hub.testing import KeptMemory


async def test_ids_are_kept_on_few_pages_and_the_oldest_are_forgotten() -> None:
    """Also over a restart; at least as many are known as were asked for."""
    memory = KeptMemory()
    cursor = Cursor(memory, "q", most=1000)
    for number in range(5000):
        await cursor.keep([str(number)], None, Totals(), None)

    again = Cursor(memory, "q", most=1000)

    known = [number for number in range(5000) if again.knows(str(number))]
    assert known == list(range(known[0], 5000))
    assert 1000 <= len(known) + 200 <= 1400
    assert len(memory.items("q:seen:")) <= 6


async def test_many_ids_at_once_are_spread_over_pages() -> None:
    """None of them is lost."""
    memory = KeptMemory()
    cursor = Cursor(memory, "q", most=10_000)
    await cursor.keep([str(number) for number in range(1050)], None, Totals(), None)
    await cursor.keep(["last"], None, Totals(), None)

    again = Cursor(memory, "q", most=10_000)

    assert all(again.knows(str(number)) for number in range(1050))
    assert again.knows("last")
    assert [len(page) for page in memory.items("q:seen:").values()] == [200, 200, 200, 200, 200, 51]


async def test_nothing_is_remembered_when_nothing_shall_be() -> None:
    """`remember: 0`."""
    memory = KeptMemory()
    cursor = Cursor(memory, "q", most=0)
    await cursor.keep(["a"], None, Totals(), None)

    assert not cursor.knows("a")
    assert memory.items("q:seen:") == {}


async def test_what_a_newer_version_kept_does_no_harm() -> None:
    """Counts that this version does not know are left out."""
    memory = KeptMemory({"q:totals": {"taken": 7, "strange": 1}})

    assert Cursor(memory, "q", most=10).totals == Totals(taken=7)
