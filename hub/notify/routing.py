"""Which targets are told of a notice, and when."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from hub.model.notice import Notice, Severity
from hub.notify.groups import Group, Quiet
from hub.notify.message import Extras


class Stop(msgspec.Struct, frozen=True):
    """One target on the route of a notice."""

    target: str
    notice: Notice
    not_before: float = 0.0


def route(name: str, notice: Notice, groups: Mapping[str, Group], now: dt.datetime) -> list[Stop]:
    """Say which targets are told of the notice; `now` is in the hub's time zone, each target comes once, as early as possible."""
    stops: dict[str, Stop] = {}
    for stop in _follow(Stop(name, notice), groups, now, frozenset()):
        known = stops.get(stop.target)
        if known is None or stop.not_before < known.not_before:
            stops[stop.target] = stop
    return list(stops.values())


def _follow(here: Stop, groups: Mapping[str, Group], now: dt.datetime, above: frozenset[str]) -> Iterator[Stop]:
    """Walk through groups of groups; a name inside the group of that name is the target."""
    group = None if here.target in above else groups.get(here.target)
    if group is None:
        yield here
        return
    severity = here.notice.severity
    for member in group.targets:
        if severity.rank >= member.min_severity.rank:
            told = here.notice if member.data is None else replace(here.notice, **_changes(member.data))
            wait = max(here.not_before, _hold(member.quiet, severity, now))
            yield from _follow(Stop(member.target, told, wait), groups, now, above | {here.target})


def _changes(data: Extras) -> dict[str, Any]:
    return {name: value for name, value in data.changes().items() if name != "key"}


def _hold(quiet: Quiet | None, severity: Severity, now: dt.datetime) -> float:
    if quiet is None or severity.rank >= quiet.min_severity.rank:
        return 0.0
    end = quiet.ends(now)
    return 0.0 if end is None else end.timestamp()
