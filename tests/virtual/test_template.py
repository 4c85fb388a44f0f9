"""`template:` sensors and binary sensors that follow other states."""

import pytest

from hub.automation.world import World
from tests.virtual.rooms import START, Room, room, was


def sensor(text: str) -> str:
    return f"template: {{sensor: {{name: T, {text}}}}}"


def binary(text: str) -> str:
    return f"template: {{binary_sensor: {{name: T, {text}}}}}"


async def test_a_sensor_follows_what_its_templates_read() -> None:
    """One change of what it reads is one change of the sensor: state and attributes together."""
    configuration = """
    template:
      - sensor:
          - name: Twice
            state: "{{ states('sensor.a') | float(0) * 2 }}"
            unit_of_measurement: W
            device_class: power
            state_class: measurement
            icon: "{{ 'mdi:up' if is_state('sensor.a', '3') else 'mdi:down' }}"
            picture: /a.png
            attributes:
              half: "{{ states('sensor.a') | float(0) / 2 }}"
              fixed: yes
    """
    async with room(configuration, states={"sensor.a": "1"}) as hub:
        hub.set("sensor.a", "3")
        hub.set("sensor.b", "3")

        assert hub.history("sensor.twice") == ["2.0", "6.0"]
        assert hub.attributes("sensor.twice") == {
            "state_class": "measurement",
            "unit_of_measurement": "W",
            "half": 1.5,
            "fixed": True,
            "device_class": "power",
            "entity_picture": "/a.png",
            "icon": "mdi:up",
            "friendly_name": "Twice",
        }
        cause, twice = hub.states.get("sensor.a"), hub.states.get("sensor.twice")
        assert cause is not None
        assert twice is not None
        assert twice.context is cause.context


@pytest.mark.parametrize(
    ("state", "more", "expected"),
    [
        ("{{ 0.1 + 0.2 }}", "", "0.3"),
        ("{{ 5 }}", "", "5"),
        ("{{ '05' }}", "", "05"),
        ("{{ true }}", "", "True"),
        ("{{ none }}", "", "unknown"),
        ("{{ [1, 2] }}", "", "[1, 2]"),
        ("{{ 'x' * 300 }}", "", "unknown"),
        ("{{ 1 / 0 }}", "", "unavailable"),
        ("hello", "", "hello"),
        ("hello", ", unit_of_measurement: W", "unknown"),
        ("{{ 'unavailable' }}", ", unit_of_measurement: W", "unavailable"),
        ("{{ '2024-03-15 13:00:00+01:00' }}", ", device_class: timestamp", "2024-03-15T12:00:00+00:00"),
        ("{{ now() }}", ", device_class: timestamp", "2024-03-15T12:00:00+00:00"),
        ("{{ '2024-03-15 13:00:00' }}", ", device_class: timestamp", "unknown"),
        ("{{ 'soon' }}", ", device_class: timestamp", "unknown"),
        ("{{ '2024-03-15' }}", ", device_class: date", "2024-03-15"),
    ],
)
async def test_what_a_template_gives_becomes_text(state: str, more: str, expected: str) -> None:
    """As Home Assistant writes it."""
    async with room(sensor(f'state: "{state}"{more}')) as hub:
        assert hub.state("sensor.t") == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("{{ true }}", "on"), ("{{ 'Yes' }}", "on"), ("{{ 2 }}", "on"), ("on", "on"), ("{{ 'open' }}", "off"), ("{{ 0 }}", "off"),
        ("{{ none }}", "unknown"), ("{{ 1 / 0 }}", "unavailable"),
    ],
)  # fmt: skip
async def test_what_is_true_is_on(state: str, expected: str) -> None:
    async with room(binary(f'state: "{state}"')) as hub:
        assert hub.state("binary_sensor.t") == expected


async def test_while_it_is_unavailable_nothing_else_is_rendered(caplog: pytest.LogCaptureFixture) -> None:
    """So a guard against missing numbers keeps the log clean; the name stays."""
    configuration = sensor(
        "state: \"{{ states('sensor.a') | float * 2 }}\", availability: \"{{ states('sensor.a') | is_number }}\", "
        'attributes: {a: "{{ 1 }}"}, unit_of_measurement: W'
    )
    async with room(configuration) as hub:
        assert hub.state("sensor.t") == "unavailable"
        assert hub.attributes("sensor.t") == {"unit_of_measurement": "W", "friendly_name": "T"}

        hub.set("sensor.a", "4")
        assert (hub.state("sensor.t"), hub.attributes("sensor.t")["a"]) == ("8.0", 1)
        hub.set("sensor.a", "broken")
        assert hub.state("sensor.t") == "unavailable"
        assert not caplog.records


