"""Sets of AirPods that make the messages a real set would send, keys and changing addresses included."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from hub_airpods_ble.keys import make_address, seal
from hub_airpods_ble.message import BEGINNING
from hub_airpods_ble.models import Activity
from hub_airpods_ble.sighting import Sighting

PRO_3: Final = 0x2720
MAX: Final = 0x0A20
_NUMBERS: Final = {
    Activity.DISCONNECTED: 0x00,
    Activity.IDLE: 0x04,
    Activity.MUSIC: 0x05,
    Activity.CALL: 0x06,
    Activity.RINGING: 0x07,
    Activity.HANGING_UP: 0x09,
}


@dataclass(slots=True)
class SimulatedSet:
    """A pair of pods with its case, or a headset (whose only battery is the left one)."""

    random: Random
    model: int = PRO_3
    left: float = 100.0
    """Percent."""
    right: float = 100.0
    case: float = 100.0
    left_in_ear: bool = True
    right_in_ear: bool = True
    in_case: bool = False
    activity: Activity = Activity.IDLE
    right_speaks: bool = False
    """Whether the right pod is the one that speaks first."""
    irk: bytes = field(default=b"")
    encryption_key: bytes = field(default=b"")
    address: str = field(default="")

    def __post_init__(self) -> None:
        self.irk = self.irk or self.random.randbytes(16)
        self.encryption_key = self.encryption_key or self.random.randbytes(16)
        self.address = self.address or make_address(self.irk, self.random.randbytes(3))

    def owned_by(self, name: str, **more: Any) -> dict[str, Any]:
        """Return somebody for the configuration's `people`, who has agreed and whose set this is."""
        keys = {"irk": self.irk.hex(), "encryption_key": self.encryption_key.hex()}
        return {"name": name, "consent": True, **keys, **more}

    def change_address(self) -> None:
        """Take another address that only the key connects with the one before."""
        self.address = make_address(self.irk, self.random.randbytes(3))

    def message(self) -> bytes:
        """Return Apple's manufacturer data of the next advertisement."""
        model, activity = self.model.to_bytes(2, "big"), _NUMBERS[self.activity]
        head = bytes([0x01, *model, self._bits(), self._nibbles(), self._case(), 0x08 if self.in_case else 0, 0, activity])
        return BEGINNING + head + self._sealed()

    def heard(self, signal: int, adapter: str, at: float) -> Sighting:
        """Return the next advertisement as a receiver hears it."""
        return Sighting(self.address, signal, adapter, self.message(), at)

    def _bits(self) -> int:
        if self.model == MAX:
            return 0x20 if self.left_in_ear else 0
        bits = 0 if self.right_speaks else 0x20
        if self.in_case:
            return bits | 0x44
        first, second = (8, 2) if self.right_speaks else (2, 8)
        return bits | (first if self.left_in_ear else 0) | (second if self.right_in_ear else 0)

    def _nibbles(self) -> int:
        first, second = round(self.left / 10), round(self.right / 10)
        if self.right_speaks:
            first, second = second, first
        return second << 4 | first

    def _case(self) -> int:
        return 0x70 | round(self.case / 10) if self.in_case else 0x0F

    def _sealed(self) -> bytes:
        charging = 0x80 if self.in_case else 0
        first, second = (self.right, self.left) if self.right_speaks else (self.left, self.right)
        case = round(self.case) | charging if self.in_case else 0xFF
        open_ = bytes([0x00, round(first) | charging, round(second) | charging, case, 0x2D]) + self.random.randbytes(11)
        return seal(self.encryption_key, open_)
