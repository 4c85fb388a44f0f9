"""What the web is given."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from hub import __version__
from hub.actions import Actions
from hub.app.logs import LastLines
from hub.app.views import WebTokens, WebTraces, WebWebhooks
from hub.app.watching import watch_template, watch_trigger
from hub.automation.automations import Automations
from hub.automation.webhooks import WebhookTable
from hub.automation.world import World
from hub.bus import Bus
from hub.check.checking import check
from hub.clock import Clock
from hub.config import Configuration, Problem
from hub.hosting.host import Host
from hub.model.names import EntityId
from hub.model.state import State
from hub.notify.outbox import Outbox
from hub.plugin import WebhookReply, WebhookRequest
from hub.registry import Registries
from hub.scheduler import Scheduler
from hub.states import StateMachine
from hub.store import Recorder, Store
from hub.templates import Templates
from hub.web.sources import Facts, Row, WebSources


class Parts(Protocol):
    """What of a running hub the web shows."""

    path: Path
    configuration: Configuration
    clock: Clock
    bus: Bus
    states: StateMachine
    actions: Actions
    registries: Registries
    store: Store
    recorder: Recorder
    scheduler: Scheduler
    templates: Templates
    world: World
    webhooks: WebhookTable
    automations: Automations
    outbox: Outbox
    host: Host
    log: LastLines
    phase: str

    async def reload(self, what: str = "all") -> None:
        """Read the configuration again."""


def web_sources(hub: Parts) -> WebSources:
    """Gather what the web takes."""
    settings = hub.configuration.settings

    async def history(entity_ids: Sequence[EntityId], start: datetime, end: datetime) -> Mapping[EntityId, Sequence[State]]:
        return await hub.store.history(entity_ids, start, end)

    async def plugin_webhook(instance: str, name: str, request: WebhookRequest) -> WebhookReply | None:
        return await hub.host.answer(f"/api/plugin/{instance}/{name}", request)

    async def check_config() -> Sequence[Problem]:
        return (await asyncio.to_thread(check, hub.path)).problems

    return WebSources(
        states=hub.states,
        bus=hub.bus,
        actions=hub.actions,
        clock=hub.clock,
        facts=Facts(
            name=settings.name,
            version=__version__,
            time_zone=settings.time_zone.key,
            latitude=settings.latitude or 0.0,
            longitude=settings.longitude or 0.0,
            elevation=int(settings.elevation),
            country=settings.country,
            currency=settings.currency,
            language=settings.language,
            config_dir=hub.configuration.folder,
            external_url=settings.http.external_url,
        ),
        tokens=WebTokens(hub.store.tokens, settings.http.tokens),
        phase=lambda: hub.phase,
        render=lambda template, variables: hub.templates.compile(template).text(variables),
        watch_template=lambda source, variables, told: watch_template(hub.world, source, variables, told),
        watch_trigger=lambda written, variables, come: watch_trigger(hub.world, written, variables, come),
        history=history,
        traces=WebTraces(hub.automations),
        registries=hub.registries,
        webhooks=WebWebhooks(hub.webhooks),
        plugin_webhook=plugin_webhook,
        plugins=lambda: [report.as_dict() for report in hub.host.catalog.reports()],
        upcoming=hub.scheduler.upcoming,
        health=lambda: _health(hub),
        counters=lambda: _counters(hub),
        check_config=check_config,
        reload=hub.reload,
        error_log=hub.log.text,
    )


def _counters(hub: Parts) -> Mapping[str, float]:
    recorder = hub.recorder.status()
    reports = hub.host.catalog.reports()
    return {
        "recorder_written": recorder.written,
        "recorder_dropped": recorder.dropped,
        "listener_failures": hub.bus.failures,
        "plugin_events": sum(report.events for report in reports),
        "plugin_losses": sum(report.losses for report in reports),
        "plugin_bugs": sum(report.bugs for report in reports),
        "states_written": hub.states.writes,
    }


def _health(hub: Parts) -> Row:
    recorder = hub.recorder.status()
    lanes = hub.outbox.status()
    found: dict[str, Any] = {
        "recorder": {
            "queued": recorder.queued,
            "written": recorder.written,
            "dropped": recorder.dropped,
            "last_error": recorder.last_error,
        },
        "outbox": [{name: getattr(lane, name) for name in lane.__struct_fields__} for lane in lanes],
        "listener_failures": hub.bus.failures,
    }
    return found
