"""The hub's own webhook subscription."""

import logging

from hub.api import HubError, Memory
from hub_pagerduty.events import SUBSCRIBED
from hub_pagerduty.rest import RestApi

_PATH, _NAME = "/webhook_subscriptions", "webhook_subscription"
_MEMORY = "subscription"

_log = logging.getLogger(__name__)


class Subscription:
    """Sees to it that PagerDuty sends webhooks to the hub, and keeps the secret that is told only once."""

    def __init__(self, rest: RestApi, memory: Memory, url: str) -> None:
        self._rest, self._memory, self._url = rest, memory, url
        self._kept: dict[str, str] = memory.get(_MEMORY) or {}
        self.settled = False
        """Whether PagerDuty has been asked, so that there is no subscription whose secret is still to come."""

    def secrets(self) -> list[str]:
        """Return the secret with which webhooks are signed, if there is one yet."""
        return [self._kept["secret"]] if self._kept.get("secret") else []

    async def ensure(self) -> None:
        """Subscribe, unless that is done; one whose secret nobody knows any more is replaced. Raises as the REST API does."""
        if self.settled:
            return
        there = [item async for item in self._rest.pages(_PATH, f"{_NAME}s")]
        ours = [item for item in there if (item.get("delivery_method") or {}).get("url") == self._url]
        for item in ours:
            if item.get("id") == self._kept.get("id") and item.get("active", True):
                self.settled = True
                return
        await self._create()
        for item in ours:
            await self._rest.delete(f"{_PATH}/{item.get('id')}")
        self.settled = True

    async def _create(self) -> None:
        asked = {
            "type": _NAME,
            "delivery_method": {"type": "http_delivery_method", "url": self._url},
            "description": "Hub: acknowledgements and incidents come back as events.",
            "events": list(SUBSCRIBED),
            "filter": {"type": "account_reference"},
        }
        made = (await self._rest.post(_PATH, {_NAME: asked})).get(_NAME) or {}
        secret = (made.get("delivery_method") or {}).get("secret")
        self._kept = {"id": str(made.get("id") or ""), "secret": str(secret or "")}
        try:
            await self._memory.put({_MEMORY: self._kept})
        except (HubError, OSError) as error:  # it is good until the next start, which then subscribes anew
            _log.error("the webhook subscription cannot be kept: %s", error)
