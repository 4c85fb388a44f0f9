"""kill -9 between telling, keeping and acknowledging."""

import asyncio
import json
import sys
from pathlib import Path

import hub_rabbitmq
import pytest
from hub_rabbitmq.simulator import Simulator

from hub.testing import KeptMemory, running
from plugins.rabbitmq.tests.messages import orders

_VICTIM = """
import asyncio, json, os, pathlib, signal, sys
import hub_rabbitmq
from hub.testing import KeptMemory, running

config, file, moment = json.loads(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]

class Deadly(KeptMemory):
    async def put(self, changes):
        if moment == "kept":
            await super().put(changes)
            file.write_text(json.dumps(self.items()))
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with running(hub_rabbitmq, config, memory=Deadly()) as hub:
        await asyncio.sleep(30)

asyncio.run(main())
"""


@pytest.mark.parametrize("moment", ["told", "kept"])
async def test_a_crash_loses_nothing_and_counts_nothing_twice(broker: Simulator, tmp_path: Path, moment: str) -> None:
    """Before what came is kept, it is told once more; after that, it is only recognised."""
    file = tmp_path / "memory.json"
    async with running(hub_rabbitmq, orders(broker)):
        pass  # the queue is there
    for message_id in ("a", "b"):
        broker.put("orders", b"{}", message_id=message_id)
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _VICTIM, json.dumps(orders(broker)), str(file), moment, stderr=asyncio.subprocess.DEVNULL
    )
    assert await victim.wait() == -9
    memory = KeptMemory(json.loads(file.read_text()) if file.exists() else {})
    kept = memory.get("orders:seen:0", [])
    assert bool(kept) is (moment == "kept")

    async with running(hub_rabbitmq, orders(broker), memory=memory) as hub:
        await hub.until(lambda: hub.value("sensor.rabbitmq_orders_messages") == "2" and broker.queue("orders").length == 0)
        await hub.until(lambda: hub.value("sensor.rabbitmq_orders_duplicates") == str(len(kept)))

        assert [told["message_id"] for told in hub.told("rabbitmq.message")] == [each for each in ("a", "b") if each not in kept]
