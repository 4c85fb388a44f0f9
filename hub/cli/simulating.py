"""`hub simulate`: what the automations would have done."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.options import CONFIG, AsJson, ConfigFile
from hub.cli.telling import tell_json, without_log


def simulate(
    since: Annotated[str, typer.Option("--from", help="From when on, such as 2026-11-20 or 2026-11-20T08:00.")],
    until: Annotated[str | None, typer.Option("--to", help="Until when; now when not given.")] = None,
    config: ConfigFile = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Play recorded history against the automations as they are written now, and compare with what was done."""
    import asyncio

    with without_log():
        compared = asyncio.run(_simulate(config, since, until))
    if as_json:
        tell_json({"calls": [{**call, "time": call["time"].isoformat()} for call in compared]})
        return
    for call in compared:
        mark = "=" if call["would"] and call["was"] else "+" if call["would"] else "-"
        colour = {"=": None, "+": "green", "-": "red"}[mark]
        typer.secho(f"{mark} {call['time']:%Y-%m-%d %H:%M:%S} {call['action']} {call['data']}", fg=colour)
    new = sum(call["would"] and not call["was"] for call in compared)
    gone = sum(call["was"] and not call["would"] for call in compared)
    typer.echo(f"{len(compared) - new - gone} calls as they were (=), {new} new (+), {gone} no more (-)")


async def _simulate(config: Path, since: str, until: str | None) -> list[dict[str, Any]]:
    import msgspec

    from hub.automation.scenarios.replay import replay
    from hub.check import check
    from hub.errors import ConfigError
    from hub.store import open_archive

    checked = check(config)
    settings = checked.configuration.settings
    try:
        start, end = (_moment(text, settings.time_zone) for text in (since, until or datetime.now(UTC).isoformat()))
    except ValueError as error:
        raise ConfigError(f"{error}; expected such as 2026-11-20T08:00") from error
    archive = open_archive(settings.store.url)
    try:
        history = archive.history(archive.entities(), start, end, minimal=False)
        events = archive.events(None, start, end, 1_000_000)
    finally:
        archive.close()
    told = {str(entity_id): states for entity_id, states in history.items()}
    compared = await replay(checked.automations, checked.scripts, told, events, start, end, settings.time_zone.key)
    zone = settings.time_zone
    return [{**msgspec.structs.asdict(call), "time": datetime.fromtimestamp(call.time, zone)} for call in compared]


def _moment(text: str, zone: Any) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).timestamp()
