"""Sends webhooks as PagerDuty does: signed, in order, five attempts, and not at all after three that were dropped."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from hub.api import Clock
from hub_pagerduty.failures import Unreachable
from hub_pagerduty.http import Http
from hub_pagerduty.simulator.account import Json
from hub_pagerduty.webhooks import signature

_TIMEOUT = 5.0
_ATTEMPTS = 5
_FIRST_WAIT, _FACTOR = 2.0, 4.0
_MOST_DROPPED = 3
_DISABLED_FOR = 86_400.0


@dataclass
class Subscription:
    """Where webhooks go."""

    url: str
    events: list[str]
    id: str = field(default_factory=lambda: f"PSUB{uuid4().hex[:6].upper()}")
    secret: str = field(default_factory=lambda: uuid4().hex)
    dropped: int = 0
    """How many were dropped in a row."""
    disabled_until: float = 0.0
    answers: list[int] = field(default_factory=list)
    """What the receiver answered, attempt by attempt; 0 is no answer."""
    waiting: deque[Json] = field(default_factory=deque)
    delivering: bool = False

    def as_rest(self, *, secret: bool = False) -> Json:
        """Return it as the REST API shows it; the secret is told only once."""
        method = {"type": "http_delivery_method", "url": self.url, "secret": self.secret if secret else None}
        return {
            "id": self.id,
            "type": "webhook_subscription",
            "active": True,
            "delivery_method": {**method, "temporarily_disabled": self.disabled_until > 0},
            "events": self.events,
            "filter": {"type": "account_reference"},
        }


class Sender:
    """Delivers what happens to those who subscribed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.subscriptions: list[Subscription] = []
        self.delivered = 0
        self._ready: asyncio.Queue[Subscription] = asyncio.Queue()

    async def run(self, http: Http) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                subscription = await self._ready.get()
                group.create_task(self._deliver_all(subscription, http), name=f"webhooks to {subscription.url}")

    def subscribe(self, url: str, events: list[str]) -> Subscription:
        """Add a subscription."""
        subscription = Subscription(url, events)
        self.subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription_id: str) -> bool:
        """Take a subscription away; False when there is none."""
        known = [subscription for subscription in self.subscriptions if subscription.id == subscription_id]
        for subscription in known:
            self.subscriptions.remove(subscription)
            subscription.waiting.clear()
        return bool(known)

    def send(self, event: Json) -> None:
        """Send an event to everybody who wants its type."""
        for subscription in self.subscriptions:
            if event["event_type"] in subscription.events:
                self.send_to(subscription, event)

    def send_to(self, subscription: Subscription, event: Json) -> None:
        """Send an event to one subscription, unless that is disabled."""
        if subscription.disabled_until <= self._clock.time():
            subscription.waiting.append(event)
            if not subscription.delivering:
                subscription.delivering = True
                self._ready.put_nowait(subscription)

    async def _deliver_all(self, subscription: Subscription, http: Http) -> None:
        while subscription.waiting:
            if await self._deliver(subscription, http, subscription.waiting.popleft()):
                self.delivered += 1
                subscription.dropped = 0
                continue
            subscription.dropped += 1
            if subscription.dropped >= _MOST_DROPPED:
                subscription.disabled_until = self._clock.time() + _DISABLED_FOR
                subscription.waiting.clear()
        subscription.delivering = False

    async def _deliver(self, subscription: Subscription, http: Http, event: dict[str, Any]) -> bool:
        body = json.dumps({"event": event}, ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "X-PagerDuty-Signature": signature(subscription.secret, body),
            "X-Webhook-Id": uuid4().hex,
            "X-Webhook-Subscription": subscription.id,
        }
        for attempt in range(_ATTEMPTS):
            if attempt:
                await self._clock.sleep(_FIRST_WAIT * _FACTOR ** (attempt - 1))
            status = await _status(subscription.url, http, headers, body)
            subscription.answers.append(status)
            if 200 <= status < 300:
                return True
            if 400 <= status < 500 and status != 429:
                return False
        return False


async def _status(url: str, http: Http, headers: dict[str, str], body: bytes) -> int:
    try:
        async with asyncio.timeout(_TIMEOUT):
            return (await http.send("POST", url, headers=headers, body=body)).status
    except (Unreachable, TimeoutError):
        return 0
