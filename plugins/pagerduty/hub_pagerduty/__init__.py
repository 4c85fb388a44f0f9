"""PagerDuty: pages, acknowledgements that come back, incidents and who is on call."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from hub.api import Clock, Hub, Plugin, Rehearsal, hookimpl
from hub_pagerduty.actions import acknowledge, add_note, change_event, resolve, trigger
from hub_pagerduty.config import PagerDutyConfig
from hub_pagerduty.events import EVENTS, WebhookRefused
from hub_pagerduty.events_api import EventsApi
from hub_pagerduty.http import Http, opened
from hub_pagerduty.inbox import Inbox
from hub_pagerduty.rest import RestApi
from hub_pagerduty.session import Pager
from hub_pagerduty.subscription import Subscription

WEBHOOK = "events"


@asynccontextmanager
async def connect(config: PagerDutyConfig, hub: Hub) -> AsyncGenerator[Pager, None]:
    """Hold a connection to an account."""
    async with opened() as http:
        events = EventsApi(http, hub.clock, config.events_address, config.calls_per_minute)
        await events.reach()
        rest = _rest(config, hub, http)
        pager = Pager(config, hub, events, rest)
        for name in config.targets:
            hub.notifier(name, pager.deliver_to(name))
        if config.webhook_secret or (rest is not None and config.external_url):
            _listen(config, hub, pager, rest)
        hub.every(config.scan_interval, pager.look)
        yield pager


@hookimpl
def hub_plugin() -> Plugin[PagerDutyConfig, Pager]:
    """Hand over the plugin."""
    return Plugin(
        name="pagerduty",
        config=PagerDutyConfig,
        connect=connect,
        actions=[trigger, acknowledge, resolve, add_note, change_event],
        events=EVENTS,
        notifiers=lambda config: config.targets,
        rehearse=_rehearse,
    )


def _rest(config: PagerDutyConfig, hub: Hub, http: Http) -> RestApi | None:
    if config.api_key is None:
        return None
    return RestApi(http, hub.clock, config.api_address, config.api_key.get_secret_value(), config.from_email)


def _listen(config: PagerDutyConfig, hub: Hub, pager: Pager, rest: RestApi | None) -> None:
    def refused(reason: str) -> None:
        hub.log.error("a webhook was refused: %s; after three of them PagerDuty sends none for a day", reason)
        hub.emit(WebhookRefused(reason=reason))

    inbox = Inbox(
        memory=hub.memory,
        clock=hub.clock,
        secrets=pager.secrets,
        complete=pager.secrets_complete,
        work=pager.work,
        refused=refused,
    )
    path = hub.webhook(WEBHOOK, inbox.answer)
    if rest is not None and config.external_url and not config.webhook_secret:
        pager.subscription = Subscription(rest, hub.memory, config.external_url + path)
    hub.start(inbox.run, name="webhooks")


def _rehearse(clock: Clock) -> AbstractAsyncContextManager[Rehearsal]:
    from hub_pagerduty.simulator import rehearse

    return rehearse(clock)
