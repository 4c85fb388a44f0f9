"""The outbox delivers in order, tries again, and shows what it could not deliver."""

import asyncio
from datetime import timedelta

import pytest

from hub.api import ActionError, AuthenticationFailed, NotConnected, PluginError
from hub.errors import StoreError
from hub.model.context import Context
from hub.model.notice import Notice, Receipt
from hub.notify.outbox import OutboxFull
from hub.notify.retry import Retry
from hub.notify.shelf import MemoryShelf, Parcel
from tests.notify.house import STEADY, House, living


class Busy(PluginError):
    """The peer says when it wants to be asked again."""

    def __init__(self, retry_after: object) -> None:
        super().__init__("too many requests")
        self.retry_after = retry_after


async def put(house: House, *messages: str, target: str = "board") -> None:
    for message in messages:
        await house.outbox.put(target, Notice(message=message), Context.new())
    await house.clock.advance()


async def test_notices_arrive_in_the_order_in_which_they_were_put() -> None:
    """Also when the first one needs a second attempt."""
    async with living() as house:
        board = house.target("board", NotConnected("not yet"))

        await put(house, "one", "two", "three")
        before = board.messages
        await house.clock.advance(2)

        assert before == []
        assert board.messages == ["one", "two", "three"]


async def test_one_target_in_trouble_does_not_hold_up_another() -> None:
    """Each target has its own lane."""
    async with living() as house:
        house.target("board", *[OSError("no route")] * 5)
        pager = house.target("pager")

        await put(house, "down", target="board")
        await put(house, "down", target="pager")

        assert pager.messages == ["down"]


async def test_the_waits_between_attempts_grow() -> None:
    """2, 4, 8 seconds; then it arrives, and the event says after how many attempts."""
    async with living() as house:
        board = house.target("board", *[OSError("no route")] * 3)
        await put(house, "down")

        tries = []
        for seconds in (1, 1, 3, 1, 7, 1):
            await house.clock.advance(seconds)
            tries.append(board.tries)

        assert tries == [1, 2, 2, 3, 3, 4]
        assert [(told["target"], told["attempts"]) for told in house.told("notify.delivered")] == [("board", 4)]


@pytest.mark.parametrize("asked", [90, 90.0, timedelta(seconds=90)])
async def test_what_the_peer_asks_for_is_honoured(asked: object) -> None:
    """`retry_after` on the exception wins over our own waits, as a number of seconds or a timedelta."""
    async with living() as house:
        board = house.target("board", Busy(asked))
        await put(house, "down")

        await house.clock.advance(90)
        early = board.messages
        await house.clock.advance(2)

        assert early == []
        assert board.messages == ["down"]


@pytest.mark.parametrize("nonsense", [-5, float("nan"), float("inf"), "soon", None])
def test_a_peer_that_asks_for_nonsense_is_not_obeyed(nonsense: object) -> None:
    """Our own wait counts then."""
    assert Retry(chance=lambda: 1.0).wait(1, Busy(nonsense)) == 2.0


def test_waits_have_some_chance_in_them_and_an_end() -> None:
    """Between half and the whole of the planned wait, which never passes the longest, even after 10,000 attempts."""
    assert Retry(chance=lambda: 0.0).wait(3, OSError()) == 4.0
    assert Retry(chance=lambda: 1.0).wait(3, OSError()) == 8.0
    assert Retry(chance=lambda: 1.0).wait(10_000, OSError()) == 600.0


async def test_after_the_last_attempt_a_notice_lies_among_the_dead_and_the_next_one_goes_on() -> None:
    """The event names target, attempts and reason."""
    async with living() as house:
        board = house.target("board", *[OSError("no route")] * 5)

        await put(house, "lost", "found")
        await house.clock.advance(minutes=5)

        assert board.messages == ["found"]
        assert [parcel.notice.message for parcel in house.outbox.dead()] == ["lost"]
        (failed,) = house.told("notify.failed")
        assert (failed["target"], failed["attempts"], failed["reason"], failed["message"]) == ("board", 5, "no route", "lost")


@pytest.mark.parametrize("refusal", [ActionError("the message is empty"), AuthenticationFailed("wrong token")])
async def test_what_no_second_attempt_can_change_is_not_tried_again(refusal: Exception) -> None:
    """A refused message, or credentials that would lock the account."""
    async with living() as house:
        board = house.target("board", refusal)

        await put(house, "refused", "next")

        assert board.messages == ["next"]
        assert [parcel.reason for parcel in house.outbox.dead()] == [str(refusal)]


