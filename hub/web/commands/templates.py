"""Rendering templates."""

from typing import Any

import msgspec

from hub.web.command import Command, Subscribed, Talk, not_offered
from hub.web.encoding import encode
from hub.web.identity import Role
from hub.web.sources import WatchedTemplate


class WhichTemplate(msgspec.Struct):
    """A template and its variables."""

    template: str
    variables: dict[str, Any] = {}


def render(talk: Talk, asked: WhichTemplate) -> Subscribed:
    """Send the result now and whenever it becomes another."""
    watch = talk.sources.watch_template
    if watch is not None:
        watched = watch(asked.template, asked.variables, lambda result: talk.line.send(talk.event(_body(result))))
    elif talk.sources.render is not None:
        watched = WatchedTemplate(result=talk.sources.render(asked.template, asked.variables), cancel=lambda: None)
    else:
        raise not_offered("templates")
    return Subscribed(watched.cancel, talk.event(_body(watched)))


def _body(watched: WatchedTemplate) -> bytes:
    reads = {"entities": watched.entities, "domains": watched.domains, "all": watched.all_states, "time": watched.time}
    return encode({"result": watched.result, "listeners": reads})


COMMANDS = (Command("render_template", Role.OPERATOR, WhichTemplate, render),)
