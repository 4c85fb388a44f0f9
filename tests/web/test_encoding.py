"""JSON of whatever an entity may hold."""

import json
import math
from collections import deque
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.model.context import Context
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.notice import Severity
from hub.states import StateMachine
from hub.web.encoding import encode, encoded
from hub.web.fragments import StateFragments, StatesBody, fragment

CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)
LEAVES = st.none() | st.booleans() | st.floats() | st.integers() | st.text() | st.binary()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 1, 5, 12, tzinfo=UTC), "2026-01-05T12:00:00+00:00"),
        (date(2026, 1, 5), "2026-01-05"),
        (timedelta(minutes=2, milliseconds=500), 120.5),
        ({3, 1, 2}, [1, 2, 3]),
        (frozenset(("b", "a")), ["a", "b"]),
        ((1, 2), [1, 2]),
        (deque([1, 2]), [1, 2]),
        (EntityId("sensor.a"), "sensor.a"),
        (Severity.ERROR, "error"),
        (MappingProxyType({"a": 1}), {"a": 1}),
        (Path("a/b"), "a/b"),
        (Decimal("1.5"), "1.5"),
        (b"ab\xff", "ab�"),
        (math.nan, None),
        (math.inf, None),
        ({1: "a", None: "b", (1, 2): "c"}, {"1": "a", "None": "b", "(1, 2)": "c"}),
        (2**70, 2**70),
        ({"big": 2**70, "when": datetime(2026, 1, 5, tzinfo=UTC)}, {"big": 2**70, "when": "2026-01-05T00:00:00+00:00"}),
        (
            {"big": -(2**70), "nan": math.nan, "set": {1}, "e": Severity.INFO},
            {"big": -(2**70), "nan": None, "set": [1], "e": "info"},
        ),
        (SecretStr("hunter2"), "**********"),
        ({"big": 2**70, "secret": SecretStr("hunter2")}, {"big": 2**70, "secret": "**********"}),
    ],
)
def test_every_value_has_a_form(value: object, shown: object) -> None:
    """Moments as ISO 8601, durations in seconds, sets as lists, secrets as stars."""
    assert json.loads(encode(value)) == shown


def test_what_cannot_be_encoded_harms_nobody() -> None:
    """A circle, a lone surrogate, a tower of lists, a value that is embedded beside them."""
    tower: list[Any] = []
    for _ in range(5000):
        tower = [tower]

    for value in (CIRCLE, "\ud800", tower, {"a": CIRCLE}):
        json.loads(encode(value))
    assert json.loads(encode({"body": encoded(b'{"a":1}'), "big": 2**70}))["body"] == {"a": 1}


@settings(max_examples=80, deadline=None)
@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner)))
def test_anything_at_all_becomes_json(value: object) -> None:
    """Whatever it is."""
    json.loads(encode(value))


def test_states_and_events_inside_values_are_shown_whole() -> None:
    """As `state_changed` holds them."""
    clock = SimulatedClock(0.0)
    state = StateMachine(Bus(clock), clock).set(EntityId("sensor.a"), "1", {"b": 2})
    event = Event("x", {"s": state}, 0.0, Context("c"))

    shown = json.loads(encode({"event": event}))

    assert shown["event"]["data"]["s"] == state.as_dict()


def test_the_quick_form_of_a_state_is_the_same_as_the_slow_one() -> None:
    """With and without fractions of a second."""
    for moment in (0.0, 1_767_614_400.123456, 1_767_614_400.5):
        clock = SimulatedClock(moment)
        state = StateMachine(Bus(clock), clock).set(EntityId("sensor.a"), "1", {"b": 2}, Context("c", "p", "u"))

        assert json.loads(fragment(state)) == state.as_dict()


async def test_the_text_of_a_state_is_kept_until_the_state_is_another() -> None:
    """By identity; what is gone is forgotten."""
    clock = SimulatedClock(0.0)
    states, fragments = StateMachine(Bus(clock), clock), StateFragments()
    body = StatesBody(states, fragments)
    first = states.set(EntityId("sensor.a"), "1")

    assert fragments.of(first) is fragments.of(first)
    assert body.plain() is body.plain()
    assert await body.gzipped() is await body.gzipped()
    second = states.set(EntityId("sensor.a"), "2")
    assert fragments.earlier(first) is fragments.earlier(first)
    assert json.loads(fragments.of(second))["state"] == "2"
    states.remove("sensor.a")
    assert body.plain() == b"[]"
