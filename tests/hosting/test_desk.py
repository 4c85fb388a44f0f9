from datetime import UTC, datetime

import pytest

from hub.api import ActionError, Reply, Request
from hub.bus import Bus
from hub.clock import SimulatedClock
from hub.hosting.catalog import Condition, Report
from hub.hosting.desk import Desk, core_verbs
from hub.model.names import EntityId
from hub.states import StateMachine

ROOF = Report(instance="ftp_roof", plugin="ftp", condition=Condition.CONNECTED)
PAGER = Report(instance="pagerduty", plugin="pagerduty", condition=Condition.FAILED, last_error="the key was refused")
NEW = Report(instance="discord", plugin="discord", condition=Condition.CONNECTING)


@pytest.fixture
def states() -> StateMachine:
    clock = SimulatedClock(datetime(2026, 3, 4, 12, tzinfo=UTC))
    states = StateMachine(Bus(clock), clock)
    attributes = {"friendly_name": "Solar roof power", "unit_of_measurement": "kW", "device_class": "power"}
    states.set(EntityId.parse("sensor.solar_roof_power"), "4.2", attributes)
    states.set(EntityId.parse("binary_sensor.door"), "on")
    return states


@pytest.fixture
def desk(states: StateMachine) -> Desk:
    async def refuse(request: Request) -> Reply:
        raise ActionError(f"{request.subject} cannot be done")

    async def fail(request: Request) -> Reply:
        raise ValueError("secret detail")

    return Desk({**core_verbs(states, lambda: [ROOF, PAGER, NEW]), "run": refuse, "snooze": fail})


async def test_status_says_what_is_in_trouble(desk: Desk) -> None:
    """What works is only counted."""
    reply = await desk.ask(Request(verb="status"))

    assert reply == Reply(
        text="1 of 3 plugins connected, 2 entities.",
        fields={"pagerduty": "failed: the key was refused", "discord": "connecting"},
    )


async def test_a_state_is_told_as_people_say_it(desk: Desk) -> None:
    """Name, value and unit; the rest as facts."""
    reply = await desk.ask(Request(verb="state", subject=" Sensor.Solar_Roof_Power "))

    assert reply.text == "Solar roof power: 4.2 kW"
    assert reply.fields == {"device_class": "power", "since": "2026-03-04T12:00:00+00:00"}


async def test_an_unknown_entity_or_verb_is_answered_with_the_nearest(desk: Desk) -> None:
    """People type on telephones."""
    entity = await desk.ask(Request(verb="state", subject="sensor.solar_rof_power"))
    verb = await desk.ask(Request(verb="stats"))
    nonsense = await desk.ask(Request(verb="qqq"))

    assert entity == Reply(text="There is no entity 'sensor.solar_rof_power'. Did you mean sensor.solar_roof_power?", ok=False)
    assert verb == Reply(text="I do not know 'stats'. Did you mean 'status'?", ok=False)
    assert nonsense.text.endswith("I know: run, snooze, state, status.")


async def test_what_cannot_be_done_is_said_and_never_raised(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A refusal is told in its own words; a bug is logged and not shown."""
    refused = await desk.ask(Request(verb="run", subject="automation.x"))
    failed = await desk.ask(Request(verb="snooze", person="discord:ada"))

    assert refused == Reply(text="automation.x cannot be done", ok=False)
    assert failed == Reply(text="Something went wrong in the hub; its log says what.", ok=False)
    assert "answering 'snooze' to discord:ada failed" in caplog.text
