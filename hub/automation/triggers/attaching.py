"""From the models of triggers to what really waits."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from hub.automation.schema.primitives import Template
from hub.automation.schema.triggers import (
    CalendarTrigger,
    CronTrigger,
    EventTrigger,
    HomeassistantTrigger,
    IntervalTrigger,
    NumericStateTrigger,
    OfferedTrigger,
    PersistentNotificationTrigger,
    StateTrigger,
    SunTrigger,
    TagTrigger,
    TemplateTrigger,
    TimePatternTrigger,
    TimeTrigger,
    Trigger,
    WebhookTrigger,
)
from hub.automation.triggers.calendar import attach_calendar
from hub.automation.triggers.event import attach_event, attach_tag
from hub.automation.triggers.numeric_state import attach_numeric_state
from hub.automation.triggers.others import attach_homeassistant, attach_persistent_notification, attach_webhook
from hub.automation.triggers.state import attach_state
from hub.automation.triggers.template import attach_template
from hub.automation.triggers.time import attach_schedule, attach_sun, attach_time, attach_time_pattern
from hub.automation.values import render_of
from hub.automation.world import Asked, Fire, World
from hub.bus import Cancel
from hub.errors import ConfigError, TemplateError
from hub.model.context import Context
from hub.scheduler import Cron, every

_log: Final = logging.getLogger(__name__)
_NONE: Final[Mapping[str, Any]] = {}


class Told(Protocol):
    """Whom a trigger tells."""

    def __call__(self, trigger: dict[str, Any], context: Context | None, own: Mapping[str, Any] = _NONE, /) -> None:
        """Take the `trigger` variable, the context of the cause, and the trigger's own variables."""


def attach_all(models: Sequence[Trigger], variables: Mapping[str, Any], world: World, told: Told, place: str) -> list[Cancel]:
    """Attach what can be attached; a trigger that cannot is logged, and the others are armed all the same."""
    attached = []
    for index, model in enumerate(models):
        try:
            if _is_enabled(model, variables, world):
                attached.append(attach(model, index, variables, world, told))
        except Exception as error:
            _log.error("%s: trigger %d (%s) cannot be armed: %s", place, index, model.trigger, error)
    return attached


def _is_enabled(model: Trigger, variables: Mapping[str, Any], world: World) -> bool:
    if isinstance(model.enabled, Template):
        return bool(world.templates.compile(model.enabled.source, limited=True).render(variables))
    return model.enabled


def attach(model: Trigger, index: int, variables: Mapping[str, Any], world: World, told: Told) -> Cancel:
    """Wait for one trigger; the answer ends that. Raises ConfigError or TemplateError when it cannot be armed."""
    base = {"id": model.id if model.id is not None else str(index), "idx": str(index), "alias": model.alias}
    fire: Fire = told
    if model.variables:
        render = render_of(model.variables, world.templates)

        def fire(trigger: dict[str, Any], context: Context | None) -> None:
            try:
                own = render({"trigger": trigger})
            except TemplateError as error:
                _log.error("trigger %d (%s): variables: %s: nothing is run", index, model.trigger, error)
            else:
                told(trigger, context, own)

    match model:
        case StateTrigger():
            return attach_state(model, base, variables, world, fire)
        case NumericStateTrigger():
            return attach_numeric_state(model, base, variables, world, fire)
        case TemplateTrigger():
            return attach_template(model, base, variables, world, fire)
        case TimeTrigger():
            return attach_time(model, base, variables, world, fire)
        case TimePatternTrigger():
            return attach_time_pattern(model, base, world, fire)
        case EventTrigger():
            return attach_event(model, base, variables, world, fire)
        case WebhookTrigger():
            return attach_webhook(model, base, variables, world, fire)
        case HomeassistantTrigger():
            return attach_homeassistant(model, base, world, fire)
        case SunTrigger():
            return attach_sun(model, base, world, fire)
        case TagTrigger():
            return attach_tag(model, base, world, fire)
        case PersistentNotificationTrigger():
            return attach_persistent_notification(model, base, world, fire)
        case CalendarTrigger():
            return attach_calendar(model, base, world, fire)
        case CronTrigger():
            return attach_schedule(Cron(model.cron, world.scheduler.zone), model.cron, base, world, fire)
        case IntervalTrigger():
            return attach_schedule(every(model.every, world.clock.now()), f"every {model.every}", base, world, fire)
        case OfferedTrigger():
            return _attach_offered(model, base, world, fire)


def _attach_offered(model: OfferedTrigger, base: Mapping[str, Any], world: World, fire: Fire) -> Cancel:
    offered = world.offered.get(model.trigger)
    if offered is None:
        raise ConfigError(f"trigger {model.trigger} is not offered by any plugin")
    asked = Asked(model.target or {}, {**(model.options or {}), **(model.model_extra or {})})
    return offered.attach(asked, base, fire)
