"""What follows from what a set says."""

import pytest
from hub_airpods_ble.config import Person
from hub_airpods_ble.events import BatteryLow, InEarChanged, Part
from hub_airpods_ble.message import Status, read_status, status_bytes
from hub_airpods_ble.readings import Readings
from hub_airpods_ble.simulator import SimulatedSet
from hub_airpods_ble.simulator.sets import MAX

from hub.api import PluginEvent

ADA = Person(name="Ada")


def said(worn: SimulatedSet) -> Status:
    value = status_bytes(worn.message())
    assert value is not None
    return read_status(value)


@pytest.fixture
def told() -> list[PluginEvent]:
    return []


@pytest.fixture
def readings(told: list[PluginEvent]) -> Readings:
    return Readings(ADA, 20, (), told.append)


def test_ears_are_told_of_when_they_change(readings: Readings, told: list[PluginEvent], ada: SimulatedSet) -> None:
    """Not with the first message, and not while nothing changes."""
    readings.take(said(ada))
    readings.take(said(ada))
    assert told == []

    ada.left_in_ear = False
    readings.take(said(ada))
    ada.right_in_ear = False
    readings.take(said(ada))

    assert told == [
        InEarChanged(person="Ada", left=False, right=True, wearing=True, was_wearing=True),
        InEarChanged(person="Ada", left=False, right=False, wearing=False, was_wearing=True),
    ]


def test_it_is_no_change_when_the_other_pod_begins_to_speak(
    readings: Readings, told: list[PluginEvent], ada: SimulatedSet
) -> None:
    """Left stays left."""
    ada.left_in_ear = False
    for right_speaks in (False, True, False):
        ada.right_speaks = right_speaks
        readings.take(said(ada))

    assert told == []


def test_a_headset_is_worn_or_not(readings: Readings, told: list[PluginEvent], ada: SimulatedSet) -> None:
    """It has no left and right."""
    ada.model = MAX
    readings.take(said(ada))
    ada.left_in_ear = False
    readings.take(said(ada))

    assert told == [InEarChanged(person="Ada", left=None, right=None, wearing=False, was_wearing=True)]


def test_who_comes_back_otherwise_has_changed_nothing(readings: Readings, told: list[PluginEvent], ada: SimulatedSet) -> None:
    """What happened on the way was not heard."""
    readings.take(said(ada))
    readings.forget()
    ada.left_in_ear = False
    readings.take(said(ada))

    assert told == []


def test_a_low_battery_is_told_once(readings: Readings, told: list[PluginEvent], ada: SimulatedSet) -> None:
    """The steps of 10 % go up and down at the border; it is told again when it was charged in between."""
    for left in (30, 20, 30, 20, 10):
        ada.left = left
        readings.take(said(ada))
    assert told == [BatteryLow(person="Ada", part=Part.LEFT, percent=20, exact=False)]

    for left in (40, 20):
        ada.left = left
        readings.take(said(ada))
    assert len(told) == 2


def test_a_battery_that_is_charged_is_not_low(readings: Readings, told: list[PluginEvent], ada: SimulatedSet) -> None:
    """Nobody need do anything about it; out of the case it is told of again."""
    ada.left, ada.in_case, ada.left_in_ear, ada.right_in_ear = 10, True, False, False
    readings.take(said(ada))
    assert told == []

    ada.in_case = False
    readings.take(said(ada))
    assert [event.part for event in told if isinstance(event, BatteryLow)] == [Part.LEFT]


def test_what_was_told_before_a_restart_is_not_told_again(told: list[PluginEvent], ada: SimulatedSet) -> None:
    """It is remembered by the names of the parts; others are ignored."""
    readings = Readings(ADA, 20, ["left", "lid"], told.append)
    ada.left = 10

    readings.take(said(ada))

    assert told == []
    assert readings.low == {Part.LEFT}
