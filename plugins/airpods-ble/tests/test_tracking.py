"""From a capture to entities and events, by a simulated clock."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import hub_airpods_ble
import pytest
from hub_airpods_ble.sighting import Sighting
from hub_airpods_ble.simulator import SimulatedSet
from hub_airpods_ble.simulator.sets import MAX

from hub.clock import SimulatedClock
from hub.testing import KeptMemory, Running, running

Capture = Callable[[Iterable[Sighting]], Path]


def every_second(worn: SimulatedSet, begin: int, end: int, signal: int = -60) -> Iterator[Sighting]:
    """What a set sends in these seconds."""
    for moment in range(begin, end):
        yield worn.heard(signal, "hci0", moment)


def by_time(*streams: Iterable[Sighting]) -> list[Sighting]:
    return sorted((sighting for stream in streams for sighting in stream), key=lambda sighting: sighting.at)


def told(hub: Running[SimulatedClock], event: str) -> list[dict[str, Any]]:
    """What the plugin has told, without the name of its instance."""
    return [{key: value for key, value in data.items() if key != "instance"} for data in hub.told(f"airpods_ble.{event}")]


def section(path: Path, *people: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"source": "replay", "replay": {"file": str(path)}, "people": list(people), "leave_after": 60, **more}


async def test_somebody_comes_stays_and_goes(capture: Capture, ada: SimulatedSet) -> None:
    """With one event each, and entities that say what the set says."""
    path = capture(every_second(ada, 0, 30))
    async with running(hub_airpods_ble, section(path, ada.owned_by("Ada")), SimulatedClock()) as hub:
        assert hub.value("binary_sensor.ada_present") == "off"
        await hub.clock.advance(10)

        assert hub.value("binary_sensor.ada_present") == "on"
        assert told(hub, "arrived") == [{"person": "Ada", "team": None, "present": None}]
        shown = {
            "sensor.ada_left_battery": "80",
            "sensor.ada_right_battery": "70",
            "sensor.ada_case_battery": "unknown",
            "binary_sensor.ada_left_charging": "off",
            "binary_sensor.ada_left_in_ear": "on",
            "binary_sensor.ada_right_in_ear": "on",
            "binary_sensor.ada_wearing": "on",
            "binary_sensor.ada_lid": "unknown",
            "sensor.ada_activity": "idle",
            "sensor.ada_model": "AirPods Pro 3",
            "sensor.ada_signal": "-60",
        }
        assert {name: hub.value(name) for name in shown} == shown

        await hub.clock.advance(100)

        assert hub.value("binary_sensor.ada_present") == "off"
        assert told(hub, "left") == [{"person": "Ada", "team": None, "present": None}]
        assert hub.value("sensor.ada_left_battery") == "80"
        passed = ("sensor.ada_signal", "sensor.ada_activity", "binary_sensor.ada_wearing", "binary_sensor.ada_left_in_ear")
        assert {hub.value(name) for name in passed} == {"unknown"}
        assert hub.value("sensor.ada_last_seen") == "1970-01-01T00:00:29+00:00"


async def test_a_changed_address_is_no_coming_and_going(capture: Capture, ada: SimulatedSet) -> None:
    """The key connects them."""

    def changing() -> Iterator[Sighting]:
        for moment in range(0, 600, 5):
            if moment % 50 == 0:
                ada.change_address()
            yield ada.heard(-60, "hci0", moment)

    path = capture(changing())
    async with running(hub_airpods_ble, section(path, ada.owned_by("Ada")), SimulatedClock()) as hub:
        await hub.clock.advance(600)

        assert len(told(hub, "arrived")) == 1
        assert told(hub, "left") == []


async def test_of_those_who_have_not_agreed_nothing_is_kept_or_told(
    capture: Capture,
    ada: SimulatedSet,
    bob: SimulatedSet,
    stranger: SimulatedSet,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither of strangers nor of people who are listed without consent: no entity, event, memory, log or recording."""
    caplog.set_level(logging.DEBUG)
    path = capture(by_time(every_second(ada, 0, 60), every_second(bob, 0, 60), every_second(stranger, 0, 60)))
    recorded = tmp_path / "recorded.jsonl"
    people = ada.owned_by("Ada"), bob.owned_by("Bob", consent=False)
    async with running(hub_airpods_ble, section(path, *people, record=str(recorded)), SimulatedClock()) as hub:
        await hub.clock.advance(61)
        await hub.clock.advance(3)

        known = "\n".join([*map(str, hub.states.all()), *map(str, hub.events), str(hub.memory.items()), str(hub.entities.all())])
        assert told(hub, "arrived") == [{"person": "Ada", "team": None, "present": None}]
    lines = [json.loads(line) for line in recorded.read_text().splitlines()]
    everything = (known + caplog.text + recorded.read_text()).lower()
    assert {line["address"] for line in lines} == {ada.address}
    assert "bob" not in everything
    assert bob.address.lower() not in everything
    assert stranger.address.lower() not in everything


