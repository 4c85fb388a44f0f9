"""What automations can ask of PagerDuty."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import uuid4

from hub.api import Answer, BadActionData, Effect, Severity, action
from hub_pagerduty.event import ACKNOWLEDGE, RESOLVE, dedup_key, follow_up
from hub_pagerduty.event import change as change_of
from hub_pagerduty.event import trigger as trigger_of
from hub_pagerduty.events_api import CHANGE
from hub_pagerduty.priority import Level, priority_of, severity_of
from hub_pagerduty.session import Pager

Key = Annotated[str, "Key of the alert: the same key is the same matter."]
Whom = Annotated[str | None, "Which target; may be left out while there is only one."]
Details = Annotated[dict[str, Any] | None, "More facts, shown with the alert."]
Link = Annotated[str | None, "Address to open."]


@action(effect=Effect.IDEMPOTENT, answer=Answer.OPTIONAL)
async def trigger(
    pager: Pager,
    summary: Annotated[str, "What is wrong, in one line."],
    key: Annotated[str | None, "Key of the alert: the same key is the same matter. Made up when it is not said."] = None,
    severity: Annotated[Severity | None, "info, warning, error (the default) or critical."] = None,
    impact: Annotated[
        Level | None, "ITIL: how much is hit (high, medium, low); with urgency it gives priority and severity."
    ] = None,
    urgency: Annotated[Level | None, "ITIL: how soon it must be mended (high, medium, low)."] = None,
    target: Whom = None,
    source: Annotated[str | None, "What is hit, such as a host name."] = None,
    component: Annotated[str | None, "Which part of the source."] = None,
    group: Annotated[str | None, "Which group of components, such as a site."] = None,
    kind: Annotated[str | None, "What kind of matter, such as `disk` (PagerDuty's `class`)."] = None,
    details: Details = None,
    link: Link = None,
    image: Annotated[str | None, "Address of a picture (https)."] = None,
    idempotency_key: str | None = None,
) -> Mapping[str, Any]:
    """Page somebody; answers with the key and severity of the alert."""
    if (impact is None) != (urgency is None):
        raise BadActionData("impact and urgency belong together: say both, or the severity")
    told = dict(details or {})
    if impact is not None and urgency is not None:
        priority = priority_of(impact, urgency)
        told["priority"] = priority.value
        severity = severity or severity_of(priority)
    named = key or idempotency_key or uuid4().hex
    severity = severity or Severity.ERROR
    event = trigger_of(
        routing_key=pager.routing_key(target),
        key=named,
        summary=summary,
        severity=severity.value,
        source=source or pager.config.source,
        details=told,
        component=component,
        group=group,
        kind=kind,
        link=link,
        image=image,
        client_url=pager.config.external_url,
    )
    await pager.send(event, named)
    return {"key": named, "dedup_key": dedup_key(named), "severity": severity.value, "priority": told.get("priority")}


@action(effect=Effect.IDEMPOTENT)
async def acknowledge(
    pager: Pager, key: Key, target: Annotated[str | None, "Which target; all when it is not said."] = None
) -> None:
    """Say that somebody takes care of an alert; an alert that is not open stays as it is."""
    for routing_key in pager.routing_keys(target):
        await pager.send(follow_up(routing_key, ACKNOWLEDGE, key), key)


@action(effect=Effect.IDEMPOTENT)
async def resolve(pager: Pager, key: Key, target: Annotated[str | None, "Which target; all when it is not said."] = None) -> None:
    """Say that the matter of an alert is over; an alert that is not open stays as it is."""
    for routing_key in pager.routing_keys(target):
        await pager.send(follow_up(routing_key, RESOLVE, key), key)


@action(effect=Effect.EXTERNAL, answer=Answer.OPTIONAL)
async def add_note(
    pager: Pager,
    text: Annotated[str, "The note."],
    incident: Annotated[str | None, "PagerDuty's id of the incident, such as PT4KHLK."] = None,
    key: Annotated[str | None, "Or the key of its alert."] = None,
) -> Mapping[str, Any]:
    """Write a note on an incident (needs api_key and from_email); answers with the incident's id."""
    return {"incident": await pager.add_note(incident, key, text)}


@action(effect=Effect.EXTERNAL)
async def change_event(
    pager: Pager,
    summary: Annotated[str, "What was changed, in one line."],
    target: Whom = None,
    source: Annotated[str | None, "What was changed, such as a host name."] = None,
    details: Details = None,
    link: Link = None,
) -> None:
    """Tell PagerDuty that something was deployed or altered; nobody is paged."""
    event = change_of(
        routing_key=pager.routing_key(target),
        summary=summary,
        source=source or pager.config.source,
        timestamp=pager.now(),
        details=details,
        link=link,
    )
    await pager.send(event, path=CHANGE)
