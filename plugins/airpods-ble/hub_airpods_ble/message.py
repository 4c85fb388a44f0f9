"""The proximity-pairing message, as AirPods and Beats broadcast it: bytes in, values out, no error for any bytes.

The layout is not published; it is the one on which independent open-source decoders agree. Apple's manufacturer data is a chain
of parts, each a type, a length and that many bytes. The part of type 7 with 25 bytes is the status of a set.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from hub_airpods_ble.models import Activity, Model, activity, colour, model

COMPANY: Final = 0x004C
"""Apple's company number in manufacturer data."""
PAIRING: Final = 0x07
LENGTH: Final = 25
"""Bytes of a genuine status; imitations that copy a model number send 19."""
SEALED: Final = 16
"""Bytes at the end that only a key opens."""
BEGINNING: Final = bytes([PAIRING, LENGTH])
"""How a lone status begins, for receivers that can filter."""
MARK: Final = 0x2D
MARK_AT: Final = 4
"""The byte by which the opened part is known, and where it stands."""
_PLAINTEXT: Final = 0x01


@dataclass(frozen=True, slots=True)
class Battery:
    """The charge of one part."""

    percent: int | None = None
    """None when the set does not say, such as for a case without a pod in it."""
    charging: bool | None = None
    exact: bool = False
    """In steps of 1 % (opened with the set's key) instead of 10 %."""


@dataclass(frozen=True, slots=True)
class Pod:
    """One side of a pair."""

    battery: Battery
    in_ear: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pods and their case."""

    left: Pod
    right: Pod
    case: Battery
    lid_open: bool | None
    """None when the sender cannot know."""


@dataclass(frozen=True, slots=True)
class Headset:
    """One battery and one answer to whether it is worn."""

    battery: Battery
    worn: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What one message says."""

    model: Model
    colour: str | None
    activity: Activity | None
    shape: Pair | Headset
    flipped: bool
    """Whether the right pod is the one that speaks first."""

    @property
    def worn(self) -> bool:
        """Whether anything is in or on an ear."""
        match self.shape:
            case Pair(left=left, right=right):
                return left.in_ear or right.in_ear
            case Headset(worn=worn):
                return worn


@dataclass(frozen=True, slots=True)
class Charges:
    """What the sealed part says: percent and charging of the first pod, the second pod and the case; None when unavailable."""

    first: Battery
    second: Battery
    case: Battery


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and value of each part of Apple's manufacturer data; ends at the first that is longer than the data."""
    at = 0
    while at + 2 <= len(data):
        kind, length = data[at], data[at + 1]
        value = data[at + 2 : at + 2 + length]
        if len(value) < length:
            return
        yield kind, value
        at += 2 + length


def status_bytes(data: bytes) -> bytes | None:
    """Return the 25 bytes of a genuine, readable status in Apple's manufacturer data, or None when there is none."""
    for kind, value in parts(data):
        # A first byte other than 1 has another layout (a set that waits for pairing) or comes from programs that fake pairing.
        if kind == PAIRING and len(value) == LENGTH and value[0] == _PLAINTEXT:
            return value
    return None


def sealed(value: bytes) -> bytes:
    """Return the part of a status that only the set's key opens."""
    return value[-SEALED:]


def read_status(value: bytes) -> Status:
    """Read the 25 bytes that `status_bytes` returned."""
    kind = model(value[1] << 8 | value[2])
    flipped = not value[3] >> 5 & 1
    shape = _headset(value) if kind.single else _pair(value, flipped)
    return Status(model=kind, colour=colour(value[7]), activity=activity(value[8]), shape=shape, flipped=flipped)


def read_charges(opened: bytes) -> Charges | None:
    """Read the sealed part after it was opened; None when the key was not the right one."""
    if opened[0] & 0xF0 or opened[MARK_AT] != MARK:
        return None
    first, second, case = (_exact(byte) for byte in opened[1:4])
    return Charges(first, second, case)


def agree(value: bytes, charges: Charges) -> bool:
    """Whether the sealed part tells the same charges as the readable part; this rules out keys that fit by chance."""
    rough = [_percent(nibble) for nibble in (value[4] & 15, value[4] >> 4, value[5] & 15)]
    exact = [battery.percent for battery in (charges.first, charges.second, charges.case)]
    told = 1 if model(value[1] << 8 | value[2]).single else 3
    return all(_near(*pair) for pair in list(zip(rough, exact, strict=True))[:told])


def with_charges(status: Status, charges: Charges) -> Status:
    """Return the status with the exact charges where there are any."""
    match status.shape:
        case Headset(battery=battery) as headset:
            return replace(status, shape=replace(headset, battery=_better(battery, charges.first)))
        case Pair(left=left, right=right, case=case) as pair:
            one, other = (charges.second, charges.first) if status.flipped else (charges.first, charges.second)
            shape = replace(
                pair,
                left=replace(left, battery=_better(left.battery, one)),
                right=replace(right, battery=_better(right.battery, other)),
                case=_better(case, charges.case),
            )
            return replace(status, shape=shape)


_UNKNOWN: Final = 15
_STEP: Final = 10  # percent


def _pair(value: bytes, flipped: bool) -> Pair:
    bits, flags = value[3], value[5] >> 4
    low, high = value[4] & 15, value[4] >> 4
    left, right = (high, low) if flipped else (low, high)
    left_flag, right_flag = (2, 1) if flipped else (1, 2)
    left_ear, right_ear = (8, 2) if flipped != bool(bits & 0x40) else (2, 8)
    return Pair(
        left=Pod(_rough(left, flags & left_flag), bool(bits & left_ear)),
        right=Pod(_rough(right, flags & right_flag), bool(bits & right_ear)),
        case=_rough(value[5] & 15, flags & 4),
        lid_open=_lid(bits, value[6]),
    )


def _headset(value: bytes) -> Headset:
    return Headset(battery=_rough(value[4] & 15, value[5] >> 4 & 1), worn=bool(value[3] & 0x20))


def _lid(bits: int, lid: int) -> bool | None:
    # A pod outside the case does not know of the lid; it says "open" whatever the lid is.
    return not lid >> 3 & 1 if bits & 0x44 else None


def _rough(nibble: int, charging: int) -> Battery:
    return Battery() if nibble == _UNKNOWN else Battery(_percent(nibble), bool(charging))


def _percent(nibble: int) -> int | None:
    return None if nibble == _UNKNOWN else min(nibble, 10) * _STEP


def _exact(byte: int) -> Battery:
    percent = byte & 0x7F
    return Battery(percent, bool(byte & 0x80), exact=True) if percent <= 100 else Battery()


def _near(rough: int | None, exact: int | None) -> bool:
    return rough is None or exact is None or abs(rough - exact) <= _STEP


def _better(rough: Battery, exact: Battery) -> Battery:
    return rough if exact.percent is None else exact
