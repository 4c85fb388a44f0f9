from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any

import pytest

from hub.hosting.rendering import NotAValue, as_text, fixed_attributes, plain
from hub.model.entity import EntityDescription

SENSOR = EntityDescription(domain="sensor", key="x")
BINARY = EntityDescription(domain="binary_sensor", key="x")


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Plain(Enum):
    ONE = "one"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "unknown"),
        ("", ""),
        ("warm", "warm"),
        (True, "on"),
        (False, "off"),
        (0, "0"),
        (-7, "-7"),
        (20.0, "20.0"),
        (0.1 + 0.2, "0.3"),
        (1234.5, "1234.5"),
        (1e22, "1e+22"),
        (float("nan"), "unknown"),
        (float("-inf"), "unknown"),
        (datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), "2026-03-04T05:06:07+00:00"),
        (datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=2))), "2026-03-04T05:06:07+02:00"),
        (timedelta(minutes=2), "120"),
        (timedelta(milliseconds=1500), "1.5"),
        (Colour.RED, "red"),
        (Level.HIGH, "3"),
        (Plain.ONE, "one"),
        ("x" * 255, "x" * 255),
    ],
)
def test_values_become_text_as_home_assistant_shows_them(value: object, text: str) -> None:
    """Booleans are on and off, floats lose the noise of their last digit, durations are seconds."""
    assert as_text(value, SENSOR) == text


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("x" * 256, "256 characters"),
        (["a"], "is a list"),
        ({"a": 1}, "is a dict"),
        (b"raw", "is a bytes"),
        (Decimal("1.5"), "is a Decimal"),
        (object, "is a type"),
        (datetime(2026, 1, 1), "no time zone"),  # noqa: DTZ001  # that is the point
    ],
)
def test_what_a_state_cannot_be_is_refused(value: object, why: str) -> None:
    """The message says what is wrong."""
    with pytest.raises(NotAValue, match=why):
        as_text(value, SENSOR)


@pytest.mark.parametrize("value", ["on", 1, 0.0])
def test_a_binary_sensor_is_on_off_or_unknown(value: object) -> None:
    """Something that merely looks like a boolean is a mistake."""
    assert [as_text(right, BINARY) for right in (True, False, None)] == ["on", "off", "unknown"]
    with pytest.raises(NotAValue, match="neither True, False nor None"):
        as_text(value, BINARY)


def test_an_entity_with_options_takes_no_others() -> None:
    """Options are a promise to those who write automations."""
    door = EntityDescription(domain="sensor", key="door", options=("open", "shut"))

    assert as_text("open", door) == "open"
    assert as_text(None, door) == "unknown"
    with pytest.raises(NotAValue, match="'ajar' is not one of its options: open, shut"):
        as_text("ajar", door)


def test_only_what_is_said_becomes_an_attribute() -> None:
    """Attributes have Home Assistant's names."""
    full = EntityDescription(
        domain="sensor", key="p", unit="kW", device_class="power", state_class="measurement", icon="mdi:flash", options=("a",)
    )

    assert fixed_attributes(SENSOR, "Roof x") == {"friendly_name": "Roof x"}
    assert fixed_attributes(full, "Roof power") == {
        "unit_of_measurement": "kW",
        "device_class": "power",
        "state_class": "measurement",
        "icon": "mdi:flash",
        "options": ["a"],
        "friendly_name": "Roof power",
    }


def test_what_a_plugin_gives_is_copied_into_plain_values() -> None:
    """What the plugin changes later does not change a state, and everything has a form in JSON."""
    inner: list[Any] = [1]
    given = {
        "list": inner,
        "set": {2},
        "tuple": (3,),
        4: Colour.RED,
        "time": timedelta(seconds=5),
        "odd": Decimal(6),
        "raw": b"7",
    }

    copied = plain(given)
    inner.append("later")

    assert copied == {"list": [1], "set": [2], "tuple": [3], "4": "red", "time": 5.0, "odd": "6", "raw": "7"}
