"""`hub run` and `hub demo`."""

from datetime import timedelta
from typing import Annotated

import typer

from hub.cli.durations import parse_duration
from hub.cli.options import CONFIG, AsJson, ConfigFile
from hub.cli.root import Root


def run(context: typer.Context, config: ConfigFile = CONFIG) -> None:
    """Run the hub until it is stopped (Ctrl-C or SIGTERM)."""
    root: Root = context.obj
    root.run(config)


def demo(
    context: typer.Context,
    lasting: Annotated[
        timedelta | None, typer.Option("--for", parser=parse_duration, metavar="DURATION", help="End by itself, after 60s or 5m.")
    ] = None,
    speed: Annotated[float, typer.Option(min=0.1, max=10_000, help="How much faster time passes.")] = 1.0,
    as_json: AsJson = False,
) -> None:
    """Run a hub with every plugin on simulated systems, to see what it does."""
    root: Root = context.obj
    root.demo(lasting, speed, as_json)
