"""Incidents and who is on call, from the REST API."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import hub_pagerduty
import pytest
from hub_pagerduty.simulator import ROUTING_KEY, SimulatedPagerDuty
from starlette.responses import JSONResponse, PlainTextResponse, Response

from hub.clock import SystemClock
from hub.testing import Running, running


@asynccontextmanager
async def hub_with(pagerduty: SimulatedPagerDuty, **more: Any) -> AsyncGenerator[Running[SystemClock], None]:
    async with running(hub_pagerduty, {**pagerduty.config, "scan_interval": 5, **more}, SystemClock(20.0)) as hub:
        await hub.until(lambda: hub.connected)
        yield hub


def ids(hub: Running[SystemClock]) -> dict[str, str]:
    return {entry.unique_id.partition("/")[2]: str(entry.entity_id) for entry in hub.entities.all()}


def value(hub: Running[SystemClock], key: str) -> str | None:
    return hub.value(ids(hub)[key])


def attributes(hub: Running[SystemClock], key: str) -> dict[str, Any]:
    state = hub.state(ids(hub)[key])
    assert state is not None
    return dict(state.attributes)


def trigger(pagerduty: SimulatedPagerDuty, key: str, severity: str = "critical") -> None:
    payload = {"summary": f"about {key}", "source": "test", "severity": severity}
    pagerduty.account.accept({"routing_key": ROUTING_KEY, "event_action": "trigger", "dedup_key": key, "payload": payload})


async def test_open_incidents_are_counted_by_urgency(pagerduty: SimulatedPagerDuty) -> None:
    """With the newest of them as attributes; resolved ones do not count."""
    for key, severity in (("a", "critical"), ("b", "error"), ("c", "info"), ("d", "critical")):
        trigger(pagerduty, key, severity)
    pagerduty.account.become(pagerduty.account.incidents[1], "acknowledged", None)
    pagerduty.account.become(pagerduty.account.incidents[3], "resolved", None)

    async with hub_with(pagerduty) as hub:
        await hub.until(lambda: value(hub, "incidents_high") == "2")

        shown = attributes(hub, "incidents_high")
        assert value(hub, "incidents_low") == "1"
        assert (shown["triggered"], shown["acknowledged"]) == (1, 1)
        assert [incident["key"] for incident in shown["incidents"]] == ["b", "a"]


async def test_lists_are_read_to_their_last_page(pagerduty: SimulatedPagerDuty) -> None:
    """A hundred at a time; the attributes show twenty."""
    for number in range(350):
        trigger(pagerduty, f"k{number}")

    async with hub_with(pagerduty) as hub:
        await hub.until(lambda: value(hub, "incidents_high") == "350")

        assert len(attributes(hub, "incidents_high")["incidents"]) == 20


async def test_who_is_called_first_is_on_call(pagerduty: SimulatedPagerDuty) -> None:
    """The second level is not; nobody is said as such."""
    async with hub_with(pagerduty) as hub:
        await hub.until(lambda: value(hub, "on_call") == "Ada Lovelace")
        policies = attributes(hub, "on_call")["policies"]
        pagerduty.account.on_call.clear()
        await hub.until(lambda: value(hub, "on_call") == "nobody")

        assert policies == {"Operations": ["Ada Lovelace"]}


async def test_a_key_that_pagerduty_does_not_know_stops_asking_but_not_paging(pagerduty: SimulatedPagerDuty) -> None:
    """The sensors say that they do not know, and one says why."""
    async with hub_with(pagerduty, api_key="wrong") as hub:
        await hub.until(lambda: value(hub, "rest_api") == "off")
        asked = len(pagerduty.rest.calls)
        await hub.call("pagerduty.trigger", summary="x")
        await hub.clock.sleep(12)

        assert "does not know the api_key" in attributes(hub, "rest_api")["error"]
        assert value(hub, "on_call") == "unavailable"
        assert len(pagerduty.account.incidents) == 1
        assert len(pagerduty.rest.calls) == asked
        assert hub.connected


async def test_a_wrong_key_without_any_target_gives_up(pagerduty: SimulatedPagerDuty) -> None:
    """Nothing else could work."""
    async with running(hub_pagerduty, {**pagerduty.config, "targets": {}, "api_key": "wrong"}) as hub:
        await hub.until(lambda: hub.report.condition.value == "failed")

        assert "does not know the api_key" in str(hub.report.last_error)


@pytest.mark.parametrize(
    "trouble",
    [
        JSONResponse({"error": {"message": "Rate Limit Exceeded", "code": 2020}}, 429, {"ratelimit-reset": "5"}),
        Response(status_code=503),
        PlainTextResponse("<html>maintenance</html>", 500),
    ],
)
async def test_a_busy_rest_api_is_waited_for(pagerduty: SimulatedPagerDuty, trouble: Response) -> None:
    """Nothing becomes unavailable for that."""
    trigger(pagerduty, "a")
    pagerduty.rest.troubles.extend([trouble, trouble])

    async with hub_with(pagerduty) as hub:
        await hub.until(lambda: value(hub, "incidents_high") == "1")

        assert value(hub, "rest_api") == "on"


@pytest.mark.parametrize(
    "trouble", [Response(status_code=500), PlainTextResponse("not JSON"), JSONResponse([1]), Response(status_code=302)]
)
async def test_a_rest_api_out_of_order_makes_sensors_unavailable_until_it_is_back(
    pagerduty: SimulatedPagerDuty, trouble: Response
) -> None:
    """Paging goes on all the while."""
    async with hub_with(pagerduty) as hub:
        await hub.until(lambda: value(hub, "rest_api") == "on")
        pagerduty.rest.troubles.extend([trouble] * 3)

        await hub.until(lambda: value(hub, "on_call") == "unavailable")
        await hub.call("pagerduty.trigger", summary="x")
        await hub.until(lambda: value(hub, "incidents_high") == "1")

        assert hub.connected
        assert hub.report.losses == hub.report.bugs == 0


@pytest.mark.parametrize(
    "odd", [{"incidents": None}, {"incidents": [1, None, {}, {"urgency": "high"}, {"urgency": 7, "service": 1}]}, {}]
)
async def test_answers_of_an_odd_form_break_nothing(pagerduty: SimulatedPagerDuty, odd: dict[str, Any]) -> None:
    """What is not understood is left out."""
    pagerduty.rest.troubles.append(JSONResponse(odd))

    async with hub_with(pagerduty) as hub:
        await hub.until(lambda: value(hub, "rest_api") == "on")

        assert hub.report.bugs == 0


async def test_without_an_api_key_there_are_no_entities(pagerduty: SimulatedPagerDuty) -> None:
    """Paging is all; nobody asks the REST API."""
    async with hub_with(pagerduty, api_key=None) as hub:
        await hub.call("pagerduty.trigger", summary="x")

        assert pagerduty.rest.calls == []
        assert set(ids(hub)) == {"connected"}
