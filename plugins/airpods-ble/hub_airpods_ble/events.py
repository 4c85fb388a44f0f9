"""What the plugin tells automations. With `report: team` only `arrived` and `left` are told, without a person."""

from enum import StrEnum

from pydantic import Field

from hub.api import PluginEvent


class Part(StrEnum):
    """What has a battery."""

    LEFT = "left"
    RIGHT = "right"
    CASE = "case"
    HEADSET = "headset"


class Arrived(PluginEvent):
    """Somebody has come."""

    person: str | None = Field(description="Who; None with `report: team`.")
    team: str | None = Field(description="Their team, if they have one.")
    present: int | None = Field(description="How many of the team are there now.")


class Left(PluginEvent):
    """Somebody has gone: nothing was heard of their set for the whole of `leave_after`."""

    person: str | None = Field(description="Who; None with `report: team`.")
    team: str | None = Field(description="Their team, if they have one.")
    present: int | None = Field(description="How many of the team are there now.")


class InEarChanged(PluginEvent):
    """Somebody has put a pod into an ear or taken it out, or a headset on or off."""

    person: str = Field(description="Who.")
    left: bool | None = Field(description="Whether the left pod is in the ear; None for a headset.")
    right: bool | None = Field(description="Whether the right pod is in the ear; None for a headset.")
    wearing: bool = Field(description="Whether anything is in or on an ear now.")
    was_wearing: bool = Field(description="Whether anything was before.")


class BatteryLow(PluginEvent):
    """A battery has come down to `low_battery`. Told once until it is charged or has risen by more than 10 %."""

    person: str = Field(description="Whose.")
    part: Part = Field(description="`left`, `right`, `case` or `headset`.")
    percent: int = Field(description="Its charge.")
    exact: bool = Field(description="Whether the charge is known to 1 % and not to 10 %.")
