"""The commands of Home Assistant's WebSocket API."""

from hub.web.command import Command
from hub.web.commands import actions, basics, events, registries, templates, traces

COMMANDS: tuple[Command, ...] = (
    *basics.COMMANDS,
    *events.COMMANDS,
    *actions.COMMANDS,
    *templates.COMMANDS,
    *registries.COMMANDS,
    *traces.COMMANDS,
)
