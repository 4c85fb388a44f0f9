"""`hub trace`."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from hub.cli.options import HERE, AsJson, DataDir, Token, Url
from hub.cli.remote import NotDone, reach
from hub.cli.telling import tell_json, tell_table


def show_trace(
    automation: Annotated[str, typer.Argument(help="Which automation or script, such as automation.page_on_fault.")],
    run: Annotated[str | None, typer.Option("--run", metavar="ID", help="Which run; the last one if none is named.")] = None,
    list_runs: Annotated[bool, typer.Option("--list", help="List the runs instead.")] = False,
    as_json: AsJson = False,
    url: Url = None,
    token: Token = None,
    data_dir: DataDir = HERE,
) -> None:
    """Show what a run did, step by step."""
    remote = reach(url, token, data_dir)
    item = automation if "." in automation else f"automation.{automation}"
    if run is None:
        runs = remote.get("hub", "traces", item)
        if list_runs:
            _tell_runs(runs, as_json)
            return
        if not runs:
            raise NotDone(f"{item} has not run")
        run = str(runs[-1]["run_id"])
    trace = remote.get("hub", "traces", item, run)
    if as_json:
        tell_json(trace)
        return
    from hub.cli.trace_tree import tell_tree

    tell_tree(trace)


def _tell_runs(runs: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        tell_json(runs)
    else:
        columns = ("run", "started (UTC)", "state", "outcome", "last step")
        tell_table(
            columns, [(run["run_id"], _start(run), run["state"], run["script_execution"], run["last_step"]) for run in runs]
        )


def _start(run: Mapping[str, Any]) -> str:
    return str(run["timestamp"]["start"])[:19]
