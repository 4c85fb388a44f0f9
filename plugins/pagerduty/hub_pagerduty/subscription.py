"""The hub's own webhook subscription."""

from hub.api import Memory
from hub_pagerduty.events import SUBSCRIBED
from hub_pagerduty.rest import RestApi

_PATH, _NAME = "/webhook_subscriptions", "webhook_subscription"
_MEMORY = "subscription"


class Subscription:
    """Sees to it that PagerDuty sends webhooks to the hub, and keeps the secret that is told only once."""

    def __init__(self, rest: RestApi, memory: Memory, url: str) -> None:
        self._rest, self._memory, self._url = rest, memory, url
        self._done = False

    def secrets(self) -> list[str]:
        """Return the secret with which webhooks are signed, if there is one yet."""
        kept = self._memory.get(_MEMORY) or {}
        return [kept["secret"]] if kept.get("secret") else []

    async def ensure(self) -> None:
        """Subscribe, unless that is done; one whose secret nobody knows any more is replaced. Raises as the REST API does."""
        if self._done:
            return
        kept = self._memory.get(_MEMORY) or {}
        there = [item async for item in self._rest.pages(_PATH, f"{_NAME}s")]
        ours = [item for item in there if (item.get("delivery_method") or {}).get("url") == self._url]
        for item in ours:
            if item.get("id") == kept.get("id") and item.get("active", True):
                self._done = True
                return
        await self._create()
        for item in ours:
            await self._rest.delete(f"{_PATH}/{item.get('id')}")
        self._done = True

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
        await self._memory.put({_MEMORY: {"id": made.get("id"), "secret": secret}})
