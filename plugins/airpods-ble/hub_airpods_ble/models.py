"""What the numbers in a proximity-pairing message are called: models, colours, what the set is doing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Activity(StrEnum):
    """What the set is used for; a state, not a loudness."""

    DISCONNECTED = "disconnected"
    IDLE = "idle"
    MUSIC = "music"
    CALL = "call"
    RINGING = "ringing"
    HANGING_UP = "hanging_up"


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its number in the message and what people call it."""

    number: int
    name: str
    single: bool = False
    """One battery instead of two pods and a case."""

    @property
    def maker(self) -> str:
        """Whose name is on it."""
        return "Apple" if self.name.startswith("AirPods") else "Beats"


def model(number: int) -> Model:
    """Return the model with this number; one that is not known yet is taken for a pair of pods."""
    if number & 0xFF00 == 0x0900:
        return Model(number, "Beats Studio3", single=True)
    return _MODELS.get(number) or Model(number, f"unknown model {number:04X}")


def activity(number: int) -> Activity | None:
    """Return what the set is doing, or None where the number means nothing to us."""
    return _ACTIVITIES.get(number)


def colour(number: int) -> str | None:
    """Return the name of the colour, or None where the number means nothing to us."""
    return _COLOURS.get(number)


_PAIRS: Final = {
    0x0220: "AirPods 1",
    0x0F20: "AirPods 2",
    0x1320: "AirPods 3",
    0x1920: "AirPods 4",
    0x1B20: "AirPods 4 ANC",
    0x0E20: "AirPods Pro",
    0x1420: "AirPods Pro 2 Lightning",
    0x2420: "AirPods Pro 2 USB-C",
    0x2720: "AirPods Pro 3",
    0x0B20: "Powerbeats Pro",
    0x1120: "Beats Studio Buds",
    0x1220: "Beats Fit Pro",
    0x1620: "Beats Studio Buds+",
    0x1D20: "Powerbeats Pro 2",
    0x2620: "Beats Solo Buds",
}
_SINGLES: Final = {
    0x0A20: "AirPods Max",
    0x1F20: "AirPods Max USB-C",
    0x2D20: "AirPods Max 2",
    0x0320: "Powerbeats3",
    0x0520: "BeatsX",
    0x0620: "Beats Solo3",
    0x0C20: "Beats Solo Pro",
    0x0D20: "Powerbeats4",
    0x1020: "Beats Flex",
    0x1720: "Beats Studio Pro",
    0x2520: "Beats Solo 4",
}
_MODELS: Final = {
    **{number: Model(number, name) for number, name in _PAIRS.items()},
    **{number: Model(number, name, single=True) for number, name in _SINGLES.items()},
}
_ACTIVITIES: Final = {
    0x00: Activity.DISCONNECTED,
    0x04: Activity.IDLE,
    0x05: Activity.MUSIC,
    0x06: Activity.CALL,
    0x07: Activity.RINGING,
    0x09: Activity.HANGING_UP,
}
_COLOURS: Final = {
    0x00: "white",
    0x01: "black",
    0x02: "red",
    0x03: "blue",
    0x04: "pink",
    0x05: "grey",
    0x06: "silver",
    0x07: "gold",
    0x08: "rose gold",
    0x09: "space grey",
    0x0A: "dark blue",
    0x0B: "light blue",
    0x0C: "yellow",
}
