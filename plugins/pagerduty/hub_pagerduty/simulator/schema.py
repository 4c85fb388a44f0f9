"""What the Events API accepts."""

from typing import Any

from hub_pagerduty.event import ACKNOWLEDGE, LONGEST_KEY, LONGEST_SUMMARY, RESOLVE, TRIGGER

_SEVERITIES = ("critical", "error", "warning", "info")
_KEY_LENGTH = 32


def mistakes(event: Any) -> list[str]:
    """Say what is wrong with an alert event; nothing when it is valid."""
    if not isinstance(event, dict):
        return ["Event object format is unrecognized"]
    action = event.get("event_action")
    found = _routing_key(event)
    if action not in (TRIGGER, ACKNOWLEDGE, RESOLVE):
        found.append("'event_action' is invalid (must be one of: trigger, acknowledge, resolve)")
    key = event.get("dedup_key")
    if key is not None and (not isinstance(key, str) or len(key) > LONGEST_KEY):
        found.append(f"'dedup_key' must be a string of at most {LONGEST_KEY} characters")
    if action in (ACKNOWLEDGE, RESOLVE) and not key:
        found.append("'dedup_key' is missing or blank")
    if action == TRIGGER:
        found += _payload(event.get("payload"), alert=True) + _attachments(event)
    return found


def change_mistakes(event: Any) -> list[str]:
    """Say what is wrong with a change event."""
    if not isinstance(event, dict):
        return ["Event object format is unrecognized"]
    found = _routing_key(event) + _payload(event.get("payload"), alert=False) + _attachments(event)
    if "dedup_key" in event:
        found.append("'dedup_key' is not allowed in a change event")
    if str(event.get("routing_key", "")).startswith("R"):
        found.append("change events are not accepted by rulesets")
    return found


def _routing_key(event: dict[str, Any]) -> list[str]:
    key = event.get("routing_key")
    valid = isinstance(key, str) and len(key) == _KEY_LENGTH
    return [] if valid else [f"'routing_key' must be {_KEY_LENGTH} characters"]


def _payload(payload: Any, *, alert: bool) -> list[str]:
    if not isinstance(payload, dict):
        return ["'payload' is missing or not an object"]
    summary = payload.get("summary")
    found = []
    if not isinstance(summary, str) or not 0 < len(summary) <= LONGEST_SUMMARY:
        found.append(f"'payload.summary' must be a string of 1 to {LONGEST_SUMMARY} characters")
    if alert and not (isinstance(payload.get("source"), str) and payload["source"]):
        found.append("'payload.source' is missing or blank")
    if alert and payload.get("severity") not in _SEVERITIES:
        found.append(f"'payload.severity' is invalid (must be one of: {', '.join(_SEVERITIES)})")
    texts = [name for name in ("component", "group", "class", "timestamp") if not isinstance(payload.get(name, ""), str)]
    found += [f"'payload.{name}' must be a string" for name in texts]
    if not isinstance(payload.get("custom_details", {}), dict):
        found.append("'payload.custom_details' must be an object")
    return found


def _attachments(event: dict[str, Any]) -> list[str]:
    found = []
    for name, field in (("links", "href"), ("images", "src")):
        items = event.get(name, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) and isinstance(item.get(field), str) for item in items):
            found.append(f"'{name}' must be a list of objects with '{field}'")
        elif name == "images" and not all(item["src"].startswith("https://") for item in items):
            found.append("'images.src' must be served by https")
    return found
