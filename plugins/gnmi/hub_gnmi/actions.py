"""What automations can ask of a target."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import aclosing
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from hub.api import ActionError, Answer, BadActionData, Effect, action
from hub_gnmi import wire
from hub_gnmi.failures import Denied, Refused
from hub_gnmi.paths import Path
from hub_gnmi.target import Target
from hub_gnmi.values import BadValue
from hub_gnmi.wire import Encoding, Garbled, Notification, Subscription

_MOST = 10_000


class What(StrEnum):
    """Which values a Get asks for."""

    ALL = "all"
    CONFIG = "config"
    STATE = "state"
    OPERATIONAL = "operational"


class Spelling(StrEnum):
    """How the target shall spell values."""

    JSON_IETF = "json_ietf"
    JSON = "json"
    PROTO = "proto"
    ASCII = "ascii"
    BYTES = "bytes"


Paths = Annotated[
    list[str], Field(min_length=1, max_length=100, description="Paths, such as /interfaces/interface[name=eth0]/state.")
]
Wanted = Annotated[Spelling | None, Field(description="How the target shall spell values; its best encoding when not said.")]
Limit = Annotated[int, Field(ge=1, le=_MOST, description="Most values to return.")]


@action(effect=Effect.READ, answer=Answer.ONLY)
async def get(
    target: Target,
    paths: Paths,
    type: Annotated[What, Field(description="all, config, state or operational values.")] = What.ALL,  # noqa: A002  # gNMI's own word
    encoding: Wanted = None,
    limit: Limit = 1000,
) -> dict[str, Any]:
    """Return what the target has at these paths; a branch comes as one value."""
    asked = [Path.parse(path) for path in paths]
    try:
        told = await target.rpc.get(asked, type.name, _encoding(target, encoding))
    except (Refused, Garbled) as error:
        raise Denied(f"gnmi.get: {error}") from error
    return _answer(told, limit)


@action(effect=Effect.READ, answer=Answer.ONLY)
async def subscribe_once(target: Target, paths: Paths, encoding: Wanted = None, limit: Limit = 1000) -> dict[str, Any]:
    """Return every leaf below these paths, by a subscription that ends when all have been told; fit for large trees."""
    asked = [Subscription(path=Path.parse(path)) for path in paths]
    told: list[Notification] = []
    size = 0
    try:
        async with (
            asyncio.timeout(target.config.timeout.total_seconds()),
            aclosing(target.rpc.once(asked, _encoding(target, encoding))) as notifications,
        ):
            async for notification in notifications:
                told.append(notification)
                size += sum(1 for _ in notification.changes())
                if size > limit:
                    break
    except (Refused, Garbled) as error:
        raise Denied(f"gnmi.subscribe_once: {error}") from error
    return _answer(told, limit)


@action(effect=Effect.READ, answer=Answer.ONLY)
async def capabilities(target: Target) -> dict[str, Any]:
    """Return what the target says it can do."""
    try:
        told = await target.rpc.capabilities()
    except (Refused, Garbled) as error:
        raise Denied(f"gnmi.capabilities: {error}") from error
    return {"version": told.version, "encodings": [each.name.lower() for each in told.encodings], "models": told.models}


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def set_(
    target: Target,
    confirm: Annotated[bool, Field(description="Must be true: this changes how the target works.")],
    update: Annotated[dict[str, Any] | None, Field(description="Values to merge in, by path.")] = None,
    replace: Annotated[dict[str, Any] | None, Field(description="Values to put in place of what is there, by path.")] = None,
    delete: Annotated[list[str] | None, Field(description="Paths to delete.")] = None,
    encoding: Annotated[Spelling, Field(description="json_ietf, json or ascii.")] = Spelling.JSON_IETF,
) -> dict[str, Any]:
    """Change the target's configuration: all of it or nothing. The configuration must `allow_set`."""
    if not target.config.allow_set:
        raise ActionError(f"gnmi.set: {target.config.title} may not be changed; say `allow_set: true` in its configuration")
    if not confirm:
        raise BadActionData("gnmi.set changes the target; say `confirm: true` to do so")
    if encoding not in (Spelling.JSON_IETF, Spelling.JSON, Spelling.ASCII):
        raise BadActionData("gnmi.set spells values as json_ietf, json or ascii")
    if not (update or replace or delete):
        raise BadActionData("gnmi.set needs `update`, `replace` or `delete`")
    request = wire.set_request(
        [Path.parse(path) for path in delete or ()],
        _spelt(replace, encoding),
        _spelt(update, encoding),
        Encoding[encoding.name],
        target.config.target,
    )
    try:
        at, done = await target.rpc.set(request)
    except (Refused, Garbled) as error:
        raise Denied(f"gnmi.set: {error}") from error
    return {"timestamp": at, "operations": done}


def _encoding(target: Target, asked: Spelling | None) -> Encoding:
    return target.encodings[0] if asked is None else Encoding[asked.name]


def _spelt(wanted: Mapping[str, Any] | None, encoding: Spelling) -> dict[Path, bytes]:
    """Spell values as JSON, which a text without quotes is not."""
    try:
        return {
            Path.parse(path): str(value).encode() if encoding is Spelling.ASCII else json.dumps(value, allow_nan=False).encode()
            for path, value in (wanted or {}).items()
        }
    except (TypeError, ValueError) as error:
        raise BadActionData(f"gnmi.set: {error}") from error


def _answer(told: list[Notification], limit: int) -> dict[str, Any]:
    """Return the values with their paths; one that cannot be read says why."""
    found: list[dict[str, Any]] = []
    total = 0
    for notification in told:
        for change in notification.changes():
            total += 1
            if len(found) >= limit:
                continue
            try:
                found.append({"path": str(change.path), "value": change.value, "timestamp": notification.at})
            except (BadValue, Garbled) as error:
                found.append({"path": None, "value": None, "error": str(error), "timestamp": notification.at})
    return {"updates": found, "total": total}
