"""`input_number:` a number between two bounds."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, Literal, Self

from pydantic import Field, model_validator

from hub.automation.schema.primitives import Number, Text, refuse
from hub.errors import ActionError
from hub.model.context import Context
from hub.model.state import State
from hub.virtual.domain import ActionData, Domain, EntityAction, moving
from hub.virtual.entity import Described
from hub.virtual.value import ValueEntity


class InputNumberModel(Described):
    """One number."""

    min: Number
    max: Number
    initial: Number | None = None
    step: Number = Field(1.0, ge=1e-9)
    unit_of_measurement: Text | None = None
    mode: Literal["slider", "box"] = "slider"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.min >= self.max:
            raise refuse("number", f"max ({self.max:g}) must be greater than min ({self.min:g})")
        if self.initial is not None and not self.min <= self.initial <= self.max:
            raise refuse("number", f"initial ({self.initial:g}) must lie between {self.min:g} and {self.max:g}")
        return self


class InputNumber(ValueEntity[InputNumberModel, float]):
    """A number that people set."""

    def first(self, last: State | None) -> float:
        """Return `initial`, or what it was; the least when it was nothing that is allowed."""
        if self.model.initial is not None:
            return self.model.initial
        with suppress(ValueError):
            if last is not None and self.model.min <= (value := float(last.state)) <= self.model.max:
                return value
        return self.model.min

    def text(self, value: float) -> str:
        """Return the number, with at most 15 digits."""
        return f"{value:.15}"

    def attributes(self) -> Mapping[str, Any]:
        """Return the bounds, and how the number is shown."""
        model = self.model
        found = {"initial": model.initial, "min": model.min, "max": model.max, "step": model.step, "mode": model.mode}
        return found if model.unit_of_measurement is None else {**found, "unit_of_measurement": model.unit_of_measurement}

    def kept(self, value: float) -> float:
        """Return the nearest number within the bounds."""
        return max(min(value, self.model.max), self.model.min)

    def set(self, value: float, context: Context) -> None:
        """Make this the number. Raises ActionError when it is out of bounds."""
        if not self.model.min <= value <= self.model.max:
            raise ActionError(
                f"{self.entity_id} cannot be {value:g}: it must lie between {self.model.min:g} and {self.model.max:g}"
            )
        self.put(value, context)

    def add(self, steps: int, context: Context) -> None:
        """Go so many steps up or down, as far as the bounds allow."""
        self.put(self.kept((self.value or 0.0) + steps * self.model.step), context)


class _SetValue(ActionData):
    value: Number = Field(description="The number.")


INPUT_NUMBER: Final = Domain(
    name="input_number",
    model=InputNumberModel,
    build=InputNumber,
    actions=[
        EntityAction("set_value", "Set the number.", lambda entity, data, context: entity.set(data.value, context), _SetValue),
        moving("increment", "Add one step.", lambda entity, context: entity.add(1, context)),
        moving("decrement", "Take one step away.", lambda entity, context: entity.add(-1, context)),
    ],
)
