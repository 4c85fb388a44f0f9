"""Registries in templates: areas, floors, labels, devices, entities, instances."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest

from hub.model.entity import Area, DeviceEntry, Floor, Label, RegistryEntry
from hub.model.names import EntityId
from hub.templates.registries import Instance


class Plant:
    """A wind park with one turbine, and a roof."""

    floors: Mapping[str, Floor] = {"north": Floor(id="north", name="North wing", level=1, aliases=("Nordflügel",))}
    areas: Mapping[str, Area] = {
        "roof": Area(id="roof", name="Roof", floor_id="north", labels=frozenset({"solar"}), aliases=("Dach",)),
        "park": Area(id="park", name="Wind park"),
    }
    labels: Mapping[str, Label] = {"solar": Label(id="solar", name="Solar power", description="Makes power from light")}
    devices: Mapping[str, DeviceEntry] = {
        "d1": DeviceEntry(
            id="d1", platform="ftp", instance="ftp_roof", key="k", name="Inverter", name_by_user="My inverter", area_id="roof",
            manufacturer="SMA", labels=frozenset({"solar"}),
        ),
        "d2": DeviceEntry(id="d2", platform="ftp", instance="ftp_park", key="k", name="Turbine", area_id="park"),
    }  # fmt: skip
    entities: Mapping[str, RegistryEntry] = {
        entry.entity_id: entry
        for entry in (
            RegistryEntry(
                id="1", entity_id=EntityId("sensor.roof_power"), platform="ftp", unique_id="1", device_id="d1",
                original_name="Power", config_entry="i1", labels=frozenset({"solar"}),
            ),
            RegistryEntry(
                id="2", entity_id=EntityId("sensor.park_power"), platform="ftp", unique_id="2", device_id="d2", config_entry="i2",
                hidden=True,
            ),
            RegistryEntry(id="3", entity_id=EntityId("sensor.hand"), platform="x", unique_id="3", area_id="roof", name="Mine"),
            RegistryEntry(
                id="4", entity_id=EntityId("sensor.moved"), platform="ftp", unique_id="4", device_id="d2", area_id="roof",
            ),
        )
    }  # fmt: skip
    instances: Mapping[str, Instance] = {
        "i1": Instance(id="i1", domain="ftp", title="Roof server"),
        "i2": Instance(id="i2", domain="ftp", title="Park server"),
    }

    def precision(self, entity_id: str) -> int | None:
        return None

    def issues(self) -> Collection[Mapping[str, Any]]:
        return ({"domain": "ftp", "issue_id": "full", "severity": "warning"},)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("areas()", ["roof", "park"]),
        ("area_id('Roof')", "roof"),
        ("area_id('dach')", "roof"),
        ("area_id('wind PARK')", "park"),
        ("area_id('sensor.roof_power')", "roof"),
        ("area_id('sensor.moved')", "roof"),
        ("area_id('d2')", "park"),
        ("area_id('nowhere')", None),
        ("area_id(5)", None),
        ("'roof' | area_name", "Roof"),
        ("area_name('sensor.park_power')", "Wind park"),
        ("area_name('d1')", "Roof"),
        ("area_name('nowhere')", None),
        ("area_entities('roof')", ["sensor.hand", "sensor.moved", "sensor.roof_power"]),
        ("area_entities('Wind park')", ["sensor.park_power"]),
        ("area_entities('nowhere')", []),
        ("area_devices('Roof')", ["d1"]),
        ("area_devices('nowhere')", []),
        ("floors()", ["north"]),
        ("floor_id('north wing')", "north"),
        ("floor_id('nordflügel')", "north"),
        ("floor_id('sensor.roof_power')", "north"),
        ("floor_id('park')", None),
        ("floor_name('north')", "North wing"),
        ("floor_name('roof')", "North wing"),
        ("floor_name('sensor.park_power')", None),
        ("floor_areas('North wing')", ["roof"]),
        ("'north' | floor_areas", ["roof"]),
        ("floor_areas('nowhere')", []),
        ("floor_entities('north')", ["sensor.hand", "sensor.moved", "sensor.roof_power"]),
        ("labels()", ["solar"]),
        ("labels('sensor.roof_power')", ["solar"]),
        ("labels('d1') + labels('roof') + labels('nothing')", ["solar", "solar"]),
        ("label_id('solar POWER')", "solar"),
        ("label_id('none')", None),
        ("label_name('solar')", "Solar power"),
        ("label_description('solar')", "Makes power from light"),
        ("label_areas('solar')", ["roof"]),
        ("label_devices('Solar power')", ["d1"]),
        ("label_entities('solar')", ["sensor.roof_power"]),
        ("label_entities('none')", []),
        ("device_id('sensor.roof_power')", "d1"),
        ("device_id('My inverter')", "d1"),
        ("device_id('Inverter')", None),
        ("device_name('d1')", "My inverter"),
        ("device_name('sensor.park_power')", "Turbine"),
        ("device_name('none')", None),
        ("device_attr('d1', 'manufacturer')", "SMA"),
        ("'sensor.roof_power' | device_attr('manufacturer')", "SMA"),
        ("device_attr('d1', '__class__')", None),
        ("device_attr('d1', 'secret')", None),
        ("device_attr('none', 'name')", None),
        ("is_device_attr('d1', 'manufacturer', 'SMA')", True),
        ("'d2' is is_device_attr('manufacturer', 'SMA')", False),
        ("device_entities('d1')", ["sensor.roof_power"]),
        ("entity_name('sensor.hand')", "Mine"),
        ("entity_name('sensor.roof_power')", "Power"),
        ("entity_name('sensor.none')", None),
        ("is_hidden_entity('sensor.park_power')", True),
        ("'sensor.hand' is is_hidden_entity", False),
        ("integration_entities('ftp')", ["sensor.roof_power", "sensor.park_power", "sensor.moved"]),
        ("integration_entities('Park server')", ["sensor.park_power"]),
        ("integration_entities('')", []),
        ("config_entry_id('sensor.roof_power')", "i1"),
        ("config_entry_id('sensor.none')", None),
        ("config_entry_attr('i1', 'title')", "Roof server"),
        ("config_entry_attr('none', 'title')", None),
        ("aliases('roof') + aliases('north') + aliases('x')", ["Dach", "Nordflügel"]),
        ("issue('ftp', 'full').severity", "warning"),
        ("issue('ftp', 'none')", None),
        ("issues() | count", 1),
    ],
)
def test_everything_registered_can_be_found_by_id_and_by_name(build_site: Any, expression: str, value: object) -> None:
    """What is unknown gives none or an empty list, never an error."""
    site = build_site(registries=Plant())

    assert site.render("{{ " + expression + " }}") == value
