"""Events, states, notices: frozen values."""

import msgspec
import pytest

from hub.model.action import Action, ActionCall
from hub.model.context import Context
from hub.model.entity import Device, EntityDescription
from hub.model.event import Event
from hub.model.names import EntityId
from hub.model.notice import Notice, Severity
from hub.model.state import State, StateChange

CONTEXT = Context.new()
STATE = State(EntityId("sensor.a"), "on", {}, 1.0, 2.0, 3.0, CONTEXT)


@pytest.mark.parametrize(
    "value",
    [
        CONTEXT,
        STATE,
        StateChange(EntityId("sensor.a"), None, STATE, CONTEXT, 1.0),
        Event("go", {}, 1.0, CONTEXT),
        ActionCall("a", "b", {}, CONTEXT),
        Action(domain="a", name="b", handler=lambda call: None),
        Notice(message="x"),
        Device(key="a", name="A"),
        EntityDescription(domain="sensor", key="a"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nobody_can_change_a_value_behind_anothers_back(value: msgspec.Struct) -> None:
    """Each is frozen."""
    with pytest.raises(AttributeError):
        setattr(value, value.__struct_fields__[0], "changed")


def test_severities_have_an_order() -> None:
    """That of their definition."""
    assert [severity.rank for severity in (Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.CRITICAL)] == [0, 1, 2, 3]


def test_times_are_shown_with_their_zone() -> None:
    """In UTC."""
    assert [moment.isoformat() for moment in (STATE.last_changed, STATE.last_updated, STATE.last_reported)] == [
        f"1970-01-01T00:00:0{second}+00:00" for second in (1, 2, 3)
    ]
