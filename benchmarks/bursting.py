"""A whole hub with one action more, `benchgen.burst`, which sets many states: `python -m benchmarks.bursting CONFIG`."""

import asyncio
import signal
import sys
from pathlib import Path

from hub.app import new_loop
from hub.app.hub import running
from hub.model.action import Action, ActionCall
from hub.model.names import EntityId


async def serve(config: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    count = 0
    async with running(config) as hub:

        async def burst(call: ActionCall) -> None:
            nonlocal count
            for done in range(call.data["n"]):
                count += 1
                entity_id = EntityId(f"sensor.s{count % 1000}")
                hub.states.set(entity_id, str(count), {"unit": "W", "friendly_name": "x"})
                if done % 100 == 99:
                    await asyncio.sleep(0)

        hub.actions.offer(Action(domain="benchgen", name="burst", handler=burst))
        await stop.wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(serve(Path(sys.argv[1])))
