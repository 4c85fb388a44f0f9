"""The groups that run inside one process: core, auto, latency, setup, timers, suspend, recorder."""

import asyncio
import gc
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from benchmarks import work
from benchmarks.figures import Figures, Stopwatch, percentile, resident_kb
from benchmarks.house import House, rest
from hub.bus import Bus
from hub.clock import SystemClock
from hub.model.context import Context
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State, StateChange
from hub.states import StateMachine
from hub.store import Store

_TURN: Final = 1000  # how much is done before the loop gets a turn, where nothing waits


class Measuring:
    """Measures groups; a quick one does a fifth of the work."""

    def __init__(self, quick: bool) -> None:
        self._figures, self._quick = Figures(), quick

    async def measure(self, group: str) -> Figures:
        """Return the figures of a group."""
        groups: dict[str, Callable[[], Awaitable[None]]] = {
            "core": self.core,
            "auto": self.auto,
            "latency": self.latency,
            "setup": self.setup,
            "timers": self.timers,
            "suspend": self.suspend,
            "recorder": self.recorder,
        }
        await groups[group]()
        return self._figures

    async def core(self) -> None:
        house = House()
        await self._events(house)
        await self._states(house)
        self._templates(house)
        count = self._many(50_000)
        with Stopwatch() as watch:
            for number in range(count):
                await house.actions.call("test.act", {"v": number})
        assert house.calls == count
        self._figures.rate("action_call_per_s", count, watch.wall, watch.cpu)

    async def auto(self) -> None:
        for automations, kind, runs in (
            (1, "state", 30_000),
            (1000, "state", 30_000),
            (1000, "cond", 30_000),
            (1000, "seq10", 5000),
        ):
            house = House()
            house.load(work.automations(automations, kind))
            on, off = ("60", "0") if kind == "cond" else ("on", "off")
            ids = house.set_all(automations, off)
            await rest()
            count = self._many(runs)
            with Stopwatch() as watch:
                for number in range(count):
                    entity_id = ids[number % automations]
                    house.states.set(entity_id, on)
                    house.states.set(entity_id, off)
                    if number % 50 == 49:
                        await rest()
                await rest()
            assert house.calls == count * (9 if kind == "seq10" else 1), house.calls
            assert house.traces_kept() >= min(count, automations)
            self._figures.rate(f"auto_{automations}_{kind}_per_s", count, watch.wall, watch.cpu)
            await house.close()

    async def latency(self) -> None:
        for kind in ("state", "cond"):
            house = House()
            house.load(work.automations(1000, kind))
            on, off = ("60", "0") if kind == "cond" else ("on", "off")
            ids = house.set_all(1000, off)
            await rest(3)
            taken = []
            for number in range(self._many(5000)):
                entity_id, calls = ids[number % 1000], house.calls
                began = time.perf_counter()
                house.states.set(entity_id, on)
                while house.calls == calls:
                    await asyncio.sleep(0)
                taken.append(time.perf_counter() - began)
                house.states.set(entity_id, off)
                await rest(3)
            self._figures[f"latency_{kind}_p50_us"] = percentile(taken, 0.5) * 1e6
            self._figures[f"latency_{kind}_p99_us"] = percentile(taken, 0.99) * 1e6
            await house.close()

    async def setup(self) -> None:
        for count in (1000,) if self._quick else (1000, 5000):
            gc.collect()
            before = resident_kb()
            house = House()
            watch = house.load(work.automations(count, "mixed"))
            await rest()
            gc.collect()
            self._figures.seconds(f"setup_{count}_s", watch.wall, watch.cpu)
            if count == 1000:
                self._figures["mem_per_automation_kb"] = (resident_kb() - before) / count
            await house.close()

    async def timers(self) -> None:
        count = self._many(10_000)
        house = House()
        house.load([work.waiting_automation("for", count)])
        ids = house.set_all(count, "off")
        await rest()
        gc.collect()
        before = resident_kb()
        with Stopwatch() as watch:
            await self._set_each(house, ids, "on", 500)
        self._figures.rate("for_arm_per_s", count, watch.wall, watch.cpu)
        gc.collect()
        self._figures["for_pending_kb_each"] = (resident_kb() - before) / count
        with Stopwatch() as watch:
            await self._set_each(house, ids, "off", 500)
        self._figures.rate("for_cancel_per_s", count, watch.wall, watch.cpu)
        assert house.calls == 0
        await house.close()
        await self._due_together(count)

    async def suspend(self) -> None:
        count = self._many(5000)
        automation = work.waiting_automation("state", count)
        automation["action"] = [{"delay": {"hours": 1}}, *automation["action"]]
        house = House()
        house.load([automation])
        ids = house.set_all(count, "off")
        await rest()
        gc.collect()
        before = resident_kb()
        with Stopwatch() as watch:
            await self._set_each(house, ids, "on", 100)
        gc.collect()
        automation_state = house.states.get("automation.a0")
        assert automation_state is not None
        assert automation_state.attributes["current"] == count
        self._figures.rate("delay_suspend_per_s", count, watch.wall, watch.cpu)
        self._figures["suspended_run_kb_each"] = (resident_kb() - before) / count
        await house.actions.call("automation.turn_off", {"entity_id": "automation.a0"})
        await house.close()

    async def recorder(self) -> None:
        clock = SystemClock()
        bus = Bus(clock)
        states = StateMachine(bus, clock)
        ids = [EntityId(f"sensor.w{number}") for number in range(1000)]
        count = self._many(20_000)
        with tempfile.TemporaryDirectory() as folder:
            async with Store.open(f"sqlite:///{Path(folder) / 'hub.db'}", clock=clock) as store:
                recorder = store.recorder()
                recorder.attach(bus)
                with Stopwatch() as watch:
                    for number in range(count):
                        states.set(ids[number % 1000], str(number), work.attributes(number % 1000))
                        if number % _TURN == _TURN - 1:
                            await rest()
                    assert await recorder.flush()
                self._figures.rate("store_states_per_s", count, watch.wall, watch.cpu)
                with Stopwatch() as watch:
                    for number in range(count):
                        bus.fire("bench", {"x": number})
                        if number % _TURN == _TURN - 1:
                            await rest()
                    assert await recorder.flush()
                self._figures.rate("store_events_per_s", count, watch.wall, watch.cpu)
                assert store.status().written == 2 * count

    # ---------------------------------------------------------------------------------------------------------------- parts

    async def _events(self, house: House) -> None:
        heard = 0

        def listener(event: Event) -> None:
            nonlocal heard
            heard += 1

        count = self._many(300_000)
        house.bus.listen("bench", listener)
        with Stopwatch() as watch:
            for number in range(count):
                house.bus.fire("bench", {"x": number})
                if number % _TURN == _TURN - 1:
                    await rest()
        assert heard == count
        # Every listener runs at once here, so both of the contract's figures are the same.
        self._figures.rate("event_fire_per_s", count, watch.wall, watch.cpu)
        self._figures.rate("event_fire_sync_per_s", count, watch.wall, watch.cpu)

    async def _states(self, house: House) -> None:
        heard = 0

        def watcher(change: StateChange) -> None:
            nonlocal heard
            heard += 1

        count = self._many(200_000)
        raw = EntityId("sensor.raw")
        with Stopwatch() as watch:
            for number in range(count):
                house.states.set(raw, str(number), {"unit": "W"})
            await rest()
        self._figures.rate("state_set_per_s", count, watch.wall, watch.cpu)
        ids = [EntityId(f"sensor.w{number}") for number in range(1000)]
        for entity_id in ids:
            house.bus.watch(entity_id, watcher)
        with Stopwatch() as watch:
            for number in range(count):
                house.states.set(ids[number % 1000], str(number), {"unit": "W"})
                if number % _TURN == _TURN - 1:
                    await rest()
        assert heard == count
        self._figures.rate("state_set_1000watchers_per_s", count, watch.wall, watch.cpu)

    def _templates(self, house: House) -> None:
        entity_id = EntityId("sensor.p")
        house.states.set(entity_id, "12.5")
        now = house.clock.time()
        trigger = {"to_state": State(entity_id, "60", {}, now, now, now, Context.new()), "entity_id": entity_id}
        sources = (
            ("template_if", work.IF_TEMPLATE, "high 12.5"),
            ("template_expr", work.EXPRESSION_TEMPLATE, True),
            ("template_path", work.PATH_TEMPLATE, 60),
        )
        variables: dict[str, Any] = {"trigger": trigger}
        count = self._many(200_000)
        for name, source, expected in sources:
            template = house.templates.compile(source)
            assert template.render(variables) == expected, name
            with Stopwatch() as watch:
                for _ in range(count):
                    template.render(variables)
            self._figures.rate(f"{name}_per_s", count, watch.wall, watch.cpu)

    async def _set_each(self, house: House, ids: list[EntityId], state: str, turn: int) -> None:
        for number, entity_id in enumerate(ids):
            house.states.set(entity_id, state)
            if number % turn == turn - 1:
                await rest()
        await rest()

    async def _due_together(self, count: int) -> None:
        house = House()
        house.load([work.waiting_automation("for2s", count)])
        ids = house.set_all(count, "off")
        await rest()
        for entity_id in ids:
            house.states.set(entity_id, "on")
        began, computed = time.perf_counter(), time.process_time()
        while house.calls < count and time.perf_counter() - began < 120:
            await asyncio.sleep(0.05)
        late = max(1e-3, time.perf_counter() - began - 2)
        assert house.calls == count, house.calls
        self._figures.rate("for_due_runs_per_s", count, late, time.process_time() - computed)
        await house.close()

    def _many(self, count: int) -> int:
        return max(100, count // 5 if self._quick else count)
