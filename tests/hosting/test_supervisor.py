"""What keeps an instance connected, against plugins that are broken in every way."""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.api import AuthenticationFailed, Hub, NotConnected, Plugin, PluginError
from hub.clock import SimulatedClock, SystemClock, settle
from hub.hosting.catalog import Condition
from hub.testing import Running, running
from tests.hosting.made import Nothing, plugin


class Attempts:
    """Does something else at each attempt to connect: raises what is an error, does nothing otherwise."""

    def __init__(self, *outcomes: BaseException | None) -> None:
        self._outcomes = list(outcomes)
        self.moments: list[float] = []

    def __call__(self, hub: Hub) -> None:
        self.moments.append(hub.clock.monotonic())
        hub.sensor("power").set(len(self.moments))
        outcome = self._outcomes.pop(0) if self._outcomes else None
        if outcome is not None:
            raise outcome


def loses() -> tuple[Plugin[Any, Any], Callable[[BaseException], None]]:
    """Make a plugin whose connection ends when the function is called with an error."""
    failures: list[asyncio.Future[None]] = []

    def connected(hub: Hub) -> None:
        hub.sensor("power").set(5)
        failure = asyncio.get_running_loop().create_future()
        failures.append(failure)

        async def watch() -> None:
            await failure

        hub.start(watch)

    def lose(error: BaseException) -> None:
        failures[-1].set_exception(error)

    return plugin(connected), lose


async def test_a_connected_instance_says_so() -> None:
    """The status entity is on, and says since when."""
    async with running(plugin(), clock=SimulatedClock(datetime(2026, 3, 4, tzinfo=UTC)), config=None) as hub:
        status = hub.state("binary_sensor.made_connected")

        assert status is not None
        assert status.state == "on"
        assert status.attributes == {
            "last_error": None,
            "attempts": 0,
            "since": "2026-03-04T00:00:00+00:00",
            "device_class": "connectivity",
            "friendly_name": "Made connected",
        }


@pytest.mark.parametrize("error", [PluginError("the array is full"), ConnectionRefusedError("refused"), TimeoutError()])
async def test_a_loss_is_told_and_tried_again(error: Exception) -> None:
    """Networks fail; nobody needs a traceback of it."""
    attempts = Attempts(error)
    async with running(plugin(attempts), None, SimulatedClock()) as hub:
        assert not hub.connected
        assert hub.value("sensor.made_power") == "unavailable"
        status = hub.state("binary_sensor.made_connected")
        assert status is not None
        assert status.state == "off"
        assert str(error) in status.attributes["last_error"]

        await hub.clock.advance(1)

        assert hub.connected
        assert hub.value("sensor.made_power") == "2"
        assert (hub.report.losses, hub.report.bugs, hub.report.last_error) == (1, 0, None)


async def test_waits_between_attempts_double_up_to_five_minutes() -> None:
    """Full jitter: a random part of the wait is waited (here always half)."""
    attempts = Attempts(*[OSError("down")] * 12)
    async with running(plugin(attempts), None, SimulatedClock()) as hub:
        await hub.clock.advance(hours=1)

        waits = [later - earlier for earlier, later in zip(attempts.moments, attempts.moments[1:], strict=False)]
        assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 150.0, 150.0, 150.0]
        assert hub.connected


async def test_a_connection_that_lasted_a_while_starts_the_waits_anew() -> None:
    """One that flickers does not."""
    made, lose = loses()
    async with running(made, None, SimulatedClock()) as hub:
        for _ in range(3):
            lose(OSError("flicker"))
            await hub.clock.advance(10)
            assert hub.connected
        await hub.clock.advance(60)
        lose(OSError("after a good while"))
        await settle()
        assert not hub.connected

        await hub.clock.advance(0.5)

        assert hub.connected


async def test_refused_credentials_are_not_tried_again_before_a_reload(caplog: pytest.LogCaptureFixture) -> None:
    """Accounts lock."""
    attempts = Attempts(AuthenticationFailed("the token was revoked"))
    async with running(plugin(attempts), None, SimulatedClock()) as hub:
        await hub.clock.advance(hours=100)
        assert len(attempts.moments) == 1
        assert hub.report.condition is Condition.FAILED
        assert hub.report.last_error == "the token was revoked"
        assert "gives up until the configuration is reloaded: the token was revoked" in caplog.text

        await hub.host.reload(hub.roster)
        await settle()

        assert hub.connected