async def test_a_template_that_fails_makes_the_sensor_unavailable_until_it_works(caplog: pytest.LogCaptureFixture) -> None:
    """An attribute that fails is null, and the log tells which."""
    configuration = sensor(
        "state: \"{{ states('sensor.a') | float }}\", attributes: {inverse: \"{{ 1 / states('sensor.a') | float }}\"}"
    )
    async with room(configuration) as hub:
        assert hub.state("sensor.t") == "unavailable"

        hub.set("sensor.a", "0")
        assert (hub.state("sensor.t"), hub.attributes("sensor.t")["inverse"]) == ("0.0", None)
        assert "sensor.t: attribute inverse:" in caplog.text
        hub.set("sensor.a", "4")
        assert (hub.state("sensor.t"), hub.attributes("sensor.t")["inverse"]) == ("4.0", 0.25)


async def test_the_time_of_day_is_followed_minute_by_minute() -> None:
    async with room(sensor("state: \"{{ now().strftime('%H:%M') }}\"")) as hub:
        await hub.clock.advance(150)

        assert hub.history("sensor.t") == ["12:00", "12:01", "12:02"]


async def test_this_is_what_the_entity_was() -> None:
    """A sensor may build on what it was."""
    peak = "{{ [this.attributes.get('peak', 0), states('sensor.a') | int(0)] | max }}"
    configuration = sensor(f'state: "{{{{ states(\'sensor.a\') }}}}", attributes: {{peak: "{peak}"}}')
    async with room(configuration, states={"sensor.a": "3"}) as hub:
        for value in ("8", "2"):
            hub.set("sensor.a", value)

        assert (hub.state("sensor.t"), hub.attributes("sensor.t")["peak"]) == ("2", 8)


async def test_a_template_that_feeds_on_itself_is_stopped(caplog: pytest.LogCaptureFixture) -> None:
    """And begins again with the next change of something else."""
    configuration = sensor("state: \"{{ states('sensor.t') | int(0) + 1 + 0 * states('sensor.a') | int(0) }}\"")
    async with room(configuration, states={"sensor.a": "1"}) as hub:
        reached = int(hub.state("sensor.t") or 0)
        assert reached < 10
        assert "changes because of its own changes" in caplog.text

        hub.set("sensor.a", "2")
        assert reached < int(hub.state("sensor.t") or 0) < 20


async def test_templates_may_read_each_other() -> None:
    """In any order."""
    configuration = """
    template:
      - sensor:
          - {name: B, state: "{{ states('sensor.a') | int(0) + 1 }}"}
          - {name: A, state: "{{ states('input_number.n') | int(0) }}"}
    input_number: {n: {min: 0, max: 9, initial: 4}}
    """
    async with room(configuration) as hub:
        assert hub.state("sensor.b") == "5"


# --------------------------------------------------------------------------------------------------------------------- delays


async def test_a_delay_ends_when_the_result_changes() -> None:
    configuration = binary("state: \"{{ is_state('switch.a', 'on') }}\", delay_on: {seconds: 10}, delay_off: '00:00:05'")
    async with room(configuration, states={"switch.a": "off"}) as hub:
        assert hub.state("binary_sensor.t") == "unknown"
        await hub.clock.advance(5)
        assert hub.state("binary_sensor.t") == "off"

        hub.set("switch.a", "on")
        await hub.clock.advance(9)
        hub.set("switch.a", "off")
        hub.set("switch.a", "on")
        await hub.clock.advance(9)
        hub.set("switch.a", "on", brightness=1)
        assert hub.state("binary_sensor.t") == "off"
        await hub.clock.advance(1)
        assert hub.state("binary_sensor.t") == "on"


