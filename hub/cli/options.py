"""The options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[Path, typer.Option("--config", "-c", envvar="HUB_CONFIG", help="The configuration file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Url = Annotated[str | None, typer.Option("--url", envvar="HUB_URL", help="Address of the running hub.")]
Token = Annotated[str | None, typer.Option("--token", envvar="HUB_TOKEN", help="A token for it.", show_envvar=True)]
DataDir = Annotated[
    Path,
    typer.Option("--data-dir", envvar="HUB_DATA_DIR", help="Data folder of a hub on this computer, where its address is found."),
]
HERE = Path(".hub")
"""The data folder of a hub whose configuration stands in this folder."""
CONFIG = Path("config.yaml")
