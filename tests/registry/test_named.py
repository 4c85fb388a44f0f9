"""Areas, floors and labels have unique names and ids made of them."""

import pytest

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.model.entity import Area
from hub.registry import AreaRegistry, NameTaken, UnknownRow
from tests.registry.house import House


def test_ids_are_slugs_of_names(house: House) -> None:
    """Told and kept, each in its own registry."""
    house.registries.areas.create(" Serverraum Süd ")
    house.registries.floors.create("2. Stock", level=2)
    house.registries.labels.create("Kritisch!", description="wakes people")

    assert house.shelf.ids("Area") == ["serverraum_sud"]
    assert house.shelf.ids("Floor") == ["2_stock"]
    assert house.shelf.ids("Label") == ["kritisch"]
    assert house.told == [
        ("area_registry_updated", {"action": "create", "area_id": "serverraum_sud"}),
        ("floor_registry_updated", {"action": "create", "floor_id": "2_stock"}),
        ("label_registry_updated", {"action": "create", "label_id": "kritisch"}),
    ]


def test_different_names_with_the_same_slug_get_numbers(house: House) -> None:
    """`Rack A` and `Rack-A` are two areas."""
    areas = house.registries.areas

    assert [areas.create(name).id for name in ("Rack A", "Rack-A", "Rack_A", "…", "!")] == [
        "rack_a",
        "rack_a_2",
        "rack_a_3",
        "unknown",
        "unknown_2",
    ]


def test_a_name_is_taken_whatever_its_case_and_spaces(house: House) -> None:
    """Nobody could tell them apart."""
    house.registries.areas.create("Rack A")
    house.registries.areas.create("Rack B")

    with pytest.raises(NameTaken):
        house.registries.areas.create("rackA")
    with pytest.raises(NameTaken):
        house.registries.areas.update("rack_b", name="RACK a")

    assert house.registries.areas.update("rack_a", name="RACK A").name == "RACK A"


def test_a_renamed_area_keeps_its_id(house: House) -> None:
    """And is found by its new name only."""
    areas = house.registries.areas
    areas.create("Rack A")

    areas.update("rack_a", name="Rack Z", aliases=("Z",))

    assert areas.by_name("Rack A") is None
    found = areas.by_name("rack z")
    assert found is not None
    assert (found.id, found.aliases) == ("rack_a", ("Z",))
    assert house.told[-1] == ("area_registry_updated", {"action": "update", "area_id": "rack_a"})


def test_a_removed_floor_or_label_leaves_its_areas(house: House) -> None:
    """They stay, without it."""
    registries = house.registries
    floor, label = registries.floors.create("Cellar"), registries.labels.create("Wet")
    registries.areas.create("Pumps", floor_id=floor.id, labels=frozenset({label.id}))

    registries.floors.remove("cellar")
    registries.labels.remove("wet")

    assert registries.areas.get("pumps") == Area(id="pumps", name="Pumps")


def test_what_is_not_there_cannot_be_changed(house: House) -> None:
    """All three say what is missing."""
    for registry, kind in (
        (house.registries.areas, "area"),
        (house.registries.floors, "floor"),
        (house.registries.labels, "label"),
    ):
        with pytest.raises(UnknownRow, match=kind):
            registry.remove("ghost")
        with pytest.raises(UnknownRow, match=kind):
            registry.update("ghost", name="x")


def test_changing_nothing_tells_nobody(house: House) -> None:
    """Equal values are no change."""
    house.registries.labels.create("Sun")
    house.told.clear()

    house.registries.labels.update("sun", name="Sun")

    assert house.told == []


def test_areas_start_with_the_rows_that_were_kept(house: House) -> None:
    """Sorted by name when they are listed."""
    house.registries.areas.create("Zoo")
    house.registries.areas.create("attic")
    kept = [row for row in house.shelf.rows.values() if isinstance(row, Area)]

    later = AreaRegistry(Bus(SimulatedClock()), kept)

    assert [area.name for area in later.all()] == ["attic", "Zoo"]
    assert later.get_or_create("ZOO").id == "zoo"
    assert len(later) == 2
