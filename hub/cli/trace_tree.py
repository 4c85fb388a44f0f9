"""A run as a tree; imported when one is shown, because rich takes its time to import."""

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

_LONGEST: Final = 120  # characters of what a step says
_WIDE: Final = 1000  # columns, where no terminal says how many there are


def tell_tree(trace: Mapping[str, Any]) -> None:
    """Print the run, step by step."""
    width = None if sys.stdout.isatty() else _WIDE
    Console(width=width, highlight=False).print(_tree(trace))


def _tree(trace: Mapping[str, Any]) -> Tree:
    outcome = trace.get("script_execution") or trace["state"]
    root = Tree(Text(f"{trace['domain']}.{trace['item_id']} run {trace['run_id']}: {outcome}", style="bold"))
    nodes = {"": root}
    for entry in _entries(trace):
        node = _node(entry["path"], nodes, trace["trace"])
        label = _label(entry, trace["timestamp"]["start"])
        if node.label:
            nodes[entry["path"]] = nodes[_above(entry["path"], trace["trace"])].add(label)  # once more, as in a loop
        else:
            node.label = label
    if trace.get("error"):
        root.add(Text(str(trace["error"]), style="red"))
    return root


def _entries(trace: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return all steps in the order in which they were done."""
    yield from sorted(
        (entry for entries in trace["trace"].values() for entry in entries), key=lambda entry: str(entry["timestamp"])
    )


def _node(path: str, nodes: dict[str, Tree], paths: Mapping[str, object]) -> Tree:
    """Return the node of the path; if there is none, make it, with an empty label, under that of the step it is part of."""
    if path not in nodes:
        nodes[path] = _node(_above(path, paths), nodes, paths).add("")
    return nodes[path]


def _above(path: str, paths: Mapping[str, object]) -> str:
    """Return the path of the step that this one is a part of; empty when it is none."""
    above = path.rpartition("/")[0]
    while above and above not in paths:
        above = above.rpartition("/")[0]
    return above


def _label(entry: Mapping[str, Any], began: str) -> Text:
    passed = datetime.fromisoformat(str(entry["timestamp"])) - datetime.fromisoformat(began)
    error = f"  {entry['error']}" if entry.get("error") else ""
    child = entry.get("child_id")
    run = f"  → {child['domain']}.{child['item_id']} run {child['run_id']}" if child else ""
    path = (entry["path"], "cyan")
    return Text.assemble(path, f"  +{passed.total_seconds():.3f}s  ", _said(entry), (run, "magenta"), (error, "red"))


def _said(entry: Mapping[str, Any]) -> str:
    """Say in a line what came of a step."""
    if entry.get("result") is not None:
        return _brief(entry["result"])
    changed = entry.get("changed_variables") or {}
    trigger = changed.get("trigger")
    if isinstance(trigger, Mapping):
        return str(trigger.get("description") or trigger.get("platform") or trigger.get("id") or "")
    return _brief(changed)


def _brief(value: object) -> str:
    told = ", ".join(f"{name}={_word(item)}" for name, item in value.items()) if isinstance(value, Mapping) else _word(value)
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"


def _word(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return "{" + ", ".join(f"{name}: {_word(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_word, value)) + "]"
        case _:
            return str(value)
