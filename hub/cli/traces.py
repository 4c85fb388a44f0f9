"""`hub trace`."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from hub.cli.options import HERE, AsJson, DataDir, Token, Url
from hub.cli.remote import NotDone, reach
from hub.cli.telling import tell_json, tell_table

_LONGEST = 100  # characters of a result


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
    else:
        _tell_tree(trace)


def _tell_runs(runs: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        tell_json(runs)
    else:
        columns = ("run", "started (UTC)", "state", "outcome", "last step")
        tell_table(
            columns, [(run["run_id"], _start(run), run["state"], run["script_execution"], run["last_step"]) for run in runs]
        )


def _tell_tree(trace: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text
    from rich.tree import Tree

    began = _start(trace)
    root = Tree(Text(f"{trace['domain']}.{trace['item_id']} run {trace['run_id']}: {_outcome(trace)}", style="bold"))
    nodes: dict[str, Tree] = {"": root}
    for entry in _entries(trace):
        parent = _parent(entry["path"], nodes)
        name = entry["path"].removeprefix(f"{parent}/") if parent else entry["path"]
        label = Text.assemble((name, "cyan"), f"  {_since(began, entry)}  ", _said(entry), (_wrong(entry), "red"))
        nodes[entry["path"]] = nodes[parent].add(label)
    if trace.get("error"):
        root.add(Text(str(trace["error"]), style="red"))
    Console(soft_wrap=True).print(root)


def _entries(trace: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return all steps in the order in which they were done."""
    steps = [entry for entries in trace["trace"].values() for entry in entries]
    yield from sorted(steps, key=lambda entry: str(entry["timestamp"]))


def _parent(path: str, nodes: Mapping[str, object]) -> str:
    """Return the longest path above this one that has been seen."""
    above = path.rpartition("/")[0]
    while above and above not in nodes:
        above = above.rpartition("/")[0]
    return above


def _start(run: Mapping[str, Any]) -> str:
    return str(run["timestamp"]["start"])


def _outcome(trace: Mapping[str, Any]) -> str:
    return str(trace.get("script_execution") or trace["state"])


def _since(began: str, entry: Mapping[str, Any]) -> str:
    passed = datetime.fromisoformat(str(entry["timestamp"])) - datetime.fromisoformat(began)
    return f"+{passed.total_seconds():.3f}s"


def _said(entry: Mapping[str, Any]) -> str:
    told = {name: entry[name] for name in ("result", "changed_variables") if entry.get(name) is not None}
    if not told:
        return ""
    text = json.dumps(told["result"] if "result" in told else told["changed_variables"], ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _wrong(entry: Mapping[str, Any]) -> str:
    return f" {entry['error']}" if entry.get("error") else ""
