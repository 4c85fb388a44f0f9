"""States in templates (DIALECT 7.4)."""

from typing import Any

import pytest

from hub.errors import TemplateError
from hub.model.context import Context
from hub.model.event import Event


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("{{ states('sensor.power') }}", 12.5),
        ("{{ states('SENSOR.Power') }}", 12.5),
        ("{{ states('sensor.none') }}", "unknown"),
        ("{{ states('not an id') }}", "unknown"),
        ("{{ 'sensor.power' | states }}", 12.5),
        ("{{ states('sensor.power', with_unit=true) }}", "12.5 kW"),
        ("{{ states('sensor.empty', with_unit=true) }}", "unknown"),
        ("{{ states.sensor.power.state }}", 12.5),
        ("{{ states['sensor.power'].state }}", 12.5),
        ("{{ states.sensor['power'].state }}", 12.5),
        ("{{ states.sensor.power.name }}", "Roof power"),
        ("{{ states.light.hall.name }}", "hall"),
        ("{{ states.sensor.power.attributes.unit_of_measurement }}", "kW"),
        ("{{ states.sensor.power.attributes['unit_of_measurement'] }}", "kW"),
        ("{{ states.sensor.power.state_with_unit }}", "12.5 kW"),
        ("{{ states.sensor.power.domain }}/{{ states.sensor.power.object_id }}", "sensor/power"),
        ("{{ states.sensor.power.entity_id }}", "sensor.power"),
        ("{{ states.sensor.power.last_changed.isoformat() }}", "2024-03-15T18:30:00+00:00"),
        ("{{ states.sensor.power.last_reported == states.sensor.power.last_updated }}", True),
        ("{{ states.sensor.power.context.user_id }}", None),
        ("{{ states.sensor.none }}", None),
        ("{{ states.sensor.none.state }}", ""),
        ("{{ states.sensor | map(attribute='entity_id') | list }}", ["sensor.power", "sensor.empty"]),
        ("{{ states.sensor | length }}", 2),
        ("{{ states | count }}", 5),
        ("{{ states.nothing | list }}", []),
        ("{{ (states | first).entity_id }}", "sensor.power"),
        ("{{ states | selectattr('state', 'eq', 'on') | map(attribute='domain') | unique | list }}", ["light", "group"]),
        ("{{ state_attr('light.hall', 'modes') }}", ["a", "b"]),
        ("{{ state_attr('light.hall', 'none') }}", None),
        ("{{ state_attr('light.none', 'modes') }}", None),
        ("{{ is_state('sensor.power', '12.5') }}", True),
        ("{{ is_state('sensor.power', 12.5) }}", False),
        ("{{ is_state('sensor.power', ['1', '12.5']) }}", True),
        ("{{ is_state('sensor.none', 'unknown') }}", False),
        ("{{ 'light.hall' is is_state('on') }}", True),
        ("{{ ['light.hall', 'sensor.power'] | select('is_state', 'on') | list }}", ["light.hall"]),
        ("{{ is_state_attr('light.hall', 'brightness', none) }}", True),
        ("{{ is_state_attr('light.hall', 'missing', none) }}", False),
        ("{{ is_state_attr('light.none', 'brightness', none) }}", False),
        ("{{ 'light.hall' is is_state_attr('modes', ['a', 'b']) }}", True),
        ("{{ has_value('sensor.power') }}", True),
        ("{{ has_value('sensor.empty') }}", False),
        ("{{ has_value('sensor.none') }}", False),
        ("{{ 'sensor.power' is has_value }}", True),
        ("{{ expand('group.all') | map(attribute='entity_id') | sort }}", ["light.hall", "sensor.empty", "sensor.power"]),
        ("{{ expand(['sensor.power', 'sensor.power', 'sensor.none']) | count }}", 1),
        ("{{ expand(states.sensor) | count }}", 2),
        ("{{ 'light.hall' | expand | map(attribute='state') | list }}", ["on"]),
        ("{{ state_translated('light.hall') }}", "on"),
    ],
)
def test_states_can_be_looked_up_in_every_documented_way(site: Any, source: str, value: object) -> None:
    """Missing entities give what the table says, never an error."""
    assert site.render(source) == value


@pytest.mark.parametrize(
    "source",
    [
        "{{ states['bad id'] }}",
        "{{ states.sensor['bad id'] }}",
        "{{ states['sensor.'] }}",
        "{{ states(none) }}",
        "{{ states('sensor.power', with_units=true) }}",
        "{{ states.sensor.none.attributes.x }}",
        "{{ states('sensor.empty') | float }}",
    ],
)
def test_what_cannot_be_an_entity_is_an_error(site: Any, source: str) -> None:
    """A misspelt id should show."""
    with pytest.raises(TemplateError):
        site.render(source)


def test_a_trigger_can_be_read_by_attribute_and_by_item(site: Any) -> None:
    """Dicts, states, events and contexts all answer to dots."""
    state = site.states.get("sensor.power")
    event = Event("ftp.file_arrived", {"x": {"items": 3}, "name": "a.csv"}, 0.0, Context("id1", None, "ada"))
    trigger = {"to_state": state, "from_state": None, "event": event, "id": "high"}
    sources = {
        "{{ trigger.to_state.state }}": 12.5,
        "{{ trigger['to_state'].state }}": 12.5,
        "{{ trigger.to_state.attributes.friendly_name }}": "Roof power",
        "{{ trigger.to_state['state'] }}": 12.5,
        "{{ trigger.to_state.name }}": "Roof power",
        "{{ trigger.to_state.last_changed.year }}": 2024,
        "{{ trigger.from_state }}": None,
        "{{ trigger.from_state is none }}": True,
        "{{ trigger.event.data.name }}": "a.csv",
        "{{ trigger.event.data['x']['items'] }}": 3,
        "{{ trigger.event.event_type }}": "ftp.file_arrived",
        "{{ trigger.event.origin }}": "LOCAL",
        "{{ trigger.event.time_fired.year }}": 1970,
        "{{ trigger.event.context.user_id }}": "ada",
        "{{ trigger.event.context.id }}": "id1",
        "{{ trigger.id }}": "high",
    }

    assert {source: site.render(source, trigger=trigger) for source in sources} == sources


def test_a_variable_hides_a_function_of_the_same_name(site: Any) -> None:
    """Also where the function's meaning was already compiled in."""
    source = "{{ states('sensor.power') }}"

    assert site.render(source) == 12.5
    assert site.render(source, states=lambda entity_id: f"mine: {entity_id}") == "mine: sensor.power"
    assert site.render("{{ e }}", e="echo") == "echo"


def test_states_are_iterated_in_the_order_in_which_they_appeared(site: Any) -> None:
    """An entity that changes keeps its place."""
    site.set("sensor.power", "13")

    assert site.render("{% for s in states %}{{ s.object_id }} {% endfor %}") == "power empty hall all inner"


def test_rounding_follows_the_precision_that_the_registry_knows(build_site: Any) -> None:
    """A sensor is shown as people want to see it."""
    from hub.templates.registries import NoRegistries

    class TwoDecimals(NoRegistries):
        def precision(self, entity_id: str) -> int | None:
            return 2 if entity_id == "sensor.x" else None

    site = build_site(registries=TwoDecimals())
    site.set("sensor.x", "23.0149", unit_of_measurement="W")

    assert site.render("{{ states('sensor.x', rounded=true) }}") == 23.01
    assert site.render("{{ states('sensor.x', with_unit=true) }}") == "23.01 W"
    assert site.render("{{ states('sensor.x', with_unit=true, rounded=false) }}") == "23.0149 W"
