"""`hub demo`: a hub with every installed plugin on a simulated system, and a story that plays on it."""

import asyncio
import json
import signal
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Final

import typer

from hub.app import new_loop
from hub.app.logs import log_to_terminal
from hub.demo.stage import Demonstration, on_stage

FOLDER: Final = Path(".hub") / "demo"
"""Where the demonstration keeps its configuration, its database and its lake; it goes on from there the next time."""


def run(*, lasting: timedelta | None, speed: float, as_json: bool) -> None:
    """Run the demonstration for so long, or until it is told to stop; tell what happened."""
    log_to_terminal()
    with asyncio.Runner(loop_factory=new_loop) as runner:
        counted = runner.run(_run(lasting, speed, quiet=as_json))
    if as_json:
        typer.echo(json.dumps(counted))


async def _run(lasting: timedelta | None, speed: float, *, quiet: bool) -> dict[str, int]:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with on_stage(FOLDER, speed) as demonstration:
        if not quiet:
            _tell(demonstration)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if lasting is None else lasting.total_seconds()):
                await stop.wait()
        counted = demonstration.counted()
    if not quiet:
        typer.echo("\nWhat happened: " + ", ".join(f"{name} {number}" for name, number in counted.items()))
    return counted


def _tell(demonstration: Demonstration) -> None:
    typer.echo("\nThe demonstration runs. Where to look:")
    for title, url in demonstration.pages.items():
        typer.echo(f"  {title:<14} {url}")
    typer.echo(f"  {'Token':<14} {demonstration.token}")
    typer.echo(f"  {'Configuration':<14} {demonstration.path}")
    typer.echo("\nIn another terminal: hub states 'sensor.*power' · hub events · hub trace automation.hourly_summary")
    typer.echo("Stop with Ctrl-C.\n")
