"""`hub blueprint`: look at blueprints that people share, and keep them."""

from pathlib import Path
from typing import Annotated

import typer

from hub.cli.options import AsJson
from hub.cli.telling import tell_json


def commands() -> typer.Typer:
    """Make the group of commands."""
    group = typer.Typer(help="Look at blueprints that people share, and keep them.", no_args_is_help=True)
    group.command("import")(import_)
    return group


def import_(
    url: Annotated[str, typer.Argument(help="A topic of Home Assistant's forum, a file or gist on GitHub, or any file.")],
    folder: Annotated[Path, typer.Option(help="The folder of blueprints beside the configuration.")] = Path("blueprints"),
    yes: Annotated[bool, typer.Option("--yes", help="Save without asking.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace a file that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch a blueprint, show what it is and does, and save it if that is wanted."""
    import asyncio

    from hub.automation.importing import import_blueprint
    from hub.errors import ConfigError

    found = asyncio.run(import_blueprint(url))
    model = found.blueprint.model
    file = folder / model.domain / found.file
    shown = {
        "name": model.name,
        "domain": model.domain,
        "inputs": sorted(model.inputs()),
        "calls": sorted(found.blueprint.calls()),
        "file": str(file),
    }
    if as_json:
        tell_json(shown)
    else:
        for title, value in shown.items():
            typer.echo(f"{title + ':':<9}{', '.join(value) if isinstance(value, list) else value}")
    if not yes and (as_json or not typer.confirm("Save it?")):
        return
    if file.exists() and not replace:
        raise ConfigError(f"{file} is there already; to replace it, say --replace")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(found.text)