async def test_a_bug_of_the_target_is_tried_three_times(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged with its traceback; later notices are not held up for long."""
    async with living() as house:
        board = house.target("board", *[KeyError("channel")] * 3)

        await put(house, "poison", "next")
        await house.clock.advance(10)

        assert board.messages == ["next"]
        assert len([record for record in caplog.records if record.exc_info]) == 3


async def test_the_dead_can_be_tried_again() -> None:
    """As though they were new; an id that is not there says so."""
    async with living() as house:
        board = house.target("board", ActionError("no such channel"))
        await put(house, "down")

        revived = await house.outbox.retry(house.outbox.dead()[0].id)
        unknown = await house.outbox.retry("nobody")
        await house.clock.advance()

        assert (revived, unknown) == (True, False)
        assert board.messages == ["down"]
        assert house.outbox.dead() == []


async def test_an_attempt_that_hangs_is_taken_back_and_made_again() -> None:
    """A peer that accepts and never answers costs its patience, not the lane."""
    async with living() as house:
        got: list[str] = []

        async def deliver(notice: Notice) -> Receipt:
            if not got:
                got.append("hung")
                await asyncio.get_running_loop().create_future()
            got.append(notice.message)
            return Receipt()

        house.notify.add("board", deliver)
        await put(house, "down")
        await house.clock.advance(33)

        assert got == ["hung", "down"]


async def test_notices_for_a_target_that_is_away_wait_for_its_return() -> None:
    """They go out at once when it comes back, however long the next wait would have been."""
    async with living() as house:
        board = house.target("board")
        leave = house.outbox.attach("board", board.deliver)
        leave()

        await put(house, "one", "two")
        status = house.outbox.status()[0]
        house.outbox.attach("board", board.deliver)
        await house.clock.advance()

        assert (status.connected, status.waiting, status.reason) == (False, 2, "not connected")
        assert board.messages == ["one", "two"]


async def test_a_plugin_that_is_not_connected_costs_no_attempts() -> None:
    """It is asked again every half minute at the latest, so that a long outage neither delays nor loses what waits."""
    async with living() as house:
        board = house.target("board", *[NotConnected("discord is not connected")] * 20)

        await put(house, "down")
        await house.clock.advance(minutes=5)
        away = house.outbox.status()[0]
        await house.clock.advance(minutes=10)

        assert (away.attempts, away.reason, away.waiting) == (0, "discord is not connected", 1)
        assert board.messages == ["down"]
        assert [told["attempts"] for told in house.told("notify.delivered")] == [1]


async def test_losing_the_connection_in_the_middle_of_an_attempt_loses_no_notice() -> None:
    """The attempt is taken back; the next connection makes it again, with the same id for de-duplication."""
    async with living() as house:
        ids: list[str] = []

        async def hang(notice: Notice) -> Receipt:
            ids.append(notice.id)
            await asyncio.get_running_loop().create_future()
            return Receipt()

        async def deliver(notice: Notice) -> Receipt:
            ids.append(notice.id)
            return Receipt()

        leave = house.notify.add("board", hang)
        await house.outbox.put("board", Notice(message="down", id="7"), Context.new())
        await house.clock.advance()
        leave()
        await house.clock.advance()
        house.notify.add("board", deliver)
        await house.clock.advance()

        assert ids == ["7", "7"]
        assert house.outbox.status()[0].waiting == 0


async def test_a_notice_for_nobody_expires() -> None:
    """After its time it lies among the dead, where people can see it."""
    async with living() as house:
        await put(house, "hello", target="nobody")

        await house.clock.advance(hours=1)

        assert [parcel.reason for parcel in house.outbox.dead()] == ["expired: nobody delivers to nobody"]


async def test_the_same_notice_is_accepted_once() -> None:
    """A run that repeats its step after a crash does not repeat the message, before or after it arrived."""
    async with living() as house:
        board = house.target("board")
        notice = Notice(message="down", id="run/1")

        first = await house.outbox.put("board", notice, Context.new())
        again = await house.outbox.put("board", notice, Context.new())
        await house.clock.advance()
        after = await house.outbox.put("board", notice, Context.new())
        await house.clock.advance()

        assert (first, again, after) == (True, False, False)
        assert board.messages == ["down"]


async def test_ten_thousand_notices_arrive_in_order() -> None:
    """And the status counts them."""
    async with living() as house:
        board = house.target("board")

        for number in range(10_000):
            await house.outbox.put("board", Notice(message=str(number)), Context.new())
        while house.outbox.status()[0].waiting:
            await house.clock.advance()

        assert board.messages == [str(number) for number in range(10_000)]
        assert house.outbox.status()[0].delivered == 10_000


async def test_a_full_outbox_says_so() -> None:
    """Memory has an end; the caller hears of it."""
    async with living() as house:
        for number in range(STEADY.capacity):
            await house.outbox.put("nobody", Notice(message=str(number)), Context.new())

        with pytest.raises(OutboxFull, match=r"notify\.nobody"):
            await house.outbox.put("nobody", Notice(message="one too many"), Context.new())


async def test_what_a_shelf_kept_goes_out_in_the_next_life() -> None:
    """Attempts are counted on, ids are known still."""
    shelf = MemoryShelf()
    async with living(shelf=shelf) as house:
        house.target("board", *[OSError("no route")] * 2)
        await put(house, "one", "two")
        await house.clock.advance(2)

    async with living(shelf=shelf) as house:
        board = house.target("board")
        await house.clock.advance()

        assert board.messages == ["one", "two"]
        assert [told["attempts"] for told in house.told("notify.delivered")] == [3, 1]


class FullDisk(MemoryShelf):
    """Takes parcels, but cannot write what became of them."""

    async def deliver(self, parcel: Parcel) -> None:
        raise StoreError("disk full")

    async def update(self, parcel: Parcel) -> None:
        raise OSError("disk full")

    async def bury(self, parcel: Parcel) -> None:
        raise StoreError("disk full")


async def test_a_full_disk_does_not_stop_delivery() -> None:
    """What cannot be recorded is logged; a message that comes twice is better than none."""
    async with living(shelf=FullDisk()) as house:
        board = house.target("board", OSError("no route"), ActionError("refused"))

        await put(house, "lost", "found")
        await house.clock.advance(2)

        assert board.messages == ["found"]
