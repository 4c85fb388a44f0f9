"""`trigger: template` (DIALECT 2.3)."""

import pytest

from tests.automation.engine import engine

SAY = "actions: [{action: test.say, data: {text: fired}}]"


def watching(template: str, more: str = "") -> str:
    return f'alias: a\nmode: parallel\ntriggers: [{{trigger: template, value_template: "{template}", {more}}}]\n{SAY}'


@pytest.mark.parametrize("value", ["0.5", "-1", "Enable", "true", "True", "ON", "yes", "1", "7"])
async def test_what_counts_as_true(value: str) -> None:
    """True, a number that is not 0, and a few words in any case."""
    async with engine(watching("{{ states('sensor.a') }}"), states={"sensor.a": "false"}) as hub:
        hub.set("sensor.a", value)
        assert hub.said == ["fired"]


@pytest.mark.parametrize("value", ["open", "home", "[1]", "{'a': 1}", "0", "0.0", "off", "2 items", "none", "", "(1, 2)"])
async def test_what_does_not(value: str) -> None:
    """All other texts, lists and mappings."""
    async with engine(watching("{{ states('sensor.a') }}"), states={"sensor.a": "false"}) as hub:
        hub.set("sensor.a", value)
        assert hub.said == []


async def test_it_fires_on_becoming_true_only() -> None:
    """What is true already must have been false before."""
    async with engine(watching("{{ is_state('sensor.a', 'on') }}"), states={"sensor.a": "on"}) as hub:
        hub.set("sensor.a", "on", x=1)
        assert hub.said == []
        hub.set("sensor.a", "off")
        hub.set("sensor.a", "on")
        hub.set("sensor.a", "on", x=2)
        assert hub.said == ["fired"]


async def test_an_error_changes_nothing() -> None:
    """True → error → true does not fire; false → error → true does."""
    async with engine(watching("{{ 1 / (states('sensor.a') | float(0)) > 0 }}"), states={"sensor.a": "-1"}) as hub:
        hub.set("sensor.a", "0")
        hub.set("sensor.a", "1")
        assert hub.said == ["fired"]
        hub.set("sensor.a", "0")
        hub.set("sensor.a", "1")
        assert hub.said == ["fired"]


async def test_for_is_lost_when_one_truth_becomes_another() -> None:
    """It must be false again first."""
    async with engine(watching("{{ states('sensor.a') }}", "for: 60"), states={"sensor.a": "0"}) as hub:
        hub.set("sensor.a", "1")
        await hub.clock.advance(seconds=30)
        hub.set("sensor.a", "2")
        await hub.clock.advance(hours=1)
        assert hub.said == []
        hub.set("sensor.a", "0")
        hub.set("sensor.a", "1")
        await hub.clock.advance(minutes=1)
        assert hub.said == ["fired"]


async def test_one_that_reads_the_time_is_looked_at_every_minute() -> None:
    """At second 0."""
    async with engine(watching("{{ now().minute % 10 == 5 }}")) as hub:
        await hub.clock.advance(minutes=4, seconds=59)
        assert hub.said == []
        await hub.clock.advance(seconds=1)
        assert hub.said == ["fired"]
        await hub.clock.advance(hours=1)
        assert len(hub.said) == 7


async def test_one_that_reads_a_domain_is_looked_at_once_a_second() -> None:
    """And one that reads every state once a minute."""
    async with engine(watching("{{ states.light | selectattr('state', 'eq', 'on') | list | count > 2 }}")) as hub:
        for number in range(3):
            hub.set(f"light.n{number}", "on")
        await hub.clock.advance(seconds=1)
        assert hub.said == ["fired"]

    async with engine(watching("{{ states | selectattr('state', 'eq', 'on') | list | count > 5 }}")) as hub:
        for number in range(6):
            hub.set(f"light.n{number}", "on")
        await hub.clock.advance(seconds=59)
        assert hub.said == []
        await hub.clock.advance(seconds=1)
        assert hub.said == ["fired"]


async def test_it_follows_what_it_comes_to_read() -> None:
    """The second entity is read only when the first is on."""
    async with engine(watching("{{ is_state('sensor.a', 'on') and is_state('sensor.b', 'on') }}")) as hub:
        hub.set("sensor.b", "off")
        hub.set("sensor.a", "on")
        hub.set("sensor.b", "on")
        assert hub.said == ["fired"]


async def test_it_knows_trigger_variables_and_this() -> None:
    """Both as they were when it was armed."""
    automation = """
        alias: a
        trigger_variables: {limit: "{{ 2 + 3 }}"}
        triggers:
          trigger: template
          value_template: "{{ states('sensor.a') | int > limit and this.entity_id == 'automation.a' }}"
        actions: [{action: test.say, data: {text: fired}}]
    """
    async with engine(automation, states={"sensor.a": "1"}) as hub:
        hub.set("sensor.a", "5")
        assert hub.said == []
        hub.set("sensor.a", "6")
        assert hub.said == ["fired"]


async def test_nothing_is_followed_when_it_is_off() -> None:
    """Neither entities nor the clock."""
    async with engine(watching("{{ now().minute > 70 or states.light | count > 9 or is_state('sensor.a', 'on') }}")) as hub:
        await hub.call("automation.turn_off", entity_id="automation.a")
        assert hub.clock.next_due() is None
        hub.set("sensor.a", "on")
        assert hub.said == []
