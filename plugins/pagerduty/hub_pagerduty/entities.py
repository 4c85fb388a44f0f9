"""What the hub shows of an account: open incidents by urgency, and who is on call."""

from collections.abc import Iterable, Sequence
from typing import Any

from hub.api import Category, Hub
from hub_pagerduty.config import PagerDutyConfig
from hub_pagerduty.incident import Incident, OnCall, first_on_call, parse_incident, parse_on_call
from hub_pagerduty.rest import Parameters, RestApi

_SHOWN = 20
_LONGEST = 255
NOBODY = "nobody"


class Entities:
    """The sensors of an account, and how they are brought up to date."""

    def __init__(self, hub: Hub, rest: RestApi, config: PagerDutyConfig) -> None:
        self._rest, self._config = rest, config
        self._high = hub.sensor(
            "incidents_high",
            name="Open incidents, high urgency",
            unit="incidents",
            state_class="measurement",
            icon="mdi:bell-alert",
        )
        self._low = hub.sensor(
            "incidents_low",
            name="Open incidents, low urgency",
            unit="incidents",
            state_class="measurement",
            icon="mdi:bell-outline",
        )
        self._on_call = hub.sensor("on_call", name="On call", icon="mdi:phone-in-talk")
        self._rest_api = hub.binary_sensor("rest_api", name="REST API", device_class="connectivity", category=Category.DIAGNOSTIC)

    async def look(self) -> None:
        """Ask the REST API and show what it says. Raises as the REST API does."""
        incidents = [parse_incident(item) async for item in self._rest.pages("/incidents", "incidents", self._open_ones())]
        on_call = [parse_on_call(item) async for item in self._rest.pages("/oncalls", "oncalls", self._policies())]
        self._high.set(*_counted(incidents, "high"))
        self._low.set(*_counted(incidents, "low"))
        self._on_call.set(*_called(on_call, self._config.escalation_policies))
        self._rest_api.set(True, {"error": None})

    def lost(self, error: Exception) -> None:
        """Say that the REST API does not answer, and why."""
        for sensor in (self._high, self._low, self._on_call):
            sensor.unavailable()
        self._rest_api.set(False, {"error": str(error)})

    def _open_ones(self) -> Parameters:
        statuses = [("statuses[]", "triggered"), ("statuses[]", "acknowledged")]
        # Without it only the last month is listed, and an incident that is open for longer would vanish.
        return [*statuses, ("date_range", "all"), *(("service_ids[]", service) for service in self._config.services)]

    def _policies(self) -> Parameters:
        return [("earliest", "true"), *(("escalation_policy_ids[]", policy) for policy in self._config.escalation_policies)]


def _counted(incidents: Iterable[Incident], urgency: str) -> tuple[int, dict[str, Any]]:
    found = {incident.id: incident for incident in incidents if incident.urgency == urgency}.values()
    shown = sorted(found, key=lambda incident: incident.number, reverse=True)[:_SHOWN]
    return len(found), {
        "triggered": sum(incident.status == "triggered" for incident in found),
        "acknowledged": sum(incident.status == "acknowledged" for incident in found),
        "incidents": [
            {name: getattr(incident, name) for name in ("id", "number", "title", "status", "service", "priority", "key", "url")}
            for incident in shown
        ],
    }


def _called(on_call: Iterable[OnCall], policies: Sequence[str]) -> tuple[str, dict[str, Any]]:
    by_policy = first_on_call(on_call, policies)
    people = sorted({person for named in by_policy.values() for person in named})
    return (", ".join(people) or NOBODY)[:_LONGEST], {"policies": by_policy}
