"""Time: seconds that pass, and moments of the day; the computer's clock and the simulated one."""

import asyncio
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import Clock, SimulatedClock, SystemClock, Timer


class Wall:
    """A wall clock that somebody may set."""

    def __init__(self) -> None:
        self.set_by = 0.0

    def __call__(self) -> float:
        return time.time() + self.set_by


def later(clock: Clock, seconds: float) -> "asyncio.Future[float]":
    """Return what is done after so many seconds, with the moment."""
    done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    clock.after(seconds, lambda: done.set_result(clock.monotonic()))
    return done


def at(clock: Clock, when: float) -> "asyncio.Future[float]":
    """Return what is done at the moment of the wall clock."""
    done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    clock.at(when, lambda: done.set_result(clock.time()))
    return done


# ------------------------------------------------------------------------------------------------------------------- the system


async def test_the_systems_clock_shows_the_time() -> None:
    """In seconds since 1970, and as a datetime in UTC."""
    clock = SystemClock()
    assert clock.time() == pytest.approx(time.time(), abs=1)
    assert clock.now().tzinfo is UTC
    assert clock.now().timestamp() == pytest.approx(time.time(), abs=1)


async def test_both_kinds_of_moment_come() -> None:
    """In their order, never before their time; one that is past comes at once."""
    clock = SystemClock()
    began, wall = clock.monotonic(), clock.time()

    second, first = later(clock, 0.03), at(clock, wall + 0.01)
    past = at(clock, wall - 3600)
    await asyncio.gather(first, second, past)

    assert past.result() < wall + 0.01 <= first.result()
    assert second.result() >= began + 0.03


async def test_what_was_cancelled_does_not_come() -> None:
    """Also when it is the next, and when it was made before a nearer one."""
    clock = SystemClock()
    called: list[str] = []
    timers = [clock.after(0.01, lambda: called.append("after")), clock.at(clock.time() + 0.01, lambda: called.append("at"))]
    assert all(timer.pending for timer in timers)
    for timer in timers:
        timer.cancel()
        timer.cancel()

    await later(clock, 0.02)

    assert called == []
    assert not any(timer.pending for timer in timers)


async def test_a_clock_that_is_set_forward_brings_the_moments_of_the_day() -> None:
    """Within the longest sleep; seconds that pass are not touched."""
    wall = Wall()
    clock = SystemClock(wall=wall, longest_sleep=0.01)
    noon, waiting = at(clock, clock.time() + 3600), later(clock, 3600)

    wall.set_by = 3600
    await asyncio.wait_for(noon, 5)

    assert not waiting.done()


async def test_a_clock_that_is_set_back_puts_the_moments_of_the_day_off() -> None:
    """Seconds that pass come all the same."""
    wall = Wall()
    clock = SystemClock(wall=wall, longest_sleep=0.01)
    soon, waiting = at(clock, clock.time() + 0.02), later(clock, 0.05)

    wall.set_by = -3600
    await waiting

    assert not soon.done()
    wall.set_by = 0
    await asyncio.wait_for(soon, 5)


async def test_time_may_pass_faster() -> None:
    """An hour in a hundredth of a second."""
    clock = SystemClock(speed=360_000.0)
    began, wall = time.monotonic(), clock.time()

    await clock.sleep(3600)
    await at(clock, wall + 7200)

    assert time.monotonic() - began < 2
    assert clock.time() >= wall + 7200


async def test_a_sleep_that_is_cancelled_leaves_nothing() -> None:
    """No timer is left waiting."""
    for clock in (SystemClock(), SimulatedClock()):
        task = asyncio.create_task(clock.sleep(3600))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert isinstance(clock, SimulatedClock)
    assert clock.next_due() is None


async def test_a_call_that_raises_does_not_stop_the_clock() -> None:
    """The loop hears of it, and the next timers come."""
    loop = asyncio.get_running_loop()
    told: list[object] = []
    loop.set_exception_handler(lambda _, context: told.append(context.get("exception")))
    clock = SystemClock()
    error = ZeroDivisionError()

    def fail() -> None:
        raise error

    clock.after(0.0, fail)
    await later(clock, 0.01)

    assert told == [error]


async def test_thousands_that_fall_due_at_once_leave_the_loop_its_turns() -> None:
    """Others run in between."""
    clock = SystemClock()
    called: list[int] = []
    turns = 0
    for number in range(5_000):
        clock.after(0.0, lambda number=number: called.append(number))  # type: ignore[misc]  # bound early
    while len(called) < 5_000:
        turns += 1
        await asyncio.sleep(0)

    assert called == list(range(5_000))
    assert turns >= 10


async def test_a_timer_may_make_timers() -> None:
    """Those that are due come in the same go, or the next."""
    clock = SystemClock()
    called: list[int] = []

    def again(number: int) -> None:
        called.append(number)
        if number < 5:
            clock.after(0.0, lambda: again(number + 1))

    again(0)
    await later(clock, 0.01)
    assert called == list(range(6))


# ---------------------------------------------------------------------------------------------------------------- the simulated


async def test_simulated_time_stands_still_until_it_is_moved() -> None:
    """Then everything comes in order, each at its own moment."""
    clock = SimulatedClock(datetime(2024, 3, 15, 12, tzinfo=UTC))
    seen: list[tuple[str, float]] = []
    began = clock.time()
    for name, seconds in (("c", 60), ("a", 10), ("b", 10), ("d", 3600)):
        clock.after(seconds, lambda name=name: seen.append((name, clock.time() - began)))  # type: ignore[misc]  # bound early

    await clock.advance(minutes=1)
    assert seen == [("a", 10), ("b", 10), ("c", 60)]
    assert clock.now() == datetime(2024, 3, 15, 12, 1, tzinfo=UTC)
    assert clock.next_due() == began + 3600
    await clock.advance(hours=1)
    assert [name for name, _ in seen] == ["a", "b", "c", "d"]


async def test_what_a_timer_starts_runs_to_rest_before_time_goes_on() -> None:
    """Tasks that sleep, too."""
    clock = SimulatedClock()
    seen: list[float] = []

    async def every_ten_seconds() -> None:
        for _ in range(3):
            await clock.sleep(10)
            seen.append(clock.time())

    task = asyncio.create_task(every_ten_seconds())
    await clock.advance(hours=1)
    await task
    assert seen == [10, 20, 30]


def test_a_past_moment_comes_without_moving_time_back() -> None:
    """At the next look."""
    clock = SimulatedClock(1000.0)
    timer = clock.at(5.0, lambda: None)
    assert clock.run_next(1000.0)
    assert not timer.pending
    assert clock.time() == 1000.0


def test_a_timer_is_called_once() -> None:
    """And can be called by hand."""
    called: list[int] = []
    timer = Timer(0.0, lambda: called.append(1))
    timer.run()
    timer.run()
    assert called == [1]


@given(st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=40))
def test_everything_that_is_not_cancelled_comes_in_order(timers: list[tuple[float, bool]]) -> None:
    """Exactly once."""
    clock = SimulatedClock()
    seen: list[float] = []
    for seconds, cancelled in timers:
        timer = clock.after(seconds, lambda: seen.append(clock.time()))
        if cancelled:
            timer.cancel()
    while clock.run_next(100.0):
        pass
    assert seen == sorted(seconds for seconds, cancelled in timers if not cancelled)
