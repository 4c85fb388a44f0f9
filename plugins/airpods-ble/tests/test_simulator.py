"""The simulator is believable: what it sends is what a real set would send."""

from random import Random

import hub_airpods_ble
import pytest
from hub_airpods_ble.message import Pair, read_status, status_bytes
from hub_airpods_ble.models import Activity
from hub_airpods_ble.simulator import SimulatedSet
from hub_airpods_ble.simulator.office import Office
from hub_airpods_ble.simulator.rehearsal import rehearse_office
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import SystemClock
from hub.testing import running


@given(
    left=st.integers(0, 100),
    right=st.integers(0, 100),
    left_in_ear=st.booleans(),
    right_in_ear=st.booleans(),
    right_speaks=st.booleans(),
    in_case=st.booleans(),
    activity=st.sampled_from(Activity),
)
def test_what_a_set_is_is_what_is_read(
    left: int, right: int, left_in_ear: bool, right_in_ear: bool, right_speaks: bool, in_case: bool, activity: Activity
) -> None:
    """Whatever its state, and whichever pod speaks."""
    worn = SimulatedSet(Random(1), left=left, right=right, left_in_ear=left_in_ear, right_in_ear=right_in_ear)
    worn.right_speaks, worn.in_case, worn.activity = right_speaks, in_case, activity

    value = status_bytes(worn.message())
    assert value is not None
    status = read_status(value)

    assert isinstance(status.shape, Pair)
    assert status.activity is activity
    assert [status.shape.left.in_ear, status.shape.right.in_ear] == [
        left_in_ear and not in_case,
        right_in_ear and not in_case,
    ]
    assert abs((status.shape.left.battery.percent or 0) - left) <= 5
    assert abs((status.shape.right.battery.percent or 0) - right) <= 5
    assert status.shape.left.battery.charging is in_case
    assert status.shape.lid_open is (False if in_case else None)


def test_a_day_in_the_office_is_lively() -> None:
    """People come and go, batteries run down and are charged, and it never stops with nobody to come or go."""
    office, low, charging = Office(), 0, 0
    for step in range(12 * 3600 // 2):
        office.live(2)
        if step % 60 == 0:
            office.turn()
        low += any(wearer.set.left < 20 for wearer in office.wearers)
        charging += any(wearer.set.in_case for wearer in office.wearers)

    assert office.comings > 50
    assert office.goings > 50
    assert low > 0
    assert charging > 0


async def test_people_come_and_go_in_the_rehearsal() -> None:
    """At six hundred times the speed, on a feed; who has not agreed is never there."""
    clock = SystemClock(600)
    async with rehearse_office(clock) as rehearsal, running(hub_airpods_ble, rehearsal.config, clock) as hub:
        await hub.until(lambda: hub.told("airpods_ble.arrived"))
        while not (hub.told("airpods_ble.left") and len(hub.told("airpods_ble.arrived")) > 3):
            for cue in rehearsal.cues.values():
                await cue()
            await clock.sleep(20)

        assert {event["person"] for event in hub.told("airpods_ble.arrived")} <= {"Ada", "Bob", "Clara"}
        assert hub.state("binary_sensor.dora_present") is None
        assert rehearsal.summary()["airpods_strangers"] > 0
        assert hub.report.bugs == 0


@pytest.mark.parametrize("seed", range(5))
def test_any_life_goes_on(seed: int) -> None:
    """Whatever is drawn."""
    office = Office(Random(seed))
    for moment in range(2000):
        office.live(2)
        office.turn()
        assert all(status_bytes(sighting.data) for sighting in office.adverts(moment))
