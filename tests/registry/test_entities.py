"""The entity registry gives lasting identities."""

import re
import time

import pytest

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.errors import BadName
from hub.model.entity import Category, Device, RegistryEntry
from hub.model.names import EntityId
from hub.registry import EntityRegistry, NameTaken, RegistryError, UnknownRow
from tests.registry.house import House, Shelf


def test_a_new_entity_gets_an_id_made_of_its_name(house: House) -> None:
    """Slug of the suggestion; 32 hexadecimal characters of lasting id; kept and told."""
    entry = house.registries.entities.register("ftp", "roof/power", domain="sensor", suggested_object_id="Dach Süd: Leistung")

    assert entry.entity_id == "sensor.dach_sud_leistung"
    assert re.fullmatch("[0-9a-f]{32}", entry.id)
    assert house.shelf.rows[("RegistryEntry", entry.id)] == entry
    assert house.told == [("entity_registry_updated", {"action": "create", "entity_id": "sensor.dach_sud_leistung"})]


def test_the_same_unique_id_is_the_same_entity(house: House) -> None:
    """Registering again returns the first entry, whatever is suggested now, and tells nobody."""
    first = house.registries.entities.register("ftp", "power", domain="sensor", suggested_object_id="power")
    house.told.clear()

    again = house.registries.entities.register("ftp", "power", domain="sensor", suggested_object_id="something else")

    assert again == first
    assert house.told == []


def test_what_the_plugin_says_of_an_entity_is_brought_up_to_date(house: House) -> None:
    """A later version may give another name; the admin's own name stays."""
    entities = house.registries.entities
    entities.register("ftp", "power", domain="sensor", original_name="Power")
    entities.update("sensor.ftp_power", name="Roof")

    entry = entities.register("ftp", "power", domain="sensor", original_name="Active power", category=Category.DIAGNOSTIC)

    assert (entry.name, entry.original_name, entry.category) == ("Roof", "Active power", Category.DIAGNOSTIC)
    assert house.told[-1][1]["changes"] == {"original_name": "Power", "entity_category": None}


def test_a_name_in_use_gets_a_number(house: House) -> None:
    """In use by the registry, or by a state that nobody registered."""
    house.states.set(EntityId("sensor.power_2"), "1")
    entities = house.registries.entities

    ids = [entities.register("ftp", key, domain="sensor", suggested_object_id="power").entity_id for key in "abc"]

    assert ids == ["sensor.power", "sensor.power_3", "sensor.power_4"]


def test_the_same_unique_id_in_another_domain_or_platform_is_another_entity(house: House) -> None:
    """Uniqueness is by domain, platform and unique id."""
    entities = house.registries.entities

    ids = {
        entities.register(platform, "up", domain=domain).id
        for platform in ("ftp", "tcp")
        for domain in ("sensor", "binary_sensor")
    }

    assert len(ids) == 4


@pytest.mark.parametrize("suggestion", ["", "...", "日本", "__", "a" * 1000, "Ünïcødé " * 50])
def test_any_suggestion_gives_a_well_spelt_id(house: House, suggestion: str) -> None:
    """No letters, too many letters: an id comes out all the same."""
    entry = house.registries.entities.register("ftp", "x", domain="sensor", suggested_object_id=suggestion)

    assert EntityId.parse(entry.entity_id) == entry.entity_id


def test_a_domain_that_is_no_slug_is_refused(house: House) -> None:
    """Nothing is registered then."""
    with pytest.raises(BadName):
        house.registries.entities.register("ftp", "x", domain="Sen sor")

    assert len(house.registries.entities) == 0


def test_ten_thousand_equal_names_are_numbered_quickly(house: House) -> None:
    """Each look starts at the last number given."""
    began = time.perf_counter()

    for number in range(10_000):
        entry = house.registries.entities.register("ftp", str(number), domain="sensor", suggested_object_id="cpu")

    assert entry.entity_id == "sensor.cpu_10000"
    assert time.perf_counter() - began < 5


def test_renaming_keeps_the_lasting_id(house: House) -> None:
    """The event says what it was called."""
    entities = house.registries.entities
    before = entities.register("ftp", "power", domain="sensor", suggested_object_id="power")

    after = entities.update("sensor.power", new_entity_id="sensor.roof_power")

    assert after.id == before.id
    assert entities.get("sensor.power") is None
    assert entities.get("sensor.roof_power") == after
    assert entities.by_unique_id("sensor", "ftp", "power") == after
    assert house.told[-1] == (
        "entity_registry_updated",
        {
            "action": "update",
            "entity_id": "sensor.roof_power",
            "changes": {"entity_id": "sensor.power"},
            "old_entity_id": "sensor.power",
        },
    )


