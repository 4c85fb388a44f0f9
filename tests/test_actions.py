"""The actions that can be called, and the calling of them (DIALECT 10.2)."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from hub.actions import Actions
from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.errors import ActionError, BadActionData, UnknownAction
from hub.model.action import Action, ActionCall, Answer, Effect, Handler, Response
from hub.model.context import Context
from hub.model.event import Event


class House:
    """Actions, and every event that they fire."""

    def __init__(self) -> None:
        self.bus = Bus(SimulatedClock(0.0))
        self.actions = Actions(self.bus)
        self.events: list[Event] = []
        self.bus.listen("*", self.events.append)
        self.calls: list[ActionCall] = []

    def take(self, call: ActionCall) -> Response:
        """Remember the call."""
        self.calls.append(call)
        return {"n": 1} if call.wants_answer else None

    def offer(self, name: str = "notify.board", handler: Handler | None = None, **more: Any) -> Any:
        domain, _, short = name.partition(".")
        return self.actions.offer(Action(domain=domain, name=short, handler=handler or self.take, **more))


async def test_a_call_reaches_its_action() -> None:
    """With its data, context and key; a context of its own when none is given."""
    house = House()
    house.offer()
    context = Context.new(user_id="ada")

    await house.actions.call("notify.board", {"message": "hello"}, context, key="k")
    await house.actions.call("notify.board")

    first, second = house.calls
    assert (first.domain, first.name, first.data, first.context, first.key) == (
        "notify",
        "board",
        {"message": "hello"},
        context,
        "k",
    )
    assert second.data == {}
    assert second.context != context


async def test_a_call_is_announced_before_it_is_made() -> None:
    """With the data that the action takes."""
    house = House()
    order: list[str] = []
    house.bus.listen("call_service", lambda event: order.append("told"))
    house.offer(handler=lambda call: order.append("made"), check=lambda data: {**data, "checked": True})

    await house.actions.call("notify.board", {"x": 1})

    assert order == ["told", "made"]
    assert house.events[-1].data == {"domain": "notify", "service": "board", "service_data": {"x": 1, "checked": True}}


async def test_what_nobody_offers_is_not_announced() -> None:
    """Nor what is called with wrong data."""
    house = House()

    def refuse(data: Mapping[str, Any]) -> Mapping[str, Any]:
        raise BadActionData("no")

    house.offer(check=refuse)
    with pytest.raises(UnknownAction, match=r"action notify\.nobody does not exist"):
        await house.actions.call("notify.nobody")
    with pytest.raises(BadActionData):
        await house.actions.call("notify.board")
    assert [event.event_type for event in house.events] == ["service_registered"]


@pytest.mark.parametrize(
    ("answer", "wants", "allowed"),
    [
        (Answer.NONE, False, True),
        (Answer.NONE, True, False),
        (Answer.OPTIONAL, False, True),
        (Answer.OPTIONAL, True, True),
        (Answer.ONLY, False, False),
        (Answer.ONLY, True, True),
    ],
)
async def test_answers_are_asked_for_where_there_are_some(answer: Answer, wants: bool, allowed: bool) -> None:
    """The message names the action."""
    house = House()
    house.offer(answer=answer)
    if allowed:
        assert await house.actions.call("notify.board", wants_answer=wants) == ({"n": 1} if wants else None)
    else:
        with pytest.raises(BadActionData, match=r"notify\.board"):
            await house.actions.call("notify.board", wants_answer=wants)


async def test_a_plain_function_is_called_at_once_and_a_coroutine_is_awaited() -> None:
    """`begin` tells which it was."""
    house = House()

    async def slow(call: ActionCall) -> Response:
        await asyncio.sleep(0)
        return {"slow": True}

    house.offer("a.quick", lambda call: {"quick": True}, answer=Answer.OPTIONAL)
    house.offer("a.slow", slow, answer=Answer.OPTIONAL)

    assert house.actions.begin("a.quick", wants_answer=True) == {"quick": True}
    assert await house.actions.call("a.slow", wants_answer=True) == {"slow": True}


@pytest.mark.parametrize("error", [ActionError("no"), ValueError("no")])
async def test_what_an_action_raises_reaches_its_caller(error: Exception) -> None:
    """At once, or when it is awaited."""
    house = House()

    def at_once(call: ActionCall) -> None:
        raise error

    async def later(call: ActionCall) -> None:
        await asyncio.sleep(0)
        raise error

    for handler in (at_once, later):
        house.offer(handler=handler)
        with pytest.raises(type(error)):
            await house.actions.call("notify.board")


def test_actions_come_and_go() -> None:
    """A later offer of the same name replaces the earlier, whose withdrawal then withdraws nothing."""
    house = House()
    withdraw_first = house.offer()
    withdraw_second = house.offer(description="second")
    house.offer("a.first", effect=Effect.READ)

    withdraw_first()
    known = house.actions.get("notify.board")
    assert known is not None
    assert known.description == "second"
    assert [action.full_name for action in house.actions.all()] == ["a.first", "notify.board"]
    withdraw_second()
    withdraw_second()
    assert house.actions.get("notify.board") is None
    told = [(event.event_type, event.data["service"]) for event in house.events]
    assert told == [("service_registered", "board")] * 2 + [("service_registered", "first"), ("service_removed", "board")]


async def test_an_action_may_stand_in_for_all_that_nobody_offers() -> None:
    """A rehearsal records every call."""
    made: list[str] = []
    actions = Actions(
        Bus(SimulatedClock(0.0)), lambda name: Action(domain="any", name="any", handler=lambda call: made.append(name))
    )
    await actions.call("no.body")
    assert made == ["no.body"]
    assert actions.get("no.body") is None
