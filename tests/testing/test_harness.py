from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hub.api import Answer, Hub, PluginError, action
from hub.clock import SimulatedClock, SystemClock
from hub.config import InvalidConfiguration
from hub.errors import UnknownAction
from hub.testing import KeptMemory, Running, running
from tests.hosting.made import Happened, Nothing, plugin
from tests.hosting.tcp import hub_tcp
from tests.hosting.tcp.hub_tcp.simulator import Echo


@pytest.fixture
async def echo() -> AsyncGenerator[Echo, None]:
    echo = Echo()
    await echo.start()
    yield echo
    await echo.stop()


async def test_a_plugin_runs_against_a_real_socket(echo: Echo) -> None:
    """It connects, tells, answers, loses its peer and finds it again."""
    async with running(hub_tcp, echo.config, SimulatedClock()) as hub:
        await hub.until(lambda: hub.value("binary_sensor.tcp_up") == "on")
        assert hub.told("tcp.greeted") == [{"text": "hello", "instance": "tcp"}]
        assert await hub.call("tcp.probe", line="x") == {"answer": "x"}

        await echo.stop()
        await hub.clock.advance(30)
        await hub.until(lambda: hub.value("binary_sensor.tcp_up") == "unavailable")
        await echo.start()
        await hub.clock.advance(30)
        await hub.until(lambda: hub.value("binary_sensor.tcp_up") == "on")


async def test_what_is_remembered_survives_into_the_next_run() -> None:
    """As over a restart of the hub; each instance has its own."""

    async def connected(hub: Hub) -> None:
        seen = hub.memory.get("seen", 0) + 1
        await hub.memory.put({"seen": seen, "tuple": (1, 2)})
        hub.sensor("seen").set(seen)

    memory = KeptMemory({"seen": 5})
    async with running(plugin(connected), [{"name": "a"}, {"name": "b"}], SimulatedClock(), memory) as hub:
        assert (hub.value("sensor.made_a_seen"), hub.value("sensor.made_b_seen")) == ("6", "1")
    async with running(plugin(connected), [{"name": "a"}, {"name": "b"}], SimulatedClock(), memory) as hub:
        assert (hub.value("sensor.made_a_seen"), hub.value("sensor.made_b_seen")) == ("7", "2")
        assert hub.memory.get("tuple") == [1, 2]


async def test_a_memory_keeps_all_or_nothing() -> None:
    """What JSON cannot hold is refused, None forgets, and nobody can change what is kept from outside."""
    memory = KeptMemory({"a": [1], "ab": 2})

    with pytest.raises(TypeError):
        await memory.put({"a": 5, "b": object()})
    memory.get("a").append(2)
    await memory.put({"ab": None})

    assert memory.items("a") == {"a": [1]}
    assert memory.get("ab", "nothing") == "nothing"


async def test_waiting_in_vain_shows_what_the_hub_knows() -> None:
    """So that a failed test can be understood from its message."""
    async with running(plugin(lambda hub: hub.emit(Happened(what="it"))), None, SimulatedClock()) as hub:
        hub.publish("sensor.x", 5)
        with pytest.raises(AssertionError) as failure:
            await hub.until(lambda: hub.state("sensor.y").state == "5", timeout=0.05)  # type: ignore[union-attr]  # it is not there

    for part in (
        "after 0.05 seconds",
        "made: connected",
        "sensor.x: 5",
        "event made.happened {'what': 'it', 'instance': 'made'}",
    ):
        assert part in str(failure.value)


async def test_a_configuration_that_is_wrong_is_refused() -> None:
    """As `hub check` would."""
    with pytest.raises(InvalidConfiguration, match="unknown key `numbr`; did you mean `number`"):
        async with running(plugin(), {"numbr": 1}):
            pass


async def test_an_action_answers_or_raises() -> None:
    """Without an answer the response is empty."""

    @action(answer=Answer.OPTIONAL)
    async def double(session: Hub, number: int) -> Mapping[str, Any]:
        """Double it."""
        return {"number": 2 * number}

    async def fail(session: Hub) -> None:
        """Fail."""
        raise PluginError("not today")

    async with running(plugin(actions=[double, fail]), None, SimulatedClock()) as hub:
        assert await hub.call("made.double", number="4") == {"number": 8}
        with pytest.raises(PluginError, match="not today"):
            await hub.call("made.fail")
        with pytest.raises(UnknownAction):
            await hub.call("made.nothing")


async def test_something_else_can_run_beside_the_plugin() -> None:
    """It is there before the plugin, and goes after it."""
    story: list[str] = []

    @asynccontextmanager
    async def beside(hub: Running[Any]) -> AsyncGenerator[None, None]:
        leave = hub.bus.listen("made.happened", lambda event: story.append("heard"))
        yield
        leave()
        story.append(str(hub.report.condition))

    async with running(plugin(lambda hub: hub.emit(Happened(what="it"))), beside=beside):
        pass

    assert story == ["heard", "stopped"]


async def test_time_is_real_unless_a_clock_is_given() -> None:
    """A module, a plugin or a configuration that is a model already: all will do."""
    async with running(plugin(), Nothing(number=3)) as hub:
        assert isinstance(hub.clock, SystemClock)
        assert hub.connected
