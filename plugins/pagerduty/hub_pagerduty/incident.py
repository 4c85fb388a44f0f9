"""Incidents and people on call, as the REST API and webhooks tell of them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What is known of one incident; empty where it was not said."""

    id: str = ""
    number: int = 0
    title: str = ""
    status: str = ""
    """triggered, acknowledged or resolved."""
    urgency: str = ""
    priority: str = ""
    service: str = ""
    service_id: str = ""
    key: str = ""
    """The dedup key of the alert that began it."""
    url: str = ""
    assignees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Somebody who is on call."""

    person: str
    policy: str
    policy_id: str
    level: int


def parse_incident(data: Mapping[str, Any]) -> Incident:
    """Read an incident, or a reference to one; what is missing or of another kind stays empty."""
    number = data.get("incident_number", data.get("number"))
    service = _mapping(data.get("service"))
    assignments = data.get("assignments") or data.get("assignees")
    people = [_mapping(item) for item in assignments] if isinstance(assignments, list) else []
    return Incident(
        id=_text(data.get("id")),
        number=number if isinstance(number, int) else 0,
        title=_text(data.get("title") or data.get("summary")),
        status=_text(data.get("status")),
        urgency=_text(data.get("urgency")),
        priority=_name(data.get("priority")),
        service=_name(service),
        service_id=_text(service.get("id")),
        key=_text(data.get("incident_key")),
        url=_text(data.get("html_url")),
        assignees=tuple(_name(person.get("assignee", person)) for person in people),
    )


def parse_on_call(data: Mapping[str, Any]) -> OnCall:
    """Read one entry of the list of those on call."""
    level = data.get("escalation_level")
    return OnCall(
        person=_name(data.get("user")),
        policy=_name(data.get("escalation_policy")),
        policy_id=_text(_mapping(data.get("escalation_policy")).get("id")),
        level=level if isinstance(level, int) else 0,
    )


def first_on_call(entries: Iterable[OnCall], policies: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return who is called first: policy → people; only these policies (by id), when any are named."""
    wanted = frozenset(policies)
    people: dict[str, dict[str, None]] = {}
    for entry in entries:
        if entry.level == 1 and entry.person and (not wanted or entry.policy_id in wanted):
            people.setdefault(entry.policy or entry.policy_id, {})[entry.person] = None
    return {policy: sorted(people[policy]) for policy in sorted(people)}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _name(value: object) -> str:
    reference = _mapping(value)
    return _text(reference.get("summary") or reference.get("name") or reference.get("id"))
