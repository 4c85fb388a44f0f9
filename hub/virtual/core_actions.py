"""The small actions of the core: `homeassistant.turn_on` and its like, `system_log.write`, `logbook.log`."""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Final, Literal

from pydantic import Field, PlainValidator

from hub.automation.schema.primitives import Text, read_entity_id
from hub.automation.world import World
from hub.errors import UnknownAction
from hub.model.action import Action, ActionCall, Effect, Handler, Response
from hub.model.names import EntityId
from hub.virtual.domain import ActionData
from hub.virtual.offering import plain_action, together
from hub.virtual.targets import TARGETS

Meant = Callable[[ActionCall], list[EntityId]]
Reload = Callable[[str], Awaitable[None]]
"""Reads a part of the configuration again: a domain, `all`, or `templates`."""

_log: Final = logging.getLogger(__name__)
_RELOADS: Final = {
    "reload_all": ("all", "Read the whole configuration again."),
    "reload_core_config": ("core", "Read the core's own settings again."),
    "reload_custom_templates": ("templates", "Read the folder of custom templates again."),
}


def homeassistant_actions(
    world: World, meant: Meant, refresh: Callable[[Iterable[EntityId]], None], reload: Reload | None
) -> list[Action]:
    """Make the actions `homeassistant.…`."""

    def update(call: ActionCall) -> None:
        refresh(meant(call))

    offered = [
        Action(
            domain="homeassistant",
            name=name,
            handler=_pass_on(name, world, meant),
            description=f"Call the action `{name}` of each entity's own domain.",
            targets=True,
        )
        for name in ("turn_on", "turn_off", "toggle")
    ]
    offered.append(plain_action("homeassistant", "update_entity", "Look at entities again now.", update, targets=True))
    offered += [
        plain_action("homeassistant", name, description, reloading(what, reload), admin=True)
        for name, (what, description) in _RELOADS.items()
    ]
    return offered


def reloading(what: str, reload: Reload | None, after: Callable[[ActionCall], None] = lambda _: None) -> Handler:
    """Make what an action does that reads a part of the configuration again."""

    async def read_again(call: ActionCall) -> Response:
        if reload is not None:
            await reload(what)
        after(call)
        return None

    return read_again


def _pass_on(name: str, world: World, meant: Meant) -> Handler:
    def handle(call: ActionCall) -> Awaitable[Response] | None:
        by_domain: dict[str, list[str]] = defaultdict(list)
        for entity_id in meant(call):
            by_domain[entity_id.domain].append(str(entity_id))
        rest = {key: value for key, value in call.data.items() if key not in TARGETS}
        waits: list[Awaitable[object]] = []
        for domain in sorted(by_domain):
            if domain == "homeassistant":
                continue  # it would call itself for ever
            try:
                answer = world.actions.begin(f"{domain}.{name}", {**rest, "entity_id": by_domain[domain]}, call.context)
            except UnknownAction:
                _log.warning("homeassistant.%s does not know how to do that with %s", name, ", ".join(by_domain[domain]))
                continue
            if isinstance(answer, Awaitable):
                waits.append(answer)
        return together(waits)

    return handle


class _Write(ActionData):
    message: Text = Field(description="What to write.")
    level: Literal["debug", "info", "warning", "error", "critical"] = Field("error", description="How bad it is.")
    logger: Text = Field("system_log.external", description="In whose name.")


class _Log(ActionData):
    name: Text = Field(description="Who did something.")
    message: Text = Field(description="What it did.")
    entity_id: Annotated[EntityId, PlainValidator(read_entity_id)] | None = Field(None, description="The entity it belongs to.")
    domain: Text | None = Field(None, description="The domain it belongs to.")


def log_actions(world: World) -> list[Action]:
    """Make `system_log.write` and `logbook.log`."""

    def write(call: ActionCall) -> None:
        data = _Write.model_construct(**call.data)
        logging.getLogger(data.logger).log(logging.getLevelNamesMapping()[data.level.upper()], "%s", data.message)

    def enter(call: ActionCall) -> None:
        data = _Log.model_construct(**call.data)
        told = {"name": data.name, "message": data.message}
        # What belongs to nothing belongs to the logbook, as in Home Assistant.
        domain = data.domain or ("logbook" if data.entity_id is None else None)
        more = {"domain": domain, "entity_id": data.entity_id}
        world.bus.fire("logbook_entry", {**told, **{key: str(value) for key, value in more.items() if value}}, call.context)

    return [
        plain_action("system_log", "write", "Write a line into the hub's log.", write, _Write, effect=Effect.EXTERNAL),
        plain_action("logbook", "log", "Make an entry in the logbook.", enter, _Log),
    ]
