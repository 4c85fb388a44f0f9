"""A run can be written down wherever it waits, and goes on from there as though nothing had happened."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.automation.codec import decode, encode
from hub.automation.freezing import freeze
from hub.automation.trace import Trace
from hub.model.action import Action, ActionCall, Effect
from hub.model.context import Context
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.state import State
from tests.automation.engine import Engine, engine

HORIZON = 600
"""Seconds after which every generated run has ended."""
Outcome = tuple[list[Any], str | None]


def automation(steps: list[Any]) -> str:
    return json.dumps({"alias": "a", "triggers": [{"trigger": "event", "event_type": "go"}], "actions": steps})


def say(text: str) -> dict[str, Any]:
    return {"action": "test.say", "data": {"text": text}}


TEXTS = (
    "plain",
    "{{ repeat.index | default(0) }}",
    "{{ x | default('none') }}",
    "{{ wait.completed | default('never') }}",
    "{{ trigger.event.data.n }}",
)
SAY = st.sampled_from(TEXTS).map(say)
SIMPLE = st.one_of(
    SAY,
    st.integers(1, 20).map(lambda seconds: {"delay": seconds}),
    st.integers(0, 3).map(lambda value: {"variables": {"x": f"{{{{ (x | default({value})) | int(0) + {value} }}}}"}}),
    st.integers(1, 9).map(lambda seconds: {"wait_template": "{{ is_state('sensor.tick', '3') }}", "timeout": seconds}),
    st.integers(1, 9).map(lambda seconds: {"wait_for_trigger": [{"trigger": "event", "event_type": "tock"}], "timeout": seconds}),
    st.just({"condition": "template", "value_template": "{{ x | default(1) | int(0) % 2 == 1 }}"}),
    st.just({"stop": "enough"}),
    st.just({"action": "test.fail", "continue_on_error": True}),
    st.just({"action": "test.fail", "x_retry": {"count": 2, "backoff": 3}, "x_on_error": [say("rescued")]}),
)


def nested(inner: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[Any]:
    return st.one_of(
        SIMPLE,
        st.tuples(st.integers(1, 3), inner).map(lambda pair: {"repeat": {"count": pair[0], "sequence": pair[1]}}),
        inner.map(lambda steps: {"repeat": {"for_each": ["a", "b"], "sequence": steps}}),
        inner.map(lambda steps: {"repeat": {"while": "{{ repeat.index < 3 }}", "sequence": steps}}),
        inner.map(lambda steps: {"repeat": {"until": "{{ repeat.index >= 2 }}", "sequence": steps}}),
        st.tuples(inner, inner).map(lambda pair: {"if": "{{ x is defined }}", "then": pair[0], "else": pair[1]}),
        st.tuples(inner, inner).map(
            lambda pair: {"choose": {"conditions": "{{ false }}", "sequence": pair[0]}, "default": pair[1]}
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda branches: {"parallel": branches}),
        inner.map(lambda steps: {"sequence": steps}),
    )


BLOCK = st.recursive(
    st.lists(SIMPLE, min_size=1, max_size=3), lambda inner: st.lists(nested(inner), min_size=1, max_size=3), max_leaves=10
)


def offer(hub: Engine) -> None:
    def fail(_: ActionCall) -> None:
        raise ValueError("it never works")

    hub.actions.offer(Action(domain="test", name="fail", handler=fail, effect=Effect.IDEMPOTENT))


async def second(hub: Engine, number: int) -> None:
    """Let a second pass; in some of them something happens that runs may wait for."""
    await hub.clock.advance(seconds=1)
    if number % 7 == 0:
        hub.set("sensor.tick", str(number // 7 % 5))
    if number % 11 == 0:
        hub.fire("tock")
    await hub.rest()


async def undisturbed(text: str) -> Outcome:
    async with engine(text, states={"sensor.tick": "0"}) as hub:
        offer(hub)
        hub.fire("go", n=5)
        for number in range(1, HORIZON):
            await second(hub, number)
            if not hub.automation("automation.a").runner.runs:
                break
        return hub.said, hub.outcomes("automation.a")[0]


async def interrupted(text: str, when: Callable[[int], bool]) -> Outcome:
    """Play the same, but write the run down and take it up in a new engine after the given seconds."""
    said: list[Any] = []
    frozen: dict[str, Any] | None = None
    number = 1
    state = "0"
    start = datetime(2024, 3, 15, 12, 0, tzinfo=UTC)
    while True:
        async with engine(text, states={"sensor.tick": state}, start=start) as hub:
            offer(hub)
            runner = hub.automation("automation.a").runner
            if frozen is None:
                hub.fire("go", n=5)
            else:
                trace = Trace("automation.a", None, Context.new(), hub.clock.time)
                runner.go_on(json.loads(json.dumps(frozen)), trace)
            await hub.rest()
            ended = not runner.runs
            while not ended and number < HORIZON:
                await second(hub, number)
                number += 1
                ended = not runner.runs
                if not ended and when(number):
                    break
            said += hub.said
            if ended or number >= HORIZON:
                return said, hub.outcomes("automation.a")[-1]
            (run,) = runner.runs
            frozen, state, start = freeze(run), hub.state("sensor.tick") or "0", hub.clock.now()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BLOCK, st.integers(1, 5))
def test_a_run_that_is_taken_up_again_ends_as_it_would_have(steps: list[Any], every: int) -> None:
    """Whatever it does, and however often it is written down."""
    text = automation(steps)

    expected = asyncio.run(undisturbed(text))

    assert asyncio.run(interrupted(text, lambda number: number % every == 0)) == expected


async def test_a_run_that_waits_for_its_turn_waits_for_it_again() -> None:
    """Of three queued runs, all are taken up, in their order."""
    text = json.dumps(
        {
            "alias": "a",
            "mode": "queued",
            "triggers": [{"trigger": "event", "event_type": "go"}],
            "actions": [say("{{ trigger.event.data.n }}"), {"delay": 10}],
        }
    )
    async with engine(text) as hub:
        for number in range(3):
            hub.fire("go", n=number)
        await hub.clock.advance(seconds=5)
        assert hub.said == [0]
        frozen = [freeze(run) for run in hub.automation("automation.a").runner.runs]

    async with engine(text) as hub:
        for one in frozen:
            hub.automation("automation.a").runner.go_on(one, Trace("automation.a", None, Context.new(), hub.clock.time))
        await hub.clock.advance(seconds=4)
        assert hub.said == []
        await hub.clock.advance(seconds=30)

        assert hub.said == [1, 2]


@pytest.mark.parametrize(("effect", "said"), [(Effect.IDEMPOTENT, ["again", "after"]), (Effect.EXTERNAL, [])])
async def test_a_call_under_way_is_made_again_only_if_that_does_no_harm(effect: Effect, said: list[str]) -> None:
    """What nobody knows the end of is an error that says so."""
    text = automation([{"action": "test.slow"}, say("after")])
    async with engine(text) as hub:
        offer_slow(hub, effect, lambda: hub.clock.sleep(10))
        hub.fire("go")
        await hub.rest()
        (run,) = hub.automation("automation.a").runner.runs
        frozen = freeze(run)

    async with engine(text) as hub:
        again: list[str] = []
        offer_slow(hub, effect, lambda: noted(again))
        runner = hub.automation("automation.a").runner
        runner.go_on(frozen, Trace("automation.a", None, Context.new(), hub.clock.time))
        await hub.rest()

        assert again + hub.said == said
        if effect is Effect.EXTERNAL:
            assert "nobody knows whether it was carried out" in (hub.runs("automation.a")[-1].error or "")


def offer_slow(hub: Engine, effect: Effect, does: Callable[[], Awaitable[None]]) -> None:
    async def slow(_: ActionCall) -> None:
        await does()

    hub.actions.offer(Action(domain="test", name="slow", handler=slow, effect=effect))


async def noted(calls: list[str]) -> None:
    calls.append("again")


STATE = State(EntityId("sensor.a"), "1", {"unit": "W"}, 1.0, 2.0, 3.0, Context("i", "p", "u"))
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=10),
        st.datetimes(timezones=st.just(UTC)),
        st.timedeltas(timedelta(days=-99), timedelta(days=99)),
        st.dates(date(1970, 1, 1)),
        st.times(),
        st.binary(max_size=8),
        st.just(STATE),
        st.just(Event("x", {"state": STATE}, 1.0, Context("i"))),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=5), st.integers(), st.just("$state")), inner, max_size=4),
    ),
    max_leaves=15,
)


@given(VALUES)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    """Also tuples, moments, states, and mappings whose keys look like marks."""
    again = decode(json.loads(json.dumps(encode(value))))

    assert again == value
    assert type(again) is type(value)


def test_times_of_day_come_back() -> None:
    """With their fractions."""
    assert decode(encode(time(1, 2, 3, 4))) == time(1, 2, 3, 4)