async def test_whoever_takes_the_consent_back_is_forgotten(capture: Capture, ada: SimulatedSet) -> None:
    """What was remembered is deleted at the next start."""
    memory = KeptMemory()
    config = section(capture(every_second(ada, 0, 20)), ada.owned_by("Ada"))
    async with running(hub_airpods_ble, config, SimulatedClock(), memory) as hub:
        await hub.clock.advance(20)
    assert memory.items() == {"person/ada": {"present": True, "low": []}}

    config["people"] = [ada.owned_by("Ada", consent=False)]
    async with running(hub_airpods_ble, config, SimulatedClock(), memory) as hub:
        await hub.clock.advance(20)
        assert told(hub, "arrived") == []
        assert hub.state("binary_sensor.ada_present") is None
    assert memory.items() == {}


async def test_reporting_by_team_forgets_the_people(capture: Capture, ada: SimulatedSet) -> None:
    """Whoever was remembered by name is not, any more."""
    memory = KeptMemory()
    config = section(capture(every_second(ada, 0, 20)), ada.owned_by("Ada", team="Board"), smallest_team=1)
    async with running(hub_airpods_ble, config, SimulatedClock(), memory) as hub:
        await hub.clock.advance(20)

    async with running(hub_airpods_ble, {**config, "report": "team"}, SimulatedClock(), memory) as hub:
        assert memory.items() == {"team/board": 0}


async def test_after_a_restart_nobody_comes_again(capture: Capture, ada: SimulatedSet, bob: SimulatedSet) -> None:
    """Ada is heard again and stays; Bob is not, and goes when he would have been heard."""
    memory = KeptMemory()
    people = ada.owned_by("Ada", team="Board"), bob.owned_by("Bob", team="Board")
    both = capture(by_time(every_second(ada, 0, 20), every_second(bob, 0, 20)))
    async with running(hub_airpods_ble, section(both, *people), SimulatedClock(), memory) as hub:
        await hub.clock.advance(20)
        assert [event["present"] for event in told(hub, "arrived")] == [1, 2]

    one = capture(every_second(ada, 0, 100))
    async with running(hub_airpods_ble, section(one, *people), SimulatedClock(1000), memory) as hub:
        assert hub.value("binary_sensor.bob_present") == "on"
        assert hub.value("sensor.team_board_people") == "2"
        await hub.clock.advance(90)

        assert told(hub, "arrived") == []
        assert told(hub, "left") == [{"person": "Bob", "team": "Board", "present": 1}]
        assert hub.value("binary_sensor.ada_present") == "on"


async def test_a_team_tells_of_nobody(capture: Capture) -> None:
    """`report: team`: how many, and no name, set, charge or signal anywhere."""
    sets = {name: SimulatedSet(Random(name)) for name in ("Xenia", "Yusuf", "Zora")}
    path = capture(by_time(every_second(sets["Xenia"], 0, 200), every_second(sets["Yusuf"], 20, 60)))
    people = [worn.owned_by(name, team="Board") for name, worn in sets.items()]
    memory = KeptMemory()
    async with running(hub_airpods_ble, section(path, *people, report="team"), SimulatedClock(), memory) as hub:
        await hub.clock.advance(30)
        assert hub.value("sensor.team_board_people") == "2"
        assert hub.value("binary_sensor.team_board_anyone") == "on"
        assert await hub.call("airpods_ble.present") == {"people": [], "teams": {"Board": 2}}
        await hub.clock.advance(120)

        assert told(hub, "arrived") == [{"person": None, "team": "Board", "present": n} for n in (1, 2)]
        assert told(hub, "left") == [{"person": None, "team": "Board", "present": 1}]
        known = "\n".join([*map(str, hub.states.all()), *map(str, hub.events), str(hub.entities.all()), str(memory.items())])
    assert memory.items() == {"team/board": 1}
    assert not any(word in known.lower() for word in ("xenia", "yusuf", "zora", "battery", "signal"))

    async with running(hub_airpods_ble, section(path, *people, report="team"), SimulatedClock(), memory) as hub:
        await hub.clock.advance(24)
        assert told(hub, "arrived") == []
        assert hub.value("sensor.team_board_people") == "1"
        await hub.clock.advance(10)
        assert told(hub, "arrived") == [{"person": None, "team": "Board", "present": 2}]


