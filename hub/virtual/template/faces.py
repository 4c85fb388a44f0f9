"""What template entities show: from what the templates gave to the state."""

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from hub.automation.schema.primitives import Period
from hub.automation.values import is_trigger_true, period_of
from hub.automation.world import World
from hub.clock import Timer
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import LONGEST_STATE, UNAVAILABLE, UNKNOWN, State
from hub.virtual.template.parts import Rendered
from hub.virtual.template.schema import BinarySensorModel, SensorModel, TemplateEntityModel

_log: Final = logging.getLogger(__name__)
_UNUSED: Final = Rendered(available=True)
_NOT_NUMBERS: Final = frozenset({"date", "enum", "timestamp"})


class Face:
    """What an entity shows; the state's text is up to its domain."""

    def __init__(self, entity_id: EntityId, model: TemplateEntityModel, world: World) -> None:
        self.entity_id = entity_id
        self._model, self._world = model, world
        self._rendered = _UNUSED

    def text(self) -> str:
        """Return the state's text."""
        raise NotImplementedError

    def own_attributes(self) -> Mapping[str, Any]:
        """Return the attributes that only this domain has."""
        return {}

    def show(self, rendered: Rendered, context: Context | None) -> None:
        """Show what the templates gave."""
        for name, error in rendered.failed.items():
            _log.error("%s: %s: %s", self.entity_id, name, error)
        self._rendered = rendered
        self.write(context)

    def restore(self, last: State) -> None:
        """Show what the entity was before a restart."""
        names = {"friendly_name": "name", "icon": "icon", "entity_picture": "picture"}
        values = {part: last.attributes[name] for name, part in names.items() if name in last.attributes}
        values["state"] = last.state
        attributes = {name: last.attributes[name] for name in self._model.attributes if name in last.attributes}
        self._rendered = Rendered(values=values, attributes=attributes)

    def close(self) -> None:
        """Change no more."""

    def write(self, context: Context | None) -> None:
        """Write the state."""
        rendered = self._rendered
        text = self.text() if rendered.available else UNAVAILABLE
        attributes = {**self.own_attributes(), **(rendered.attributes if rendered.available else {})}
        shown = {
            "device_class": self._model.device_class,
            "entity_picture": rendered.values.get("picture"),
            "icon": rendered.values.get("icon"),
            "friendly_name": rendered.values.get("name"),
        }
        attributes.update({name: value for name, value in shown.items() if value})
        self._world.states.set(self.entity_id, text, attributes, context)


class SensorFace(Face):
    """A sensor: whatever the template gives, as text."""

    def __init__(self, entity_id: EntityId, model: SensorModel, world: World) -> None:
        super().__init__(entity_id, model, world)
        self._sensor = model

    def text(self) -> str:
        """Return the value as Home Assistant writes it; `unknown` when it is none, or not of the sensor's kind."""
        value = self._rendered.state
        if value is None:
            return UNKNOWN
        text = self._moment(value) if self._sensor.device_class in ("date", "timestamp") else self._value(value)
        if len(text) > LONGEST_STATE:
            _log.error("%s: a state may have %d characters, not %d", self.entity_id, LONGEST_STATE, len(text))
            return UNKNOWN
        return text

    def own_attributes(self) -> Mapping[str, Any]:
        """Return unit and state class."""
        model = self._sensor
        given = {"state_class": model.state_class, "unit_of_measurement": model.unit_of_measurement}
        found = {name: value for name, value in given.items() if value is not None}
        last_reset = self._rendered.values.get("last_reset")
        return found if last_reset is None else {**found, "last_reset": str(last_reset)}

    def _value(self, value: Any) -> str:
        text = f"{value:.15}" if isinstance(value, float) else str(value)
        if self._is_number and text not in (UNKNOWN, UNAVAILABLE):
            try:
                float(text)
            except ValueError:
                _log.error("%s: %r is not a number, as the unit or state class demands", self.entity_id, text)
                return UNKNOWN
        return text

    @property
    def _is_number(self) -> bool:
        model = self._sensor
        return model.device_class not in _NOT_NUMBERS and (model.unit_of_measurement is not None or model.state_class is not None)

    def _moment(self, value: Any) -> str:
        is_date = self._sensor.device_class == "date"
        try:
            if is_date:
                return (value if isinstance(value, date) else date.fromisoformat(str(value))).isoformat()
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            _log.error("%s: %r is not a %s", self.entity_id, value, "date" if is_date else "moment with a time zone")
            return UNKNOWN
        if moment.tzinfo is None:
            _log.error("%s: %r has no time zone", self.entity_id, value)
            return UNKNOWN
        return moment.astimezone(UTC).isoformat(timespec="seconds")


class BinarySensorFace(Face):
    """A binary sensor: on or off, perhaps after a delay.

    A delay ends when another result comes; with `each_time`, when any result comes, be it the same.
    """

    def __init__(self, entity_id: EntityId, model: BinarySensorModel, world: World, *, each_time: bool) -> None:
        super().__init__(entity_id, model, world)
        self._binary = model
        self._each_time = each_time
        self._value: bool | None = None
        self._result: bool | None = None
        self._later: Timer | None = None
        self._off_again: Timer | None = None

    def text(self) -> str:
        """Return `on`, `off` or `unknown`."""
        return UNKNOWN if self._value is None else "on" if self._value else "off"

    def show(self, rendered: Rendered, context: Context | None) -> None:
        """Show what the templates gave: on and off at once or after the delay."""
        self._rendered = rendered
        if rendered.available:
            state = rendered.state
            self._take(None if state is None else is_trigger_true(state), context)
        super().show(rendered, context)

    def restore(self, last: State) -> None:
        """Be what it was; `auto_off` counts from when that was written."""
        super().restore(last)
        self._value = last.state == "on"
        if self._value and self._binary.auto_off is not None:
            passed = self._world.clock.time() - last.updated
            self._begin_auto_off(None, passed)

    def close(self) -> None:
        """Let no delay end any more."""
        for timer in (self._later, self._off_again):
            if timer is not None:
                timer.cancel()

    def _take(self, result: bool | None, context: Context | None) -> None:
        if result == self._result and not self._each_time:
            return
        self._result = result
        self.close()
        delay = 0.0 if result is None or result == self._value else self._delay(result)
        if delay > 0:
            self._later = self._world.clock.after(delay, lambda: self._become(result, context))
        else:
            self._value = result
            if result:
                self._begin_auto_off(context)

    def _delay(self, on: bool) -> float:
        return self._period(self._binary.delay_on if on else self._binary.delay_off, "delay_on" if on else "delay_off")

    def _become(self, value: bool | None, context: Context | None) -> None:
        self._value = value
        self.write(context)
        if value:
            self._begin_auto_off(context)

    def _begin_auto_off(self, context: Context | None, passed: float = 0.0) -> None:
        if self._binary.auto_off is None:
            return
        left = self._period(self._binary.auto_off, "auto_off") - passed
        self._off_again = self._world.clock.after(max(left, 0.0), lambda: self._become(False, context))

    def _period(self, period: Period | None, name: str) -> float:
        if period is None:
            return 0.0
        try:
            return period_of(period, self._world.templates)(self._rendered.variables).total_seconds()
        except ValueError as error:
            _log.error("%s: %s: %s", self.entity_id, name, error)
            return 0.0


def face_of(entity_id: EntityId, model: SensorModel | BinarySensorModel, world: World, *, each_time: bool) -> Face:
    """Make the face of a sensor or binary sensor."""
    if isinstance(model, SensorModel):
        return SensorFace(entity_id, model, world)
    return BinarySensorFace(entity_id, model, world, each_time=each_time)
