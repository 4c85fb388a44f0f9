"""Targets mean entities."""

import pytest

from hub.model.entity import Category, Device
from hub.model.names import EntityId
from hub.registry import resolve
from tests.registry.house import House


@pytest.fixture
def site(house: House) -> House:
    """Two floors, two areas, a server with four entities, a lamp in the attic, and a lone state."""
    registries = house.registries
    registries.floors.create("Top")
    registries.floors.create("Ground")
    registries.areas.create("Attic", floor_id="top")
    registries.areas.create("Hall", floor_id="ground")
    server = registries.devices.get_or_create("ftp", "ftp", Device(key="server", name="Server", area="Attic"))
    for key in ("power", "moved", "secret", "diagnostic", "off"):
        category = Category.DIAGNOSTIC if key == "diagnostic" else None
        entities = registries.entities
        entities.register("ftp", key, domain="sensor", suggested_object_id=key, device_id=server.id, category=category)
        house.states.set(EntityId(f"sensor.{key}"), "1")
    registries.entities.update("sensor.moved", area_id="hall")
    registries.entities.update("sensor.secret", hidden=True)
    registries.entities.update("sensor.off", disabled=True)
    registries.entities.register("hue", "lamp", domain="light", suggested_object_id="lamp")
    registries.entities.update("light.lamp", area_id="attic")
    house.states.set(EntityId("light.lamp"), "on")
    house.states.set(EntityId("sensor.lone"), "1")
    return house


def reached(site: House, **target: object) -> list[str]:
    return [str(entity_id) for entity_id in resolve(target, site.registries, site.states).entities]


def server_id(site: House) -> str:
    return site.registries.devices.all()[0].id


@pytest.mark.parametrize(
    "named",
    [
        "sensor.lone, light.lamp",
        ["sensor.lone", "light.lamp"],
        ["sensor.lone,light.lamp"],
        ("Sensor.Lone", " light.lamp ", "sensor.lone"),
        [["sensor.lone"], "light.lamp", "none"],
    ],
)
def test_entities_are_named_one_by_one(site: House, named: object) -> None:
    """A comma string, a list, or a list of either; each counts once."""
    assert reached(site, entity_id=named) == ["sensor.lone", "light.lamp"]


def test_a_named_entity_is_meant_even_if_hidden_or_diagnostic(site: House) -> None:
    """The rule to skip them is for those that are reached through something else."""
    assert reached(site, entity_id=["sensor.secret", "sensor.diagnostic"]) == ["sensor.secret", "sensor.diagnostic"]


def test_an_entity_can_be_named_by_its_lasting_id(site: House) -> None:
    """As device automations do."""
    entry = site.registries.entities.get("light.lamp")
    assert entry is not None

    assert reached(site, entity_id=entry.id) == ["light.lamp"]


def test_all_and_none(site: House) -> None:
    """`all` is every entity with a state; `none` is nothing, and nothing is missing."""
    assert reached(site, entity_id="all") == [str(entity_id) for entity_id in site.states.ids()]

    nothing = resolve({"entity_id": "none", "area_id": "none"}, site.registries, site.states)
    assert (nothing.entities, nothing.missing) == ([], {})
    assert reached(site) == []


def test_a_device_means_its_usable_entities(site: House) -> None:
    """Not the hidden, disabled and diagnostic ones."""
    assert reached(site, device_id=server_id(site)) == ["sensor.power", "sensor.moved"]


def test_an_area_means_what_is_in_it(site: House) -> None:
    """Its own entities and those of its devices, but not those that were moved elsewhere."""
    assert reached(site, area_id="attic") == ["light.lamp", "sensor.power"]
    assert reached(site, area_id="hall") == ["sensor.moved"]


def test_a_floor_means_its_areas(site: House) -> None:
    """Also several, as a list."""
    assert reached(site, floor_id="top") == ["light.lamp", "sensor.power"]
    assert reached(site, floor_id=["top", "ground"]) == ["light.lamp", "sensor.power", "sensor.moved"]


def test_a_label_means_entities_devices_and_areas(site: House) -> None:
    """Whatever bears it, and what is in that."""
    registries = site.registries
    for name in ("On entity", "On device", "On area"):
        registries.labels.create(name)
    registries.entities.update("light.lamp", labels=["on_entity"])
    registries.devices.update(server_id(site), labels=frozenset({"on_device"}))
    registries.areas.update("hall", labels=frozenset({"on_area"}))

    assert reached(site, label_id="on_entity") == ["light.lamp"]
    assert reached(site, label_id="on_device") == ["sensor.power", "sensor.moved"]
    assert reached(site, label_id="on_area") == ["sensor.moved"]


def test_each_entity_counts_once_and_the_named_come_first(site: House) -> None:
    """However many ways lead to it."""
    resolved = resolve({"entity_id": "sensor.moved", "area_id": "attic, hall"}, site.registries, site.states)

    assert resolved.named == ["sensor.moved"]
    assert resolved.reached == ["light.lamp", "sensor.power"]


def test_what_is_excluded_is_left_out(site: House) -> None:
    """By the same keys."""
    target = {"entity_id": "sensor.moved", "area_id": "attic", "exclude": {"device_id": server_id(site)}}

    assert reached(site, **target) == ["light.lamp"]


def test_what_is_missing_is_named(site: House) -> None:
    """The rest is found all the same."""
    target = {
        "entity_id": ["light.lamp", "light.ghost", "no entity id"],
        "device_id": "ghost",
        "area_id": ["attic", "cellar"],
        "floor_id": "roof",
        "label_id": "nope",
    }

    resolved = resolve(target, site.registries, site.states)

    assert resolved.entities == ["light.lamp", "sensor.power"]
    assert resolved.missing == {
        "entity_id": ["light.ghost", "no entity id"],
        "device_id": ["ghost"],
        "area_id": ["cellar"],
        "floor_id": ["roof"],
        "label_id": ["nope"],
    }


def test_a_registered_entity_without_a_state_is_there(site: House) -> None:
    """Its plugin may be about to connect."""
    site.states.remove("light.lamp")

    assert reached(site, entity_id="light.lamp") == ["light.lamp"]


@pytest.mark.parametrize("value", [5, 5.5, True, {"a": 1}, object()])
def test_values_of_the_wrong_type_are_missing_things(site: House, value: object) -> None:
    """They hurt nobody."""
    resolved = resolve({"entity_id": value, "device_id": value}, site.registries, site.states)

    assert resolved.entities == []
    assert resolved.missing
