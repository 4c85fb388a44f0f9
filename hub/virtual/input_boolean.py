"""`input_boolean:` a switch that means what people make of it."""

from typing import Final

from hub.automation.schema.primitives import Boolean
from hub.model.state import State
from hub.virtual.domain import Domain, moving, simple
from hub.virtual.entity import Described
from hub.virtual.value import ValueEntity


class InputBooleanModel(Described):
    """One switch."""

    initial: Boolean | None = None


class InputBoolean(ValueEntity[InputBooleanModel, bool]):
    """A switch that is on or off."""

    def first(self, last: State | None) -> bool:
        """Return `initial`, or what it was; off when it was nothing."""
        initial = self.model.initial
        return last is not None and last.state == "on" if initial is None else initial

    def text(self, value: bool) -> str:
        """Return `on` or `off`."""
        return "on" if value else "off"


INPUT_BOOLEAN: Final = Domain(
    name="input_boolean",
    model=InputBooleanModel,
    build=InputBoolean,
    actions=[
        simple("turn_on", "Switch on.", lambda entity, context: entity.put(True, context)),
        simple("turn_off", "Switch off.", lambda entity, context: entity.put(False, context)),
        moving(
            "toggle", "Switch on what is off, and off what is on.", lambda entity, context: entity.put(not entity.value, context)
        ),
    ],
)