async def test_a_delay_may_be_a_template() -> None:
    configuration = binary("state: \"{{ is_state('switch.a', 'on') }}\", delay_on: \"{{ states('sensor.wait') | int }}\"")
    async with room(configuration, states={"switch.a": "off", "sensor.wait": "3"}) as hub:
        hub.set("switch.a", "on")
        await hub.clock.advance(2)
        assert hub.state("binary_sensor.t") == "off"
        await hub.clock.advance(1)
        assert hub.state("binary_sensor.t") == "on"


async def test_it_is_off_again_by_itself() -> None:
    async with room(binary("state: \"{{ is_state('switch.a', 'on') }}\", auto_off: 10"), states={"switch.a": "on"}) as hub:
        await hub.clock.advance(10)

        assert hub.history("binary_sensor.t") == ["on", "off"]


async def test_a_delayed_sensor_is_what_it_was_after_a_restart() -> None:
    """Otherwise it would be unknown for the length of the delay."""
    configuration = binary("state: \"{{ is_state('switch.a', 'on') }}\", delay_on: 10, delay_off: 10")
    async with room(configuration, states={"switch.a": "on"}, last=was("binary_sensor.t", "on")) as hub:
        assert hub.state("binary_sensor.t") == "on"


# ------------------------------------------------------------------------------------------------------------ names and reload


async def test_names_give_ids() -> None:
    """Names may be templates; the same name twice is numbered; an id may be asked for."""
    configuration = """
    template:
      - unique_id: block
        sensor:
          - {name: "Power {{ 1 + 1 }}", state: "1"}
          - {name: Power 2, state: "2"}
          - {unique_id: total, state: "3"}
          - {name: Odd, default_entity_id: sensor.even, state: "4"}
    """
    async with room(configuration, states={"sensor.odd": "x"}) as hub:
        found = {str(state.entity_id): state.state for state in hub.states.all("sensor")}
        assert found == {
            "sensor.odd": "x",
            "sensor.power_2": "1",
            "sensor.power_2_2": "2",
            "sensor.template_block_total": "3",
            "sensor.even": "4",
        }


async def test_a_reload_disturbs_only_what_changed() -> None:
    """A changed definition keeps the id, and the entity is never gone in between."""
    one = "{sensor: [{name: A, state: \"{{ states('x.y') }}\"}]}"
    async with room(f'template: [{one}, {{sensor: {{name: B, state: "1"}}}}, {{sensor: {{name: C, state: "1"}}}}]') as hub:
        before = hub.states.get("sensor.a")
        hub.load(f'template: [{{sensor: {{name: B, state: "2"}}}}, {one}, {{sensor: {{name: D, state: "{{{{ x | }}}}"}}}}]')

        assert hub.states.get("sensor.a") is before
        assert hub.history("sensor.b") == ["1", "2"]
        assert (hub.state("sensor.c"), hub.state("sensor.d")) == (None, "unavailable")
        hub.set("x.y", "5")
        assert hub.state("sensor.a") == "5"


async def test_what_is_removed_follows_nothing() -> None:
    async with room(sensor("state: \"{{ states('sensor.a') }}\"")) as hub:
        hub.load("")
        hub.set("sensor.a", "1")

        assert hub.state("sensor.t") is None


async def test_update_entity_renders_again() -> None:
    async with room(sensor('state: "{{ range(1000) | random }}"')) as hub:
        before = hub.state("sensor.t")
        for _ in range(3):
            await hub.call("homeassistant.update_entity", "sensor.t")

        assert hub.state("sensor.t") != before or len(set(hub.history("sensor.t"))) > 1


# ------------------------------------------------------------------------------------------------------------------- triggers

TRIGGERED = """
input_number: {n: {min: 0, max: 100}}
template:
  - triggers: [{trigger: event, event_type: go, id: went}]
    conditions: "{{ trigger.event.data.get('really', true) }}"
    variables: {base: 10}
    actions:
      - variables: {sum: "{{ base + trigger.event.data.x }}"}
      - action: input_number.set_value
        target: {entity_id: input_number.n}
        data: {value: "{{ sum }}"}
      - delay: "{{ trigger.event.data.get('wait', 0) }}"
    sensor:
      - name: Sum
        state: "{{ sum }}"
        attributes: {by: "{{ trigger.id }}", before: "{{ this.state if this }}", n: "{{ states('input_number.n') }}"}
    binary_sensor:
      - {name: Much, state: "{{ sum > 20 }}", auto_off: 5}
"""


