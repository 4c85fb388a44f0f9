from hub.clock import SimulatedClock
from hub.testing import running
from tests.hosting.tcp import hub_tcp
from tests.hosting.tcp.hub_tcp.simulator import Echo


async def test_a_plugin_runs() -> None:
    """The example plugin connects, tells, answers, loses its peer and finds it again."""
    echo = Echo()
    await echo.start()
    clock = SimulatedClock()
    async with running(hub_tcp, echo.config, clock) as hub:
        await hub.until(lambda: hub.value("binary_sensor.tcp_up") == "on")
        assert hub.connected
        assert hub.told("tcp.greeted") == [{"text": "hello", "instance": "tcp"}]
        assert await hub.call("tcp.probe", line="x") == {"answer": "x"}

        await echo.stop()
        await hub.clock.advance(30)
        await hub.until(lambda: hub.value("binary_sensor.tcp_up") == "unavailable")
        print(hub._everything())
        await echo.start()
        await hub.clock.advance(30)
        await hub.until(lambda: hub.value("binary_sensor.tcp_up") == "on")
        print(hub._everything())
    await echo.stop()
