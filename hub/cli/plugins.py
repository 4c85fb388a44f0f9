"""`hub plugins`."""

import typer

from hub.cli.options import AsJson
from hub.cli.telling import tell_json, tell_table


def list_plugins(as_json: AsJson = False) -> None:
    """List the installed plugins, and say which of them cannot be used and why."""
    from hub.hosting.discovery import Broken, available, load

    rows = []
    for found in available():
        loaded = load(found.name)
        error = loaded.reason if isinstance(loaded, Broken) else None
        rows.append(
            {
                "name": found.name,
                "version": found.version,
                "distribution": found.distribution,
                "summary": found.summary,
                "error": error,
            }
        )
    if as_json:
        tell_json({"plugins": rows})
    elif rows:
        columns = ("name", "version", "state", "summary")
        tell_table(columns, [(row["name"], row["version"], row["error"] or "ready", row["summary"]) for row in rows])
    else:
        typer.echo("no plugins are installed; try: pip install hub-ftp")