def go(hub: Room, **data: object) -> None:
    hub.bus.fire("go", data)


async def test_a_triggered_sensor_changes_when_the_trigger_fires() -> None:
    """After conditions and actions; all entities of the block together."""
    async with room(TRIGGERED) as hub:
        assert (hub.state("sensor.sum"), hub.state("binary_sensor.much")) == ("unknown", "unknown")
        go(hub, x=5)
        go(hub, x=99, really=False)
        assert (hub.state("sensor.sum"), hub.state("binary_sensor.much")) == ("15", "off")
        go(hub, x=20, wait=3)
        assert hub.state("sensor.sum") == "15"
        await hub.clock.advance(3)

        assert (hub.state("sensor.sum"), hub.state("binary_sensor.much")) == ("30", "on")
        assert hub.attributes("sensor.sum") == {"by": "went", "before": 15, "n": 30.0, "friendly_name": "Sum"}
        await hub.clock.advance(5)
        assert hub.state("binary_sensor.much") == "off"


async def test_an_action_that_fails_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with room(TRIGGERED) as hub:
        go(hub, x=5)
        go(hub, x=5000)

        assert hub.state("sensor.sum") == "15"
        assert "must lie between 0 and 100" in caplog.text


async def test_a_template_that_fails_makes_a_triggered_sensor_unavailable() -> None:
    configuration = """
    template:
      - trigger: {platform: event, event_type: go}
        sensor: {name: T, state: "{{ 1 / trigger.event.data.x }}"}
    """
    async with room(configuration) as hub:
        go(hub, x=2)
        assert hub.state("sensor.t") == "0.5"
        go(hub, x=0)
        assert (hub.state("sensor.t"), dict(hub.attributes("sensor.t"))) == ("unavailable", {"friendly_name": "T"})
        go(hub, x=4)
        assert hub.state("sensor.t") == "0.25"


async def test_triggered_sensors_are_what_they_were_after_a_restart() -> None:
    """Attributes too; `auto_off` goes on counting from where it was."""
    late = START.replace(minute=0, second=3)
    last = {
        **was("sensor.sum", "42", START, by="went", before=1, friendly_name="Sum", other=1),
        **was("binary_sensor.much", "on", START, friendly_name="Much"),
    }
    async with room(TRIGGERED, last=last, start=late) as hub:
        assert (hub.state("sensor.sum"), hub.attributes("sensor.sum")) == (
            "42",
            {"by": "went", "before": 1, "friendly_name": "Sum"},
        )
        await hub.clock.advance(1)
        assert hub.state("binary_sensor.much") == "on"
        await hub.clock.advance(1)
        assert hub.state("binary_sensor.much") == "off"


async def test_triggers_are_armed_at_the_start_and_disarmed_at_the_end() -> None:
    async with room(TRIGGERED, started=False) as hub:
        go(hub, x=1)
        assert hub.state("sensor.sum") == "unknown"

        hub.virtual.start()
        go(hub, x=1)
        hub.load("input_number: {n: {min: 0, max: 100}}")
        go(hub, x=2)
        assert hub.history("sensor.sum") == ["unknown", "11"]


async def test_the_start_of_the_hub_is_a_trigger() -> None:
    configuration = """
    template:
      - triggers: [{trigger: homeassistant, event: start}]
        sensor: {name: Started, state: "{{ now().isoformat() }}", device_class: timestamp}
    """
    async with room(configuration) as hub:
        assert hub.state("sensor.started") == "2024-03-15T12:00:00+00:00"


async def test_nothing_is_left_behind() -> None:
    """When all is unloaded nobody listens, and no timer waits."""

    def left(world: World) -> int:
        return sum(world.bus.listener_counts().values()) + len(world.bus._watchers) + len(world.bus._every_change)

    async with room() as hub:
        before = left(hub.world)
        hub.load(TRIGGERED + "  - sensor: {name: X, state: \"{{ states.sensor | count }} {{ now() }} {{ states('a.b') }}\"}\n")
        go(hub, x=50, wait=60)
        hub.load("")

        assert left(hub.world) == before
        assert hub.clock.next_due() is None
