"""The trigger `template` (DIALECT 2.3)."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from hub.automation.schema.triggers import TemplateTrigger
from hub.automation.tracking import TemplateTracker
from hub.automation.values import is_trigger_true, period_of
from hub.automation.world import Fire, World
from hub.bus import Cancel
from hub.clock import Timer
from hub.errors import TemplateError
from hub.model.state import StateChange

_log: Final = logging.getLogger(__name__)


def attach_template(
    model: TemplateTrigger, base: Mapping[str, Any], variables: Mapping[str, Any], world: World, fire: Fire
) -> Cancel:
    """Fire when the template becomes true."""
    return _Watcher(model, base, variables, world, fire).close


class _Watcher:
    """A template, armed while its last result was false."""

    def __init__(
        self, model: TemplateTrigger, base: Mapping[str, Any], variables: Mapping[str, Any], world: World, fire: Fire
    ) -> None:
        self._base, self._variables, self._world, self._fire = base, variables, world, fire
        self._held_for = None if model.for_ is None else period_of(model.for_, world.templates)
        self._timer: Timer | None = None
        template = world.templates.compile(model.value_template.source)
        self._tracker = TemplateTracker(template, variables, world, self._on_result)
        self._last = self._tracker.result
        if self._tracker.error is not None:
            _log.warning("template trigger: %s", self._tracker.error)
        self._armed = self._tracker.error is None and not is_trigger_true(self._tracker.result)

    def close(self) -> None:
        self._tracker.close()
        self._give_up()

    def _give_up(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_result(self, result: Any, error: TemplateError | None, change: StateChange | None) -> None:
        if error is not None:
            _log.warning("template trigger: %s", error)
            return
        if result == self._last and type(result) is type(self._last):
            return
        self._last = result
        # Any other result, even another true one, ends a period that was waited for.
        self._give_up()
        if not is_trigger_true(result):
            self._armed = True
        elif self._armed:
            self._armed = False
            self._become_true(change)

    def _become_true(self, change: StateChange | None) -> None:
        trigger = {
            **self._base,
            "platform": "template",
            "entity_id": None if change is None else change.entity_id,
            "from_state": None if change is None else change.old,
            "to_state": None if change is None else change.new,
            "for": None,
            "description": "time change" if change is None else f"{change.entity_id} via template",
        }
        context = None if change is None else change.context
        if self._held_for is None:
            self._fire(trigger, context)
            return
        try:
            period = self._held_for({**self._variables, "trigger": trigger})
        except ValueError as error:
            _log.error("template trigger: for: %s", error)
            return
        trigger["for"] = period
        self._timer = self._world.clock.after(period.total_seconds(), lambda: self._fire(trigger, context))
