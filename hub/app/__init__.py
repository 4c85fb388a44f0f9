"""The composition root: the only place that builds and joins things."""

import asyncio
import signal
from pathlib import Path

from hub.app.hub import running
from hub.app.logs import log_to_terminal


def run(path: Path) -> None:
    """Run the hub until it is told to stop. Raises ConfigError."""
    log_to_terminal()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serve(path))


def new_loop() -> asyncio.AbstractEventLoop:
    """Make the loop on which the hub runs: uvloop's where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _serve(path: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(path):
        await stop.wait()
