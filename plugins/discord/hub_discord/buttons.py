"""The buttons under alerts; they work for ever, also after a restart."""

import re
from typing import Any, Protocol, runtime_checkable

import discord

from hub_discord.posts import AlertButton, LinkButton

_LOOKS = {
    "acknowledge": ("Acknowledge", discord.ButtonStyle.success),
    "snooze": ("Snooze", discord.ButtonStyle.secondary),
}
_CUSTOM_ID = re.compile(r"hub:(?P<action>acknowledge|snooze):(?P<alert>.+)", re.DOTALL)


@runtime_checkable
class TakesPresses(Protocol):
    """The client of a bot with such buttons."""

    def pressed(self, interaction: discord.Interaction[discord.Client], action: str, alert: str) -> None:
        """Somebody pressed."""


class PressableButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=_CUSTOM_ID):
    """A button whose whole meaning is in its id, so nothing need be remembered of it."""

    def __init__(self, action: str, alert: str) -> None:
        label, style = _LOOKS[action]
        super().__init__(discord.ui.Button(label=label, style=style, custom_id=f"hub:{action}:{alert}"))
        self._action = action
        self._alert = alert

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> "PressableButton":
        """Read a button that was pressed."""
        del interaction, item
        return cls(match["action"], match["alert"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the press over."""
        if isinstance(interaction.client, TakesPresses):
            interaction.client.pressed(interaction, self._action, self._alert)


def view_of(buttons: tuple[AlertButton | LinkButton, ...]) -> discord.ui.View:
    """Return the row of buttons as the library takes it; an empty one takes buttons away."""
    view = discord.ui.View(timeout=None)
    for button in buttons:
        if isinstance(button, LinkButton):
            view.add_item(discord.ui.Button(label=button.label, url=button.link))
        else:
            view.add_item(PressableButton(button.action, button.alert))
    return view
