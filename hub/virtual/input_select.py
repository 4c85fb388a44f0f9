"""`input_select:` one of several options."""

import logging
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Self

from pydantic import BeforeValidator, Field, model_validator

from hub.automation.schema.primitives import Text, one_or_many, refuse
from hub.automation.world import World
from hub.errors import ActionError
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import State
from hub.virtual.domain import ActionData, Domain, EntityAction, simple
from hub.virtual.entity import Described
from hub.virtual.value import ValueEntity

_log: Final = logging.getLogger(__name__)
_Options = Annotated[list[Text], BeforeValidator(one_or_many), Field(min_length=1)]


class InputSelectModel(Described):
    """One choice."""

    options: _Options
    initial: Text | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.initial is not None and self.initial not in self.options:
            raise refuse("choice", f"initial ({self.initial}) must be one of the options: {', '.join(self.options)}")
        return self


class InputSelect(ValueEntity[InputSelectModel, str]):
    """A choice that people make."""

    def __init__(self, entity_id: EntityId, model: InputSelectModel, world: World) -> None:
        super().__init__(entity_id, model, world)
        self.options: Sequence[str] = _once(model)

    def first(self, last: State | None) -> str:
        """Return `initial`, or what it was if that is still an option, or the first option."""
        if self.model.initial is not None:
            return self.model.initial
        return last.state if last is not None and last.state in self.options else self.options[0]

    def text(self, value: str) -> str:
        """Return the option."""
        return value

    def attributes(self) -> Mapping[str, Any]:
        """Return the options."""
        return {"options": list(self.options)}

    def kept(self, value: str) -> str:
        """Return the option if it still is one, or the first."""
        return value if value in self.options else self.options[0]

    def renew(self, model: InputSelectModel) -> None:
        """Take the options of the new definition."""
        self.options = _once(model)
        super().renew(model)

    def select(self, option: str, context: Context) -> None:
        """Choose an option. Raises ActionError when there is no such option."""
        if option not in self.options:
            raise ActionError(f"{self.entity_id} has no option {option!r}; there are {', '.join(self.options)}")
        self.put(option, context)

    def select_at(self, index: int, context: Context) -> None:
        """Choose by number; -1 is the last."""
        self.put(self.options[index], context)

    def move(self, by: int, cycle: bool, context: Context) -> None:
        """Choose a neighbour; behind the last comes the first, if `cycle`."""
        index = self.options.index(self.value or "") + by
        self.put(self.options[index % len(self.options) if cycle else min(max(index, 0), len(self.options) - 1)], context)

    def offer(self, options: Sequence[str], context: Context) -> None:
        """Make these the options, until the hub starts again. Raises ActionError when one stands twice."""
        if len(set(options)) < len(options):
            raise ActionError(f"{self.entity_id}: an option stands twice in {', '.join(options)}")
        self.options = list(options)
        self.put(self.value if self.value in options else options[0], context)


def _once(model: InputSelectModel) -> list[str]:
    once = list(dict.fromkeys(model.options))
    if len(once) < len(model.options):
        _log.warning("input_select %s: options that stand twice are taken once: %s", model.name or "", ", ".join(model.options))
    return once


class _SelectOption(ActionData):
    option: Text = Field(description="The option.")


class _Cycle(ActionData):
    cycle: bool = Field(True, description="Whether to go on at the other end.")


class _SetOptions(ActionData):
    options: _Options = Field(description="All options, in their order.")


INPUT_SELECT: Final = Domain(
    name="input_select",
    model=InputSelectModel,
    build=InputSelect,
    actions=[
        EntityAction(
            "select_option", "Choose an option.", lambda one, data, cause: one.select(data.option, cause), _SelectOption
        ),
        EntityAction("select_next", "Choose the next option.", lambda one, data, cause: one.move(1, data.cycle, cause), _Cycle),
        EntityAction(
            "select_previous", "Choose the option before.", lambda one, data, cause: one.move(-1, data.cycle, cause), _Cycle
        ),
        simple("select_first", "Choose the first option.", lambda one, cause: one.select_at(0, cause)),
        simple("select_last", "Choose the last option.", lambda one, cause: one.select_at(-1, cause)),
        EntityAction("set_options", "Offer other options.", lambda one, data, cause: one.offer(data.options, cause), _SetOptions),
    ],
)
