"""What runs did."""

import msgspec

from hub.web.command import Command, CommandFailed, Talk, not_offered
from hub.web.identity import Role
from hub.web.sources import Traces


class WhichItem(msgspec.Struct):
    """An automation or script; without `item_id`, all of the domain; without both, all."""

    domain: str | None = None
    item_id: str | None = None


class WhichRun(msgspec.Struct):
    """One run."""

    domain: str
    item_id: str
    run_id: str


async def list_runs(talk: Talk, asked: WhichItem) -> object:
    """Return the summaries of runs, newest last."""
    item = f"{asked.domain}.{asked.item_id}" if asked.domain and asked.item_id else None
    rows = await _traces(talk).runs(item)
    return [row for row in rows if item is not None or asked.domain in (None, row.get("domain"))]


async def show_run(talk: Talk, asked: WhichRun) -> object:
    """Return one run, step by step."""
    trace = await _traces(talk).trace(f"{asked.domain}.{asked.item_id}", asked.run_id)
    if trace is None:
        raise CommandFailed("not_found", "The trace could not be found")
    return trace


def _traces(talk: Talk) -> Traces:
    if talk.sources.traces is None:
        raise not_offered("traces")
    return talk.sources.traces


COMMANDS = (
    Command("trace/list", Role.OPERATOR, WhichItem, list_runs, waits=True),
    Command("trace/get", Role.OPERATOR, WhichRun, show_run, waits=True),
)
