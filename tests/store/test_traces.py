"""The last runs of automations are kept."""

from hub.clock import SimulatedClock
from hub.store import Store
from tests.store.building import building


async def test_the_last_traces_come_back_newest_first(url: str) -> None:
    """Each automation has its own five, over restarts."""
    async with building(url) as house:
        for number in range(4):
            house.store.save_trace("automation.a", f"run{number}", float(number), {"steps": [number]})
        house.store.save_trace("automation.b", "other", 0.0, {"result": "done"})

    async with building(url) as house:
        for number in range(4, 8):
            house.store.save_trace("automation.a", f"run{number}", float(number), {"steps": [number]})
            await house.store.flush()

        traces = await house.store.traces("automation.a")
        latest = await house.store.traces("automation.a", limit=1)
        others = await house.store.traces("automation.b")

    assert [trace.run_id for trace in traces] == ["run7", "run6", "run5", "run4", "run3"]
    assert [(trace.time, trace.body) for trace in latest] == [(7.0, {"steps": [7]})]
    assert [trace.run_id for trace in others] == ["other"]


async def test_ten_thousand_traces_leave_the_last(url: str) -> None:
    """Those that are outdated before they are written never are."""
    async with Store.open(url, clock=SimulatedClock(), traces_kept=2) as store:
        for number in range(10_000):
            store.save_trace("automation.a", str(number), 0.0, {"number": number})

        assert [trace.run_id for trace in await store.traces("automation.a")] == ["9999", "9998"]
