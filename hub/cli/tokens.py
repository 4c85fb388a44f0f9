"""`hub token`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from hub.cli.options import HERE, AsJson, DataDir, Token, Url
from hub.cli.remote import reach
from hub.cli.telling import tell_json, tell_table
from hub.web.identity import Role

Name = Annotated[str, typer.Argument(help="What the token is called.")]


def commands() -> typer.Typer:
    """Return the commands."""
    group = typer.Typer(help="Make, list and end the tokens with which programs reach the hub.", no_args_is_help=True)
    group.command("create")(create)
    group.command("list")(list_tokens)
    group.command("revoke")(revoke)
    return group


def create(
    name: Name,
    role: Annotated[Role, typer.Option(help="What it is good for.")] = Role.ADMIN,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    data_dir: DataDir = HERE,
) -> None:
    """Make a token; it is shown this once."""
    made = reach(url, token, data_dir).post("hub", "tokens", body={"name": name, "role": role.value})
    if as_json:
        tell_json(made)
    else:
        typer.echo(made["token"])


def list_tokens(as_json: AsJson = False, url: Url = None, token: Token = None, data_dir: DataDir = HERE) -> None:
    """List the tokens that are valid."""
    rows = reach(url, token, data_dir).get("hub", "tokens")
    if as_json:
        tell_json(rows)
    else:
        columns = ("name", "role", "created (UTC)", "last used (UTC)")
        tell_table(columns, [(row["name"], row["role"], _day(row["created"]), _day(row["used"])) for row in rows])


def revoke(name: Name, as_json: AsJson = False, url: Url = None, token: Token = None, data_dir: DataDir = HERE) -> None:
    """End a token, and every connection that it opened."""
    reach(url, token, data_dir).delete("hub", "tokens", name)
    if as_json:
        tell_json({"revoked": name})
    else:
        typer.echo(f"{name} is no longer valid")


def _day(moment: float | None) -> str:
    return "" if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M")
