"""What the plugin tells the hub when something happens in PagerDuty."""

from pydantic import Field

from hub.api import PluginEvent
from hub_pagerduty.incident import parse_incident
from hub_pagerduty.webhooks import Webhook


class IncidentEvent(PluginEvent):
    """Something happened to an incident."""

    incident_id: str = Field(description="PagerDuty's id of the incident.")
    number: int = Field(0, description="Number of the incident as people say it.")
    title: str = Field("", description="What it is called.")
    status: str = Field("", description="triggered, acknowledged or resolved.")
    urgency: str = Field("", description="high or low.")
    priority: str = Field("", description="Such as P1; empty when it has none.")
    service: str = Field("", description="Name of the service.")
    key: str = Field("", description="The alert's key in the hub; empty for an incident that people made.")
    url: str = Field("", description="Where to see the incident.")
    assignees: tuple[str, ...] = Field((), description="Who is to deal with it.")
    person: str = Field("", description="Who did it; empty when it was a program.")
    by_hub: bool = Field(False, description="Whether the hub itself did it.")
    text: str = Field("", description="The note, status update or message, where there is one.")
    occurred_at: str = Field("", description="When it happened (ISO 8601).")


class IncidentTriggered(IncidentEvent):
    """An incident began."""


class IncidentAcknowledged(IncidentEvent):
    """Somebody takes care of an incident."""


class IncidentUnacknowledged(IncidentEvent):
    """An acknowledgement ran out."""


class IncidentEscalated(IncidentEvent):
    """An incident went to the next level."""


class IncidentDelegated(IncidentEvent):
    """An incident went to another escalation policy."""


class IncidentReassigned(IncidentEvent):
    """An incident went to somebody else."""


class IncidentReopened(IncidentEvent):
    """A resolved incident was opened again."""


class IncidentResolved(IncidentEvent):
    """An incident is over."""


class IncidentAnnotated(IncidentEvent):
    """Somebody wrote a note."""


class IncidentPriorityUpdated(IncidentEvent):
    """An incident has another priority."""


class IncidentResponderAdded(IncidentEvent):
    """Somebody was asked to help."""


class IncidentResponderReplied(IncidentEvent):
    """Somebody who was asked to help answered."""


class IncidentStatusUpdatePublished(IncidentEvent):
    """Stakeholders were told how it stands."""


class IncidentChanged(IncidentEvent):
    """Something else happened to an incident."""

    change: str = Field(description="PagerDuty's name for what happened.")


class ServiceChanged(PluginEvent):
    """A service was made, changed or removed."""

    service: str = Field(description="Name of the service.")
    service_id: str = Field(description="PagerDuty's id of the service.")
    change: str = Field(description="created, updated or deleted.")
    occurred_at: str = Field("", description="When it happened (ISO 8601).")


class WebhookTested(PluginEvent):
    """Somebody sent a test from PagerDuty's page, and it arrived."""

    text: str = Field("", description="What the test says.")


class WebhookRefused(PluginEvent):
    """A webhook came with a wrong signature; told once, until a right one comes."""

    reason: str = Field(description="What is wrong.")


_BY_TYPE: dict[str, type[IncidentEvent]] = {
    "incident.triggered": IncidentTriggered,
    "incident.acknowledged": IncidentAcknowledged,
    "incident.unacknowledged": IncidentUnacknowledged,
    "incident.escalated": IncidentEscalated,
    "incident.delegated": IncidentDelegated,
    "incident.reassigned": IncidentReassigned,
    "incident.reopened": IncidentReopened,
    "incident.resolved": IncidentResolved,
    "incident.annotated": IncidentAnnotated,
    "incident.priority_updated": IncidentPriorityUpdated,
    "incident.responder.added": IncidentResponderAdded,
    "incident.responder.replied": IncidentResponderReplied,
    "incident.status_update_published": IncidentStatusUpdatePublished,
}
EVENTS: tuple[type[PluginEvent], ...] = (*_BY_TYPE.values(), IncidentChanged, ServiceChanged, WebhookTested, WebhookRefused)
SUBSCRIBED = (*_BY_TYPE, "service.created", "service.updated", "service.deleted")
"""The types of webhooks to ask for."""


def event_of(webhook: Webhook, key: str, by_hub: bool) -> PluginEvent | None:
    """Return what the webhook tells; None when it is of no interest. `key` is the alert's key in the hub."""
    domain, _, change = webhook.type.partition(".")
    match domain:
        case "incident":
            return _incident_event(webhook, change, key, by_hub)
        case "service":
            name, service_id = webhook.data.get("summary"), webhook.data.get("id")
            return ServiceChanged(
                service=str(name or ""), service_id=str(service_id or ""), change=change, occurred_at=webhook.occurred_at
            )
        case "pagey":
            return WebhookTested(text=str(webhook.data.get("message") or ""))
        case _:
            return None


def _incident_event(webhook: Webhook, change: str, key: str, by_hub: bool) -> IncidentEvent:
    data = webhook.data
    inner = data.get("incident")
    incident = parse_incident(inner if isinstance(inner, dict) else data)
    told = {
        "incident_id": incident.id,
        "number": incident.number,
        "title": incident.title,
        "status": incident.status,
        "urgency": incident.urgency,
        "priority": incident.priority,
        "service": incident.service,
        "key": key,
        "url": incident.url,
        "assignees": incident.assignees,
        "person": webhook.person,
        "by_hub": by_hub,
        "text": str(data.get("content") or data.get("message") or ""),
        "occurred_at": webhook.occurred_at,
    }
    kind = _BY_TYPE.get(webhook.type)
    return IncidentChanged(**told, change=change) if kind is None else kind(**told)
