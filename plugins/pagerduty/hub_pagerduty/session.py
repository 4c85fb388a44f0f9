"""One account, connected: what actions, notify targets and webhooks work with."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from hub.api import ActionError, AuthenticationFailed, BadActionData, Hub, HubError, Notice, Receipt, Request
from hub_pagerduty.config import PagerDutyConfig
from hub_pagerduty.entities import Entities
from hub_pagerduty.event import ACKNOWLEDGE, ACTIONS, RESOLVE, Event, dedup_key, event_of
from hub_pagerduty.events import event_of as told_by
from hub_pagerduty.events_api import EventsApi
from hub_pagerduty.keys import Keys
from hub_pagerduty.rest import RestApi
from hub_pagerduty.subscription import Subscription
from hub_pagerduty.webhooks import Webhook

_VERBS = {"incident.acknowledged": ACKNOWLEDGE, "incident.resolved": RESOLVE}
_DEEDS = {**_VERBS, "incident.triggered": "trigger"}

_log = logging.getLogger(__name__)


class Pager:
    """A PagerDuty account."""

    def __init__(self, config: PagerDutyConfig, hub: Hub, events: EventsApi, rest: RestApi | None) -> None:
        self.config = config
        self._hub, self._events, self._rest = hub, events, rest
        self._keys = Keys(hub.memory, hub.clock)
        self._entities = None if rest is None else Entities(hub, rest, config)
        self._rest_works = rest is not None
        self.subscription: Subscription | None = None

    def deliver_to(self, target: str) -> Callable[[Notice], Awaitable[Receipt]]:
        """Return what delivers notices to a target."""
        routing_key = self.routing_key(target)

        async def deliver(notice: Notice) -> Receipt:
            event = event_of(notice, routing_key, self.config.source, self.config.external_url)
            if notice.person.startswith(f"{self._hub.instance}:"):  # PagerDuty's own people did it there
                return Receipt(reference=event.get("dedup_key", ""))
            if notice.key is not None:
                await self._keys.sent(notice.key, ACTIONS[notice.phase])
            return Receipt(reference=await self._events.send(event))

        return deliver

    async def send(self, event: Event, key: str | None = None, path: str | None = None) -> str:
        """Send an event for an action; returns its dedup key. Raises Refused, TryLater, Unreachable."""
        if key is not None:
            await self._keys.sent(key, event["event_action"])
        if path is not None:
            return await self._events.send(event, path, patiently=True)
        return await self._events.send(event, patiently=True)

    def routing_key(self, target: str | None) -> str:
        """Return the routing key of a target; of the only one, when none is named. Raises BadActionData."""
        targets = self.config.targets
        name = next(iter(targets)) if target is None and len(targets) == 1 else (target or "").removeprefix("notify.")
        if name not in targets:
            raise BadActionData(f"target: say which, of {', '.join(sorted(targets)) or 'none: the configuration has no targets'}")
        return targets[name].routing_key.get_secret_value()

    def routing_keys(self, target: str | None) -> list[str]:
        """Return the routing key of a target, or all of them: an alert is found only by the key that opened it."""
        if target is not None:
            return [self.routing_key(target)]
        return [named.routing_key.get_secret_value() for named in self.config.targets.values()] or [self.routing_key(None)]

    def now(self) -> str:
        """Return the moment in ISO 8601."""
        return self._hub.clock.now().isoformat()

    async def add_note(self, incident: str | None, key: str | None, text: str) -> str:
        """Write a note on an incident, found by its id or by the alert's key; returns the incident's id."""
        if self._rest is None:
            raise ActionError("notes are written through the REST API: set api_key and from_email")
        incident_id = incident or await self._find(self._rest, key)
        await self._rest.post(f"/incidents/{incident_id}/notes", {"note": {"content": text}})
        return incident_id

    async def look(self) -> None:
        """Bring the entities up to date. Raises Unreachable when nothing of PagerDuty answers."""
        if self._entities is None or not self._rest_works:
            await self._events.reach()
            return
        try:
            await self._entities.look()
            if self.subscription is not None:
                await self.subscription.ensure()
        except AuthenticationFailed as error:
            if not self.config.targets:
                raise
            # Paging needs no api_key: it goes on, and nobody asks with a wrong key again.
            self._rest_works = False
            _log.error("the REST API is not used any more: %s", error)
            self._entities.lost(error)
        except (HubError, OSError) as error:
            await self._events.reach()  # paging needs the Events API alone: as long as that answers, we are connected
            _log.warning("the REST API: %s", error)
            self._entities.lost(error)

    def secrets(self) -> Iterable[str]:
        """Return the secrets with which webhooks may be signed."""
        configured = [secret.get_secret_value() for secret in self.config.webhook_secret]
        return [*configured, *(self.subscription.secrets() if self.subscription else [])]

    def secrets_complete(self) -> bool:
        """Tell whether there is no secret still to come."""
        return self.subscription is None or self.subscription.settled

    async def work(self, webhook: Webhook) -> None:
        """Tell the hub what a webhook says; acknowledge and resolve its alert, unless the hub itself did it there."""
        sent_as = _key_in(webhook.data)
        key = self._keys.original(sent_as) if sent_as else ""
        by_hub = not webhook.person and self._keys.is_own(sent_as, _DEEDS.get(webhook.type, ""))
        event = told_by(webhook, key, by_hub)
        if event is not None:
            self._hub.emit(event)
        verb = _VERBS.get(webhook.type)
        if verb and key and not by_hub:
            who = webhook.person or str(webhook.agent.get("summary") or "PagerDuty")
            reply = await self._hub.ask(Request(verb=verb, subject=key, person=f"{self._hub.instance}:{who}"))
            if not reply.ok:
                _log.info("%s of %s: %s", verb, key, reply.text)

    async def _find(self, rest: RestApi, key: str | None) -> str:
        if not key:
            raise BadActionData("incident: say which, by its id or by the key of the alert")
        found = await rest.get("/incidents", [("incident_key", dedup_key(key)), ("sort_by", "created_at:desc"), ("limit", "1")])
        for item in found.get("incidents") or ():
            return str(item["id"])
        raise ActionError(f"there is no incident with the key {key!r}")


def _key_in(data: Any) -> str:
    key = data.get("incident_key")
    return key if isinstance(key, str) else ""
