"""Events for the Events API v2, within its limits.

summary ≤ 1024 characters, dedup_key ≤ 255, severity critical | error | warning | info, images by https only, the whole ≤ 512 KB
(developer.pagerduty.com, Events API v2).
"""

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from hub.api import ActionError, Notice, Phase

LONGEST_SUMMARY = 1024
LONGEST_KEY = 255
LARGEST_EVENT = 512 * 1024

TRIGGER, ACKNOWLEDGE, RESOLVE = "trigger", "acknowledge", "resolve"
ACTIONS = {Phase.RAISED: TRIGGER, Phase.ACKNOWLEDGED: ACKNOWLEDGE, Phase.RESOLVED: RESOLVE}

Event = dict[str, Any]

_LONGEST_ADDRESS = 2048
_DEEPEST = 20
_CLIENT = "Hub"


def dedup_key(key: str) -> str:
    """Return the key as PagerDuty takes it: itself, or the hash of one that is too long."""
    return key if len(key) <= LONGEST_KEY else f"sha256:{hashlib.sha256(key.encode(errors='surrogatepass')).hexdigest()}"


def shortened(text: str, longest: int) -> str:
    """Return the text on one line, cut with `…` when it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def event_of(notice: Notice, routing_key: str, source: str, client_url: str | None) -> Event:
    """Make the event for a notice. Raises ActionError for an acknowledgement or all-clear that names no key."""
    action = ACTIONS[notice.phase]
    if action != TRIGGER:
        if notice.key is None:
            raise ActionError(f"a notice with the phase {notice.phase.value} must have a key")
        return follow_up(routing_key, action, notice.key)
    heading = f"{notice.title}: {notice.message}" if notice.title and notice.message else notice.title or notice.message
    details = dict(notice.fields) | ({"message": notice.message} if len(heading) > LONGEST_SUMMARY else {})
    return trigger(
        routing_key=routing_key,
        key=notice.key or notice.id or None,
        summary=heading,
        severity=notice.severity.value,
        source=source,
        details=details,
        link=notice.link,
        image=notice.image,
        client_url=client_url,
    )


def trigger(
    *,
    routing_key: str,
    key: str | None,
    summary: str,
    severity: str,
    source: str,
    details: Mapping[str, Any] | None = None,
    component: str | None = None,
    group: str | None = None,
    kind: str | None = None,
    link: str | None = None,
    image: str | None = None,
    client_url: str | None = None,
) -> Event:
    """Make an event that opens an alert, or adds to the open one with the same key."""
    payload = _payload(summary, source, details) | {"severity": severity}
    payload |= _told(component=component, group=group, **{"class": kind})
    event: Event = {"routing_key": routing_key, "event_action": TRIGGER, "payload": payload, "client": _CLIENT}
    event |= {"dedup_key": dedup_key(key)} if key else {}
    event |= {"client_url": client_url} if client_url else {}
    return event | _attachments(link, image)


def follow_up(routing_key: str, action: str, key: str) -> Event:
    """Make an event that acknowledges or resolves the open alert with this key."""
    return {"routing_key": routing_key, "event_action": action, "dedup_key": dedup_key(key)}


def change(
    *,
    routing_key: str,
    summary: str,
    source: str,
    timestamp: str,
    details: Mapping[str, Any] | None = None,
    link: str | None = None,
) -> Event:
    """Make a change event: something was deployed or altered; nobody is paged."""
    payload = _payload(summary, source, details) | {"timestamp": timestamp}
    return {"routing_key": routing_key, "payload": payload, **_attachments(link, None)}


def encoded(event: Event) -> bytes:
    """Return the event as JSON of at most 512 KB; the details are cut for it, the longest texts first."""
    body = _json(event)
    for longest, most in ((4096, 1000), (256, 100), (64, 20)):
        if len(body) <= LARGEST_EVENT:
            return body
        payload = event["payload"]
        event = {**event, "payload": {**payload, "custom_details": _cut(payload.get("custom_details", {}), longest, most)}}
        body = _json(event)
    if len(body) > LARGEST_EVENT:
        event = {**event, "payload": {**event["payload"], "custom_details": {"cut": "the details were too large"}}}
    return _json(event)


def _payload(summary: str, source: str, details: Mapping[str, Any] | None) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "summary": shortened(summary, LONGEST_SUMMARY) or "(no text)",
        "source": shortened(source, LONGEST_SUMMARY),
    }
    return payload | ({"custom_details": _plain(details)} if details else {})


def _told(**texts: str | None) -> dict[str, str]:
    return {name: shortened(text, LONGEST_SUMMARY) for name, text in texts.items() if text}


def _attachments(link: str | None, image: str | None) -> Event:
    attached: Event = {}
    if link and len(link) <= _LONGEST_ADDRESS:
        attached["links"] = [{"href": link, "text": "Open"}]
    if image and image.startswith("https://") and len(image) <= _LONGEST_ADDRESS:
        attached["images"] = [{"src": image, **({"href": link} if link and len(link) <= _LONGEST_ADDRESS else {})}]
    return attached


def _plain(value: Any, depth: int = 0) -> Any:
    """Turn anything into what JSON can hold."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [_plain(item, depth + 1) for item in value]
    return str(value)


def _cut(value: Any, longest: int, most: int) -> Any:
    if isinstance(value, str):
        return shortened(value, longest)
    if isinstance(value, dict):
        return {shortened(key, longest): _cut(item, longest, most) for key, item in list(value.items())[:most]}
    if isinstance(value, list):
        return [_cut(item, longest, most) for item in value[:most]]
    return value


def _json(event: Event) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
