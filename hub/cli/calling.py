"""`hub call`."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from hub.cli.options import HERE, AsJson, DataDir, Token, Url
from hub.cli.remote import Remote, reach
from hub.cli.telling import tell_json, tell_table


def call(
    action: Annotated[str, typer.Argument(help="Which action, such as ftp.sync.")],
    values: Annotated[list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="Its data; values are YAML.")] = None,
    wants_response: Annotated[bool, typer.Option("--response", "-r", help="Ask for the data that the action returns.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    data_dir: DataDir = HERE,
) -> None:
    """Call an action of the running hub and show what changed."""
    domain, dot, name = action.partition(".")
    if not (domain and dot and name):
        raise typer.BadParameter(f"{action!r} is no action: expected DOMAIN.ACTION, such as ftp.sync")
    data = _data(values or ())
    remote = reach(url, token, data_dir)
    wants_response = wants_response or _only_returns_data(remote, domain, name)
    answer = remote.post("services", domain, name, body=data, query="?return_response" if wants_response else "")
    if as_json:
        tell_json(answer)
        return
    changed = answer["changed_states"] if wants_response else answer
    tell_table(("entity", "state"), [(row["entity_id"], row["state"]) for row in changed])
    if wants_response:
        _tell_response(answer["service_response"])


def _data(values: Sequence[str]) -> dict[str, Any]:
    import yaml

    data = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not (key and equals):
            raise typer.BadParameter(f"{value!r} is no data: expected KEY=VALUE")
        try:
            data[key] = yaml.safe_load(text)
        except yaml.YAMLError:
            raise typer.BadParameter(f"{text!r} is no YAML") from None
    return data


def _only_returns_data(remote: Remote, domain: str, name: str) -> bool:
    actions = {row["domain"]: row["services"] for row in remote.get("services")}
    response = actions.get(domain, {}).get(name, {}).get("response")
    return response is not None and not response["optional"]


def _tell_response(response: object) -> None:
    import yaml

    typer.echo(yaml.safe_dump(response, allow_unicode=True, sort_keys=False).rstrip())
