"""`trigger: numeric_state` (DIALECT 2.2)."""

import pytest

from tests.automation.engine import engine, problems

SAY = "actions: [{action: test.say, data: {text: '{{ trigger.to_state.state }}'}}]"


def watching(more: str) -> str:
    return f"alias: a\nmode: parallel\ntriggers: [{{trigger: numeric_state, entity_id: sensor.a, {more}}}]\n{SAY}"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (["5", "12", "13", "9", "11"], [12, 11]),
        (["12"], []),  # it was above already
        (["10", "10.5"], [10.5]),  # the bound itself is outside
        (["12", "unavailable", "12"], [12]),
        (["12", "unknown", "12"], [12]),
        (["12", "abc", "12"], []),
        (["5", "abc", "12"], [12]),
        (["-1e3", "1e3"], ["1e3"]),
    ],
)
async def test_it_fires_when_the_number_enters(values: list[str], said: list[object]) -> None:
    """Being outside arms it; what is no number changes nothing; unavailable is outside."""
    async with engine(watching("above: 10"), states={"sensor.a": "20"}) as hub:
        for value in values:
            hub.set("sensor.a", value)
        assert hub.said == said


async def test_an_entity_that_appears_inside_does_not_fire() -> None:
    """It must have been seen outside first."""
    async with engine(watching("above: 10")) as hub:
        hub.set("sensor.a", "12")
        assert hub.said == []
        hub.set("sensor.a", "5")
        hub.set("sensor.a", "12")
        assert hub.said == [12]


async def test_an_entity_that_goes_and_returns_fires_only_from_outside() -> None:
    """Its removal is ignored."""
    async with engine(watching("above: 10"), states={"sensor.a": "5"}) as hub:
        hub.states.remove("sensor.a")
        hub.set("sensor.a", "12")
        hub.states.remove("sensor.a")
        hub.set("sensor.a", "13")
        assert hub.said == [12]


async def test_a_bound_may_be_an_entity_but_is_not_watched() -> None:
    """Only a change of the number is judged; a bound that is unavailable is not passed, one that is missing cannot be judged."""
    async with engine(watching("above: sensor.limit"), states={"sensor.a": "5", "sensor.limit": "10"}) as hub:
        hub.set("sensor.limit", "3")
        assert hub.said == []
        hub.set("sensor.a", "6")
        assert hub.said == [6]
        hub.set("sensor.limit", "unavailable")
        hub.set("sensor.a", "7")
        hub.set("sensor.limit", "3")
        hub.set("sensor.a", "8")
        assert hub.said == [6, 8]
        hub.states.remove("sensor.limit")
        hub.set("sensor.a", "9")
        assert hub.said == [6, 8]


async def test_an_attribute_or_a_template_may_be_compared() -> None:
    """A missing attribute is outside."""
    async with engine(watching("attribute: load, below: 3"), states={"sensor.a": "x"}) as hub:
        hub.set("sensor.a", "y", load=2)
        hub.set("sensor.a", "z", load=5)
        hub.set("sensor.a", "w", load="1")
        assert hub.said == ["y", "w"]

    async with engine(watching("value_template: '{{ state.state | float + 5 }}', above: 10"), states={"sensor.a": "5"}) as hub:
        hub.set("sensor.a", "no number")
        hub.set("sensor.a", "6")
        assert hub.said == [6]


async def test_for_is_not_disturbed_by_other_numbers_inside() -> None:
    """Leaving ends it, and arms again; a text ends it without arming."""
    async with engine(watching("above: 10, for: 60"), states={"sensor.a": "5"}) as hub:
        hub.set("sensor.a", "12")
        await hub.clock.advance(seconds=30)
        hub.set("sensor.a", "15")
        await hub.clock.advance(seconds=30)
        assert hub.said == [12]

        hub.set("sensor.a", "5")
        hub.set("sensor.a", "12")
        await hub.clock.advance(seconds=30)
        hub.set("sensor.a", "unavailable")
        hub.set("sensor.a", "13")
        await hub.clock.advance(seconds=59)
        assert hub.said == [12]
        await hub.clock.advance(seconds=1)
        assert hub.said == [12, 13]

        hub.set("sensor.a", "5")
        hub.set("sensor.a", "12")
        hub.set("sensor.a", "abc")
        hub.set("sensor.a", "14")
        await hub.clock.advance(hours=1)
        assert hub.said == [12, 13]


async def test_what_the_run_is_told() -> None:
    """There is no `attribute`."""
    async with engine(watching("above: 10, below: 20, id: in range"), states={"sensor.a": "5"}) as hub:
        hub.set("sensor.a", "12")
        (trace,) = hub.runs("automation.a")
        assert trace.trigger is not None
        trigger = {key: value for key, value in trace.trigger.items() if not key.endswith("_state")}
        assert trigger == {
            "id": "in range", "idx": "0", "alias": None, "platform": "numeric_state", "entity_id": "sensor.a", "above": 10.0,
            "below": 20.0, "for": None, "description": "numeric state of sensor.a",
        }  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("id: x", "at least one of above and below is needed"),
        ("above: 20, below: 10", "nothing is above 20 and below 10 at the same time"),
        ("above: high", "'high' is neither a number nor an entity id"),
        ("above: light.x", "a limit may be a number or an entity of"),
    ],
)
def test_a_range_that_cannot_be_is_refused(keys: str, message: str) -> None:
    """Equal bounds are allowed, and never hold."""
    (found,) = problems(watching(keys))
    assert message in found
    assert problems(watching("above: 10, below: 10")) == []