def test_an_entity_cannot_take_the_id_of_another_or_leave_its_domain(house: House) -> None:
    """Neither a registered id nor one that only has a state."""
    entities = house.registries.entities
    entities.register("ftp", "a", domain="sensor", suggested_object_id="a")
    entities.register("ftp", "b", domain="sensor", suggested_object_id="b")
    house.states.set(EntityId("sensor.c"), "1")

    for taken in ("sensor.b", "sensor.c"):
        with pytest.raises(NameTaken):
            entities.update("sensor.a", new_entity_id=taken)
    with pytest.raises(RegistryError, match="the domain must stay 'sensor'"):
        entities.update("sensor.a", new_entity_id="switch.a")
    with pytest.raises(BadName):
        entities.update("sensor.a", new_entity_id="sensor.Not a name!")

    assert entities.get("sensor.a") is not None


def test_what_an_admin_says_is_kept_and_told_with_the_former_values(house: House) -> None:
    """Under the names that Home Assistant's clients know."""
    entities = house.registries.entities
    entities.register("ftp", "a", domain="sensor", suggested_object_id="a")

    entry = entities.update("sensor.a", name="Roof", area_id="attic", labels=["sun", "sun"], disabled=True, hidden=True)

    assert (entry.name, entry.area_id, entry.labels, entry.disabled, entry.hidden) == (
        "Roof",
        "attic",
        frozenset({"sun"}),
        True,
        True,
    )
    assert house.told[-1][1]["changes"] == {"name": None, "area_id": None, "labels": [], "disabled_by": None, "hidden_by": None}
    assert house.shelf.rows[("RegistryEntry", entry.id)] == entry


def test_changing_nothing_tells_nobody(house: House) -> None:
    """Equal values are no change."""
    house.registries.entities.register("ftp", "a", domain="sensor", suggested_object_id="a")
    house.told.clear()

    house.registries.entities.update("sensor.a", name=None, labels=())

    assert house.told == []


def test_a_removed_entity_is_forgotten(house: House) -> None:
    """By every way of finding it; its id is free again."""
    entities = house.registries.entities
    entry = entities.register("ftp", "a", domain="sensor", suggested_object_id="a", config_entry="ftp_berlin")

    entities.remove("sensor.a")

    assert entities.get("sensor.a") is None
    assert entities.by_id(entry.id) is None
    assert entities.of_instance("ftp_berlin") == []
    assert house.shelf.ids("RegistryEntry") == []
    assert house.told[-1] == ("entity_registry_updated", {"action": "remove", "entity_id": "sensor.a"})
    assert entities.register("ftp", "other", domain="sensor", suggested_object_id="a").entity_id == "sensor.a"


def test_nobody_can_change_what_is_not_there(house: House) -> None:
    """Both say which entity."""
    with pytest.raises(UnknownRow, match=r"sensor\.ghost"):
        house.registries.entities.update("sensor.ghost", name="x")
    with pytest.raises(UnknownRow, match=r"sensor\.ghost"):
        house.registries.entities.remove("sensor.ghost")


def test_a_registry_starts_with_the_rows_that_were_kept(house: House) -> None:
    """As after a restart: the same ids, and nothing is told or saved."""
    house.registries.entities.register("ftp", "a", domain="sensor", suggested_object_id="a", device_id="d", config_entry="ftp")
    house.registries.entities.update("sensor.a", labels=["sun"], area_id="attic")
    kept = [row for row in house.shelf.rows.values() if isinstance(row, RegistryEntry)]

    later = EntityRegistry(Bus(SimulatedClock()), kept, Shelf())

    assert later.all() == kept
    found = (later.of_device("d"), later.in_area("attic"), later.labelled("sun"), later.of_instance("ftp"))
    assert found == (kept, kept, kept, kept)
    assert later.register("ftp", "a", domain="sensor", device_id="d", config_entry="ftp").id == kept[0].id


def test_entities_stay_in_the_order_in_which_they_came(house: House) -> None:
    """A change moves nobody to the end."""
    entities = house.registries.entities
    for key in "abc":
        entities.register("ftp", key, domain="sensor", suggested_object_id=key)

    entities.update("sensor.a", name="first")

    assert [entry.entity_id for entry in entities.all()] == ["sensor.a", "sensor.b", "sensor.c"]


def test_entities_outlive_their_device_area_and_labels(house: House) -> None:
    """What is removed is taken out of the entities that named it."""
    all_of_them = house.registries
    device = all_of_them.devices.get_or_create("ftp", "ftp", Device(key="d", name="Server"))
    area, label = all_of_them.areas.create("Attic"), all_of_them.labels.create("Sun")
    all_of_them.entities.register("ftp", "a", domain="sensor", suggested_object_id="a", device_id=device.id)
    all_of_them.entities.update("sensor.a", area_id=area.id, labels=[label.id, "other"])

    all_of_them.devices.remove(device.id)
    all_of_them.areas.remove(area.id)
    all_of_them.labels.remove(label.id)

    entry = all_of_them.entities.get("sensor.a")
    assert entry is not None
    assert (entry.device_id, entry.area_id, entry.labels) == (None, None, frozenset({"other"}))
