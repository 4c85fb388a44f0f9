"""v3 webhooks: their signatures and what they say. Pure.

Header `X-PagerDuty-Signature: v1=<hex>[,v1=<hex>…]`, each the HMAC-SHA256 of the raw body (PagerDuty developer docs, webhooks).
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

SIGNATURE = "x-pagerduty-signature"
WEBHOOK_ID = "x-webhook-id"

_MOST_SIGNATURES = 20
_NOTHING: Mapping[str, Any] = {}


class BadWebhook(ValueError):
    """The body is not a webhook of PagerDuty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One thing that happened in PagerDuty."""

    id: str
    type: str
    """Such as `incident.acknowledged`."""
    occurred_at: str
    agent: Mapping[str, Any]
    """Who did it; empty when nobody did."""
    data: Mapping[str, Any]

    @property
    def person(self) -> str:
        """Name of the person who did it; empty when it was a program."""
        return str(self.agent.get("summary") or self.agent.get("id") or "") if self.agent.get("type") == "user_reference" else ""


def signature(secret: str, body: bytes) -> str:
    """Return the signature of a body."""
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(header: str, body: bytes, secrets: Iterable[str]) -> bool:
    """Tell whether one of the signatures was made with one of the secrets; takes the same time whatever is wrong."""
    given = [part.strip().encode(errors="replace") for part in header.split(",")[:_MOST_SIGNATURES]]
    expected = [signature(secret, body).encode() for secret in secrets if secret]
    found = [hmac.compare_digest(one, other) for one in given for other in expected]
    return any(found)  # all were compared


def parse(body: bytes) -> Webhook:
    """Read a webhook. Raises BadWebhook."""
    try:
        event = json.loads(body)["event"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadWebhook("the body has no event") from error
    if not isinstance(event, dict) or not isinstance(event.get("event_type"), str):
        raise BadWebhook("the event has no type")
    return Webhook(
        id=str(event.get("id") or ""),
        type=event["event_type"],
        occurred_at=str(event.get("occurred_at") or ""),
        agent=_mapping(event.get("agent")),
        data=_mapping(event.get("data")),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _NOTHING
