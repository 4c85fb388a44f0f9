"""`input_button:` a button; its state is the moment of the last press."""

from datetime import UTC, datetime
from typing import Final

from hub.model.context import Context
from hub.model.state import UNAVAILABLE, UNKNOWN, State
from hub.virtual.domain import Domain, simple
from hub.virtual.entity import Described
from hub.virtual.value import ValueEntity


class InputButton(ValueEntity[Described, str]):
    """A button that people press."""

    def first(self, last: State | None) -> str | None:
        """Return the moment of the last press, if there was one."""
        return None if last is None or last.state in (UNKNOWN, UNAVAILABLE) else last.state

    def text(self, value: str) -> str:
        """Return the moment, as ISO 8601 in UTC."""
        return value

    def press(self, context: Context) -> None:
        """Remember that it was pressed now."""
        self.put(datetime.fromtimestamp(self._world.clock.time(), UTC).isoformat(), context)


INPUT_BUTTON: Final = Domain(
    name="input_button",
    model=Described,
    build=InputButton,
    actions=[simple("press", "Press the button.", InputButton.press)],
)
