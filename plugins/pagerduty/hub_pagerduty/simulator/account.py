"""A small PagerDuty account: services, people, and incidents with their lives."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from hub.api import Clock
from hub_pagerduty.event import ACKNOWLEDGE, RESOLVE, TRIGGER

ROUTING_KEY = "0123456789abcdef0123456789abcdef"
API_KEY = "rehearsal"
FROM_EMAIL = "ada@example.com"
TRIGGERED, ACKNOWLEDGED, RESOLVED = "triggered", "acknowledged", "resolved"

Json = dict[str, Any]
Agent = Json | None

_URGENT = {"critical", "error"}
_OPEN = {TRIGGERED, ACKNOWLEDGED}


@dataclass
class Moment:
    """One line of an incident's timeline."""

    at: float
    what: str
    who: str


@dataclass
class Incident:
    """One incident."""

    id: str
    number: int
    title: str
    service: str
    key: str
    urgency: str
    severity: str
    created_at: float
    status: str = TRIGGERED
    details: Json = field(default_factory=dict)
    links: list[Json] = field(default_factory=list)
    timeline: list[Moment] = field(default_factory=list)
    notes: list[Json] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether it is not resolved."""
        return self.status in _OPEN


class Account:
    """Takes events and what people do, and tells what happened."""

    def __init__(self, clock: Clock, routing_keys: Iterable[str] = (ROUTING_KEY,)) -> None:
        self._clock = clock
        self.services = {key: f"PSVC{number:03d}" for number, key in enumerate(routing_keys, 1)}
        self.incidents: list[Incident] = []
        self.changes: list[Json] = []
        self.people = {"PADA001": "Ada Lovelace", "PBOB002": "Bob Kahn", "PEVE003": "Eve Meyer"}
        self.on_call: list[tuple[str, int]] = [("PADA001", 1), ("PBOB002", 2)]
        self.listeners: list[Callable[[Json], None]] = []
        self.counts = {"events": 0, "incidents": 0, "acknowledged": 0, "resolved": 0, "changes": 0, "webhooks": 0}
        self._numbers = itertools.count(1)

    def accept(self, event: Json) -> str:
        """Take an event that is valid; returns its dedup key. One with an unknown routing key is accepted and dropped."""
        self.counts["events"] += 1
        key = event.get("dedup_key") or uuid4().hex
        service = self.services.get(event["routing_key"])
        if service is not None:
            incident = self.open_with(service, key)
            by = _integration(service)
            if event["event_action"] == TRIGGER:
                self._trigger(service, key, event, incident)
            elif incident is not None:
                self.become(incident, {ACKNOWLEDGE: ACKNOWLEDGED, RESOLVE: RESOLVED}[event["event_action"]], by)
        return str(key)

    def accept_change(self, event: Json) -> None:
        """Take a change event."""
        self.counts["changes"] += 1
        self.changes.append(event["payload"])

    def open_with(self, service: str, key: str) -> Incident | None:
        """Return the open incident of the service with this key."""
        for incident in reversed(self.incidents):
            if incident.is_open and incident.service == service and incident.key == key:
                return incident
        return None

    def find(self, incident_id: str) -> Incident | None:
        """Return the incident with this id."""
        return next((incident for incident in self.incidents if incident.id == incident_id), None)

    def become(self, incident: Incident, status: str, by: Agent) -> bool:
        """Acknowledge or resolve; False when the incident's life does not go there."""
        if not incident.is_open or incident.status == status:
            return False
        incident.status = status
        self.counts[status] = self.counts.get(status, 0) + 1
        self._note(incident, status, by)
        self._tell(f"incident.{status}", as_webhook(incident), by)
        return True

    def annotate(self, incident: Incident, text: str, by: Agent) -> Json:
        """Write a note on an incident."""
        note = {"id": f"PNOTE{len(incident.notes):03d}", "content": text, "created_at": iso(self._clock.time()), "user": by}
        incident.notes.append(note)
        self._note(incident, f"note: {text}", by)
        reference = {"id": incident.id, "type": "incident_reference", "summary": incident.title}
        data = {"id": note["id"], "type": "incident_note", "content": text, "trimmed": False, "incident": reference}
        self._tell("incident.annotated", data, by)
        return note

    def person(self, person_id: str) -> Json:
        """Return the reference to a user."""
        return {"id": person_id, "type": "user_reference", "summary": self.people[person_id]}

    def ping(self) -> Json:
        """Return the event of a test."""
        return self._event("pagey.ping", {"type": "ping", "message": "Hello from your friend Pagey!"}, None)

    def _trigger(self, service: str, key: str, event: Json, incident: Incident | None) -> None:
        payload, by = event["payload"], _integration(service)
        if incident is not None:
            self._note(incident, f"triggered again: {payload['summary']}", by)
            return
        number = next(self._numbers)
        severity = payload["severity"]
        incident = Incident(
            id=f"PINC{number:04d}",
            number=number,
            title=payload["summary"],
            service=service,
            key=key,
            urgency="high" if severity in _URGENT else "low",
            severity=severity,
            created_at=self._clock.time(),
            details=payload.get("custom_details") or {},
            links=event.get("links") or [],
        )
        self.incidents.append(incident)
        self.counts["incidents"] += 1
        self._note(incident, TRIGGERED, by)
        self._tell("incident.triggered", as_webhook(incident), by)

    def _note(self, incident: Incident, what: str, by: Agent) -> None:
        incident.timeline.append(Moment(self._clock.time(), what, by["summary"] if by else "PagerDuty"))

    def _tell(self, event_type: str, data: Json, by: Agent) -> None:
        event = self._event(event_type, data, by)
        for listener in self.listeners:
            listener(event)

    def _event(self, event_type: str, data: Json, by: Agent) -> Json:
        return {
            "id": uuid4().hex,
            "event_type": event_type,
            "resource_type": event_type.partition(".")[0],
            "occurred_at": iso(self._clock.time()),
            "agent": by,
            "client": None,
            "data": data,
        }


def iso(moment: float) -> str:
    """Return the moment as PagerDuty writes it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_rest(incident: Incident) -> Json:
    """Return an incident as the REST API shows it."""
    return {
        "id": incident.id,
        "type": "incident",
        "summary": f"[#{incident.number}] {incident.title}",
        "incident_number": incident.number,
        "title": incident.title,
        "created_at": iso(incident.created_at),
        "status": incident.status,
        "incident_key": incident.key,
        "urgency": incident.urgency,
        "service": {"id": incident.service, "type": "service_reference", "summary": f"Service {incident.service}"},
        "assignments": [],
        "priority": None,
        "html_url": f"https://example.pagerduty.com/incidents/{incident.id}",
    }


def as_webhook(incident: Incident) -> Json:
    """Return an incident as webhooks show it."""
    shown = as_rest(incident)
    shown["number"] = shown.pop("incident_number")
    shown["assignees"] = shown.pop("assignments")
    return shown


def _integration(service: str) -> Json:
    return {"id": f"{service}I", "type": "events_api_v2_inbound_integration_reference", "summary": "Events API v2"}
