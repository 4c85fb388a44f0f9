"""State-based template entities: rendered again whenever something changes that their templates read."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from hub.automation.tracking import TemplateTracker
from hub.automation.world import World
from hub.errors import TemplateError
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import UNAVAILABLE, UNKNOWN, State, StateChange
from hub.virtual.template.faces import face_of
from hub.virtual.template.parts import Parts, Rendered
from hub.virtual.template.schema import BinarySensorModel, SensorModel

_log: Final = logging.getLogger(__name__)
_NOTHING: Final[Mapping[str, Any]] = {}


class FollowingEntity:
    """A sensor or binary sensor that follows other states, and time."""

    def __init__(self, entity_id: EntityId, model: SensorModel | BinarySensorModel, world: World) -> None:
        self.entity_id = entity_id
        self._world = world
        self._parts = Parts(model, world.templates, self._this)
        self._face = face_of(entity_id, model, world, each_time=False)
        self._is_delayed = isinstance(model, BinarySensorModel) and (model.delay_on, model.delay_off) != (None, None)
        self._tracker: TemplateTracker | None = None
        self._about_itself = 0  # renderings in a row that only its own changes made

    def begin(self, last: State | None) -> None:
        """Render, and follow what was read."""
        if self._is_delayed and last is not None and last.state not in (UNKNOWN, UNAVAILABLE):
            self._face.restore(last)
        self._tracker = TemplateTracker(self._parts, _NOTHING, self._world, self._told)
        self._show(self._tracker.result, None)

    def refresh(self) -> None:
        """Render again now."""
        self._about_itself = 0
        self._show(self._parts.render_tracked()[0], None)

    def end(self) -> None:
        """Follow nothing any more."""
        if self._tracker is not None:
            self._tracker.close()
        self._face.close()

    def _told(self, result: Any, error: TemplateError | None, change: StateChange | None) -> None:
        del error  # what failed is part of the result
        if change is None or change.entity_id != self.entity_id:
            self._about_itself = 0
        elif self._too_often():
            return
        self._show(result, None if change is None else change.context)

    def _show(self, rendered: Rendered, context: Context | None) -> None:
        before = self._world.states.get(self.entity_id)
        self._face.show(rendered, context)
        after = self._world.states.get(self.entity_id)
        if self._parts.mentions_itself and not _same(before, after) and not self._too_often():
            self._show(self._parts.render_tracked()[0], context)

    def _too_often(self) -> bool:
        self._about_itself += 1
        if self._about_itself <= self._parts.count:
            return False
        _log.warning("%s changes because of its own changes: it is left as it is", self.entity_id)
        return True

    def _this(self) -> Mapping[str, Any]:
        state = self._world.states.get(self.entity_id)
        if state is None:
            return {"entity_id": str(self.entity_id), "state": UNKNOWN, "attributes": {}}
        moments = {name: getattr(state, name) for name in ("last_changed", "last_updated", "last_reported")}
        return {**state.as_dict(), **moments, "name": state.name, "domain": state.domain, "object_id": state.object_id}


def _same(one: State | None, other: State | None) -> bool:
    return one is not None and other is not None and one.state == other.state and one.attributes == other.attributes