async def test_a_bug_is_logged_once_with_its_traceback_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    """A hundred times the same bug is one entry in the log and a count of a hundred."""

    def divide(hub: Hub) -> None:
        hub.sensor("power")
        print(1 // 0)

    async with running(plugin(divide), None, SimulatedClock()) as hub:
        await hub.clock.advance(hours=4)

        assert hub.report.bugs > 100
        assert hub.report.last_error == "ZeroDivisionError: integer division or modulo by zero"
        tracebacks = [record for record in caplog.records if "Traceback" in record.getMessage()]
        assert len(tracebacks) == 1
        assert "print(1 // 0)" in tracebacks[0].getMessage()
        assert hub.value("sensor.made_power") == "unavailable"


async def test_what_runs_beside_a_connection_ends_it_when_it_raises() -> None:
    """Everything else of the connection is ended first, then the connection, then it is made anew."""
    ended: list[str] = []

    @asynccontextmanager
    async def connect(config: Nothing, hub: Hub) -> AsyncGenerator[None, None]:
        async def forever() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append("work")

        async def look() -> None:
            if hub.clock.monotonic() == 30:
                raise ConnectionResetError("gone")

        hub.start(forever)
        hub.every(timedelta(seconds=30), look)
        try:
            yield
        finally:
            ended.append("connection")

    async with running(plugin(connect=connect), None, SimulatedClock()) as hub:
        await hub.clock.advance(29)
        assert hub.connected

        await hub.clock.advance(1)

        assert ended == ["work", "connection"]
        assert not hub.connected


async def test_looking_is_repeated_at_its_interval_and_never_twice_at_a_time() -> None:
    """A look that takes longer than the interval is followed by the next at once."""
    began: list[float] = []

    def connected(hub: Hub) -> None:
        async def look() -> None:
            began.append(hub.clock.monotonic())
            await hub.clock.sleep(25 if len(began) == 2 else 3)

        hub.every(timedelta(seconds=10), look)

    async with running(plugin(connected), None, SimulatedClock()) as hub:
        await hub.clock.advance(60)

        assert began == [0, 10, 35, 45, 55]


async def test_connecting_has_a_time_limit() -> None:
    """A peer that accepts and says nothing does not hold an instance for ever."""
    cancelled: list[float] = []

    async def hang(hub: Hub) -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(hub.clock.monotonic())
            raise

    async with running(plugin(hang), None, SimulatedClock(), wait=False) as hub:
        await hub.clock.advance(59.9)
        assert hub.report.last_error is None

        await hub.clock.advance(0.1)

        assert hub.report.last_error == "TimeoutError: connecting took longer than 60 seconds"
        assert cancelled == [60]


@pytest.mark.parametrize(
    "broken",
    [
        lambda hub: sys.exit(3),
        lambda hub: hub.start(lambda: sys.exit(3)),
        lambda hub: hub.start(lambda: None),
        lambda hub: hub.every(timedelta(0), asyncio.Event().wait),
        lambda hub: hub.every(timedelta(seconds=1), lambda: 5),
        lambda hub: hub.sensor("connected"),
        lambda hub: hub.webhook("No Slug", hub.ask),
        lambda hub: hub.notifier("", hub.ask),
        lambda hub: hub.emit("text"),
    ],
)
async def test_a_plugin_that_misuses_the_hub_hurts_only_itself(broken: Callable[[Any], object]) -> None:
    """It is a bug of that plugin, and it is tried again."""

    def connected(hub: Hub) -> None:
        broken(hub)

    async with running(plugin(connected), None, SimulatedClock()) as hub:
        await hub.clock.advance(5)
        assert hub.report.bugs > 0
        assert hub.report.condition in (Condition.CONNECTING, Condition.CONNECTED)


async def test_a_connect_that_never_yields_or_yields_twice_is_a_bug() -> None:
    """Python says what is wrong; the hub passes it on."""

    @asynccontextmanager
    async def never(config: Nothing, hub: Hub) -> AsyncGenerator[None, None]:
        if hub.instance == "nobody":
            yield

    async with running(plugin(connect=never), None, SimulatedClock()) as hub:
        assert hub.report.last_error == "RuntimeError: generator didn't yield"
    async with running(plugin(connect=lambda config, hub: 5), None, SimulatedClock()) as hub:
        assert "TypeError" in str(hub.report.last_error)


async def test_an_action_is_refused_while_there_is_no_connection() -> None:
    """The message names the instance and says why."""

    async def act(session: Hub) -> None:
        """Act."""

    made, lose = loses()
    async with running(replace(made, actions=[act]), None, SimulatedClock()) as hub:
        await hub.call("made.act")
        lose(OSError("the cable is cut"))
        await settle()

        with pytest.raises(NotConnected, match="made is not connected: OSError: the cable is cut"):
            await hub.call("made.act")


async def test_secrets_do_not_reach_the_log_or_the_status(caplog: pytest.LogCaptureFixture) -> None:
    """Libraries like to put addresses with passwords into their errors."""
    failing: list[Exception] = [OSError("cannot reach ftp://ada:hunter2@roof/"), ValueError("hunter2 is not valid")]

    def connected(hub: Hub) -> None:
        raise failing.pop()

    async with running(plugin(connected), {"password": "hunter2"}, SimulatedClock()) as hub:
        assert hub.report.last_error == "ValueError: ********** is not valid"
        await hub.clock.advance(0.5)
        assert hub.report.last_error == "OSError: cannot reach ftp://ada:**********@roof/"
    assert "Traceback" in caplog.text
    assert "hunter2" not in caplog.text


@asynccontextmanager
async def stubborn(released: asyncio.Event, when: str) -> AsyncGenerator[Running[SystemClock], None]:
    """Run a plugin that ignores cancellation until it is released, on a clock that runs a thousand times as fast."""

    async def ignore() -> None:
        while not released.is_set():
            try:
                await released.wait()
            except asyncio.CancelledError:
                continue

    @asynccontextmanager
    async def connect(config: Nothing, hub: Hub) -> AsyncGenerator[None, None]:
        if when == "working":
            hub.start(ignore, name="stubborn")
        if when == "connecting":
            await ignore()
        try:
            yield
        finally:
            if when == "closing":
                await ignore()

    async with running(plugin(connect=connect), None, SystemClock(1000), wait=when != "connecting") as hub:
        yield hub


@pytest.mark.parametrize("when", ["working", "connecting", "closing"])
async def test_stopping_takes_a_bounded_time_whatever_a_plugin_does(when: str, caplog: pytest.LogCaptureFixture) -> None:
    """What ignores its cancellation is left behind, and named."""
    released = asyncio.Event()
    try:
        async with stubborn(released, when) as hub:
            await settle()
            began = asyncio.get_running_loop().time()
            await hub.host.stop()
            assert asyncio.get_running_loop().time() - began < 2

        assert "made is left behind: it was cancelled and does not stop" in caplog.text
        assert ("made: stubborn" in caplog.text) == (when == "working")
    finally:
        released.set()
        await settle()


async def test_a_connection_that_cannot_be_made_or_ended_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    """A second connection beside one that goes on would be worse than none."""
    released = asyncio.Event()
    try:
        async with stubborn(released, "connecting") as hub:
            await hub.until(lambda: hub.report.condition is Condition.FAILED)
            assert "does not stop" in str(hub.report.last_error)
            assert hub.report.bugs == 1
    finally:
        released.set()
        await settle()


async def test_what_was_left_behind_can_tell_nothing_more() -> None:
    """Its entities stay unavailable."""
    released, told = asyncio.Event(), asyncio.Event()

    def connected(hub: Hub) -> None:
        power = hub.sensor("power")
        power.set(1)

        async def ignore() -> None:
            while not released.is_set():
                with suppress(asyncio.CancelledError):
                    await released.wait()
            power.set(2)
            told.set()

        async def fail() -> None:
            raise OSError("lost")

        hub.start(ignore)
        hub.start(fail)

    async with running(plugin(connected), None, SystemClock(1000)) as hub:
        await hub.until(lambda: hub.report.condition is Condition.FAILED)
        assert hub.value("sensor.made_power") == "unavailable"

        released.set()
        await told.wait()

        assert hub.value("sensor.made_power") == "unavailable"


async def test_closing_is_not_disturbed_while_it_makes_progress() -> None:
    """A connection that was lost may still say good-bye properly."""
    said: list[str] = []

    @asynccontextmanager
    async def connect(config: Nothing, hub: Hub) -> AsyncGenerator[None, None]:
        async def fail() -> None:
            await hub.clock.sleep(10)
            raise OSError("lost")

        hub.start(fail)
        try:
            yield
        finally:
            await hub.clock.sleep(5)
            said.append("good-bye")

    async with running(plugin(connect=connect), None, SimulatedClock()) as hub:
        await hub.clock.advance(15)
        assert said == ["good-bye"]
        assert hub.report.last_error == "OSError: lost"
        await hub.clock.advance(1)
        assert hub.connected


async def test_a_stop_while_a_lost_connection_is_being_closed_waits_for_it() -> None:
    """Nothing is left behind, and the good-bye is said."""
    before = asyncio.all_tasks()
    said: list[str] = []

    @asynccontextmanager
    async def connect(config: Nothing, hub: Hub) -> AsyncGenerator[None, None]:
        async def fail() -> None:
            await hub.clock.sleep(10)
            raise OSError("lost")

        hub.start(fail)
        try:
            yield
        finally:
            await hub.clock.sleep(5)
            said.append("good-bye")

    async with running(plugin(connect=connect), None, SimulatedClock()) as hub:
        await hub.clock.advance(12)
        stopping = asyncio.create_task(hub.host.stop())
        await settle()
        assert not stopping.done()

        await hub.clock.advance(3)

        assert stopping.done()
        assert said == ["good-bye"]
        assert asyncio.all_tasks() - before - {stopping} == set()


async def test_a_bug_in_the_closing_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Also when it is the hub that stops."""

    @asynccontextmanager
    async def connect(config: Nothing, hub: Hub) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            raise KeyError("half closed")

    async with running(plugin(connect=connect), None, SimulatedClock()) as hub:
        pass

    assert hub.report.bugs == 1
    assert "a bug in the plugin, while closing" in caplog.text


async def test_a_connection_that_ends_by_itself_is_a_loss() -> None:
    """A plugin that swallows the end of its connection does not look connected for ever."""

    @asynccontextmanager
    async def connect(config: Nothing, hub: Hub) -> AsyncGenerator[None, None]:
        async def fail() -> None:
            raise OSError("lost")

        hub.start(fail)
        with suppress(asyncio.CancelledError):
            yield

    async with running(plugin(connect=connect), None, SimulatedClock()) as hub:
        await settle()
        assert not hub.connected
        assert hub.report.last_error == "OSError: lost"


async def test_a_thousand_losses_leave_no_task_behind() -> None:
    """Nothing grows."""
    before = len(asyncio.all_tasks())
    attempts = Attempts(*[OSError(f"number {number}") for number in range(1000)])
    async with running(plugin(attempts), None, SimulatedClock()) as hub:
        await hub.clock.advance(hours=100)
        assert hub.report.losses == 1000
        assert hub.connected
        assert len(asyncio.all_tasks()) == before + 2
    assert len(asyncio.all_tasks()) == before


async def test_losses_are_logged_when_they_change_only(caplog: pytest.LogCaptureFixture) -> None:
    """An outage over a week-end is one line, and its end another."""
    caplog.set_level(logging.INFO, "hub.instance.made")
    attempts = Attempts(OSError("a"), OSError("a"), OSError("a"), OSError("b"))
    async with running(plugin(attempts), None, SimulatedClock()) as hub:
        await hub.clock.advance(minutes=10)
        assert hub.connected

    assert [record.getMessage() for record in caplog.records if record.name == "hub.instance.made"] == [
        "not connected: OSError: a",
        "not connected: OSError: b",
        "connected again",
    ]
