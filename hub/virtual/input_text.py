"""`input_text:` a text of limited length."""

import logging
from collections.abc import Mapping
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from hub.automation.schema.primitives import Text, refuse
from hub.model.context import Context
from hub.model.state import LONGEST_STATE, State
from hub.virtual.domain import ActionData, Domain, EntityAction
from hub.virtual.entity import Described
from hub.virtual.value import ValueEntity

_log: Final = logging.getLogger(__name__)


class InputTextModel(Described):
    """One text; `min` and `max` are numbers of characters."""

    min: int = Field(0, ge=0)
    max: int = Field(100, le=LONGEST_STATE)
    initial: Text | None = None
    unit_of_measurement: Text | None = None
    pattern: Text | None = None
    mode: Literal["text", "password"] = "text"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.min > self.max:
            raise refuse("number", f"max ({self.max}) must not be less than min ({self.min})")
        if self.initial is not None and not self.min <= len(self.initial) <= self.max:
            raise refuse("text", f"initial must have {self.min} to {self.max} characters, not {len(self.initial)}")
        return self


class InputText(ValueEntity[InputTextModel, str]):
    """A text that people write."""

    def first(self, last: State | None) -> str | None:
        """Return `initial`, or what it was; nothing when that is too long or too short."""
        if self.model.initial is not None:
            return self.model.initial
        return last.state if last is not None and self._fits(last.state) else None

    def text(self, value: str) -> str:
        """Return the text."""
        return value

    def attributes(self) -> Mapping[str, Any]:
        """Return the limits, and how the text is shown."""
        model = self.model
        found = {"min": model.min, "max": model.max, "pattern": model.pattern, "mode": model.mode}
        return found if model.unit_of_measurement is None else {**found, "unit_of_measurement": model.unit_of_measurement}

    def write(self, text: str, context: Context) -> None:
        """Make this the text; one that is too long or too short is passed over with a warning, as in Home Assistant."""
        if self._fits(text):
            self.put(text, context)
        else:
            _log.warning("%s takes %d to %d characters, not %d", self.entity_id, self.model.min, self.model.max, len(text))

    def _fits(self, text: str) -> bool:
        return self.model.min <= len(text) <= self.model.max


class _SetValue(ActionData):
    value: Text = Field(description="The text.")


INPUT_TEXT: Final = Domain(
    name="input_text",
    model=InputTextModel,
    build=InputText,
    actions=[EntityAction("set_value", "Set the text.", lambda one, data, cause: one.write(data.value, cause), _SetValue)],
)
