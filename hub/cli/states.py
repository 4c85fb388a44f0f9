"""`hub states`."""

from fnmatch import fnmatchcase
from typing import Annotated

import typer

from hub.cli.options import HERE, AsJson, DataDir, Token, Url
from hub.cli.remote import reach
from hub.cli.telling import tell_error, tell_json, tell_table


def list_states(
    pattern: Annotated[str, typer.Argument(help="Entity ids, such as 'sensor.roof_*'.")] = "*",
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    data_dir: DataDir = HERE,
) -> None:
    """List the states of entities."""
    rows = [row for row in reach(url, token, data_dir).get("states") if fnmatchcase(row["entity_id"], pattern.lower())]
    if as_json:
        tell_json(rows)
    else:
        tell_table(
            ("entity", "state", "unit", "last changed (UTC)"),
            [
                (row["entity_id"], row["state"], row["attributes"].get("unit_of_measurement"), row["last_changed"][:19])
                for row in rows
            ],
        )
    if not rows and pattern != "*":
        tell_error(f"no entity is called {pattern}")
        raise typer.Exit(1)
