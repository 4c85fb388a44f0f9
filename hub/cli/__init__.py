"""The command `hub`. It must answer `--help` at once, so everything heavy is imported inside the commands."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from hub import __version__
from hub.cli import blueprints, calling, checking, events, plugins, running, simulating, states, testing, tokens, traces
from hub.cli.root import HubRoot, Root
from hub.cli.telling import tell_error
from hub.errors import HubError


def main(arguments: Sequence[str] | None = None, root: Root | None = None) -> None:
    """Run the command that was given and exit: 0 all is well, 1 something is wrong, 2 the command is not spelt right."""
    try:
        _commands()(arguments, obj=root or HubRoot())
    except HubError as error:
        tell_error(str(error))
        sys.exit(1)


def _commands() -> typer.Typer:
    hub = typer.Typer(
        name="hub",
        help="Home Assistant for IT operations.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    hub.callback()(_options)
    hub.command("run")(running.run)
    hub.command("check")(checking.check)
    hub.command("test")(testing.test)
    hub.command("simulate")(simulating.simulate)
    hub.command("template")(testing.template)
    hub.command("demo")(running.demo)
    hub.command("plugins")(plugins.list_plugins)
    hub.command("states")(states.list_states)
    hub.command("call")(calling.call)
    hub.command("events")(events.follow)
    hub.command("trace")(traces.show_trace)
    hub.add_typer(blueprints.commands(), name="blueprint")
    hub.add_typer(tokens.commands(), name="token")
    return hub


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"hub {__version__}")
        raise typer.Exit


def _options(
    _version: Annotated[bool, typer.Option("--version", is_eager=True, callback=_show_version)] = False,
) -> None:
    """Run a hub, look into a running one, and give it orders."""