async def test_ears_and_batteries_are_told(capture: Capture, ada: SimulatedSet) -> None:
    """With typed fields."""

    def listening() -> Iterator[Sighting]:
        yield from every_second(ada, 0, 20)
        ada.left_in_ear = False
        yield from every_second(ada, 20, 30)
        ada.left = 9
        yield from every_second(ada, 30, 40)

    async with running(hub_airpods_ble, section(capture(listening()), ada.owned_by("Ada")), SimulatedClock()) as hub:
        await hub.clock.advance(40)

        assert told(hub, "in_ear_changed") == [
            {"person": "Ada", "left": False, "right": True, "wearing": True, "was_wearing": True}
        ]
        assert told(hub, "battery_low") == [{"person": "Ada", "part": "left", "percent": 9, "exact": True}]
        assert hub.state("sensor.ada_left_battery").attributes["tolerance"] == 0


async def test_a_case_that_says_nothing_keeps_its_charge(capture: Capture, ada: SimulatedSet) -> None:
    """It is not 0 % when the last pod is taken out."""

    def taken_out() -> Iterator[Sighting]:
        ada.in_case, ada.left_in_ear, ada.right_in_ear, ada.case = True, False, False, 60
        yield from every_second(ada, 0, 20)
        ada.in_case = False
        yield from every_second(ada, 20, 90)

    async with running(hub_airpods_ble, section(capture(taken_out()), ada.owned_by("Ada")), SimulatedClock()) as hub:
        await hub.clock.advance(15)
        assert hub.value("sensor.ada_case_battery") == "60"
        assert hub.value("binary_sensor.ada_lid") == "off"
        await hub.clock.advance(75)

        assert hub.value("sensor.ada_case_battery") == "60"
        assert hub.state("sensor.ada_case_battery").attributes["heard_at"] == "1970-01-01T00:00:00+00:00"


async def test_a_headset_has_other_entities(capture: Capture, ada: SimulatedSet) -> None:
    """One battery, nothing left or right."""
    ada.model = MAX
    async with running(hub_airpods_ble, section(capture(every_second(ada, 0, 20)), ada.owned_by("Ada")), SimulatedClock()) as hub:
        await hub.clock.advance(20)

        assert hub.value("sensor.ada_headset_battery") == "80"
        assert hub.state("sensor.ada_left_battery") is None


async def test_without_its_key_charges_are_rough(capture: Capture, ada: SimulatedSet) -> None:
    """And said to be."""
    ada.left = 83
    person = {**ada.owned_by("Ada"), "encryption_key": None}
    async with running(hub_airpods_ble, section(capture(every_second(ada, 0, 20)), person), SimulatedClock()) as hub:
        await hub.clock.advance(20)

        state = hub.state("sensor.ada_left_battery")
        assert (state.state, state.attributes["tolerance"]) == ("80", 10)


async def test_the_nearest_adapter_is_told(capture: Capture, ada: SimulatedSet) -> None:
    """Several hear the same message; whichever hears it strongest is where the person is."""
    both = [ada.heard(signal, adapter, moment) for moment in range(20) for signal, adapter in ((-70, "hci0"), (-50, "hci1"))]
    async with running(hub_airpods_ble, section(capture(both), ada.owned_by("Ada")), SimulatedClock()) as hub:
        await hub.clock.advance(20)

        assert hub.state("sensor.ada_signal").attributes["adapter"] == "hci1"
        assert hub.value("sensor.ada_signal") == "-50"
        assert await hub.call("airpods_ble.present") == {"people": ["Ada"], "teams": {}}


async def test_small_changes_of_the_signal_are_no_states(capture: Capture, ada: SimulatedSet) -> None:
    """A state each second for each person would fill the history with noise."""
    noisy = [ada.heard(-60 + moment % 4, "hci0", moment) for moment in range(100)]
    async with running(hub_airpods_ble, section(capture(noisy), ada.owned_by("Ada")), SimulatedClock()) as hub:
        changes: list[str] = []
        hub.bus.listen("state_changed", lambda event: changes.append(event.data["entity_id"]))
        await hub.clock.advance(100)

        assert changes.count("sensor.ada_signal") == 1
        assert changes.count("sensor.ada_last_seen") <= 2
