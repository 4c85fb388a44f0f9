"""Events keep to PagerDuty's pace."""

import asyncio

import pytest
from hub_pagerduty.bucket import Bucket
from hub_pagerduty.failures import TryLater

from hub.clock import SimulatedClock


async def test_no_sliding_minute_sees_more_than_120() -> None:
    """However many want to go, and at any time."""
    clock = SimulatedClock()
    bucket, times = Bucket(clock, 100), list[float]()

    async def call() -> None:
        await bucket.take(1)
        times.append(clock.monotonic())

    async with asyncio.TaskGroup() as group:
        for _ in range(110):
            group.create_task(call())
        await clock.advance(90)
        for _ in range(100):
            group.create_task(call())
        await clock.advance(120)

    assert len(times) == 210
    assert max(sum(begin <= moment < begin + 60 for moment in times) for begin in times) <= 120


async def test_the_most_urgent_goes_first() -> None:
    """Those of the same urgency in order of coming."""
    clock = SimulatedClock()
    bucket, order = Bucket(clock, 60), list[str]()
    for _ in range(20):
        await bucket.take(1)

    async def call(name: str, urgency: int) -> None:
        await bucket.take(urgency)
        order.append(name)

    async with asyncio.TaskGroup() as group:
        for name, urgency in (("trigger 1", 2), ("trigger 2", 2), ("acknowledge", 1), ("resolve", 0)):
            group.create_task(call(name, urgency))
        await clock.advance(10)

    assert order == ["resolve", "acknowledge", "trigger 1", "trigger 2"]


async def test_a_queue_longer_than_a_minute_says_when_to_come_back() -> None:
    """So that the outbox keeps the rest."""
    clock = SimulatedClock()
    bucket = Bucket(clock, 60)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(bucket.take(1)) for _ in range(80)]
        await clock.advance()
        with pytest.raises(TryLater) as refused:
            await bucket.take(1)
        await clock.advance(61)

    assert all(task.done() for task in tasks)
    assert refused.value.retry_after == pytest.approx(61, abs=2)


async def test_who_does_not_wait_any_more_takes_no_turn() -> None:
    """A cancelled caller leaves its turn to the next."""
    clock = SimulatedClock()
    bucket = Bucket(clock, 60)
    for _ in range(20):
        await bucket.take(1)

    async with asyncio.TaskGroup() as group:
        gone = group.create_task(bucket.take(0))
        stays = group.create_task(bucket.take(1))
        await clock.advance()
        gone.cancel()
        await clock.advance(1.1)

        assert stays.done()
