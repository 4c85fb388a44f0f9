"""`counter:` a whole number that goes up and down in steps."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from pydantic import Field

from hub.automation.schema.primitives import Boolean
from hub.errors import ActionError
from hub.model.context import Context
from hub.model.state import State
from hub.virtual.domain import ActionData, Domain, EntityAction, moving, simple
from hub.virtual.entity import Described
from hub.virtual.value import ValueEntity


class CounterModel(Described):
    """One counter."""

    initial: int = Field(0, ge=0)
    minimum: int | None = None
    maximum: int | None = None
    step: int = Field(1, ge=0)
    restore: Boolean = True


class Counter(ValueEntity[CounterModel, int]):
    """A number that counts."""

    def first(self, last: State | None) -> int:
        """Return what it was, if it is to be restored, or `initial`."""
        with suppress(ValueError):
            if last is not None and self.model.restore:
                return self.kept(int(last.state))
        return self.model.initial

    def text(self, value: int) -> str:
        """Return the number."""
        return str(value)

    def attributes(self) -> Mapping[str, Any]:
        """Return where it begins, its step, and its limits where it has any."""
        model = self.model
        found = {"initial": model.initial, "step": model.step}
        limits = {"minimum": model.minimum, "maximum": model.maximum}
        return {**found, **{name: limit for name, limit in limits.items() if limit is not None}}

    def kept(self, value: int) -> int:
        """Return the nearest number within the limits."""
        model = self.model
        value = value if model.minimum is None else max(model.minimum, value)
        return value if model.maximum is None else min(model.maximum, value)

    def count(self, steps: int, context: Context) -> None:
        """Go so many steps up or down, as far as the limits allow."""
        self.put(self.kept((self.value or 0) + steps * self.model.step), context)

    def reset(self, context: Context) -> None:
        """Begin again."""
        self.put(self.kept(self.model.initial), context)

    def set(self, value: int, context: Context) -> None:
        """Make this the number. Raises ActionError when it is out of limits, or none that steps lead to."""
        if self.kept(value) != value:
            raise ActionError(f"{self.entity_id} cannot be {value}: its limits are {self.model.minimum} and {self.model.maximum}")
        if self.model.step and value % self.model.step:
            raise ActionError(f"{self.entity_id} cannot be {value}: it is not a multiple of the step {self.model.step}")
        self.put(value, context)


class _SetValue(ActionData):
    value: int = Field(ge=0, description="The number.")


COUNTER: Final = Domain(
    name="counter",
    model=CounterModel,
    build=Counter,
    actions=[
        moving("increment", "Add one step.", lambda one, cause: one.count(1, cause)),
        moving("decrement", "Take one step away.", lambda one, cause: one.count(-1, cause)),
        simple("reset", "Begin again with the initial number.", Counter.reset),
        EntityAction("set_value", "Set the number.", lambda one, data, cause: one.set(data.value, cause), _SetValue),
    ],
)
