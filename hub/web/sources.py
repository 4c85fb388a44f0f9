"""What the web takes from the rest of the hub; the composition root fills it.

Whatever is left out is simply not offered: its routes answer 404 and its commands `unknown_command`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from hub.actions import Actions
from hub.bus import Bus, Cancel
from hub.clock import Clock
from hub.model.context import Context
from hub.model.names import EntityId
from hub.model.state import State
from hub.plugin import WebhookReply, WebhookRequest
from hub.registry.bundle import Registries
from hub.states import StateMachine
from hub.web.identity import Identity, Role, TokenFacts
from hub.web.limits import Limits

Row = Mapping[str, Any]
"""A mapping that can be shown as JSON as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the hub says of itself."""

    name: str = "Hub"
    version: str
    """The hub's own."""
    time_zone: str = "UTC"
    latitude: float = 0.0
    longitude: float = 0.0
    elevation: int = 0
    country: str | None = None
    currency: str = "EUR"
    language: str = "en"
    config_dir: Path = Path()
    external_url: str | None = None


class Tokens(Protocol):
    """The tokens with which programs and people are known."""

    def identify(self, token: str) -> Identity | None:
        """Tell whose it is, at once: it is asked on every request."""

    async def create(self, name: str, role: Role) -> str:
        """Make a token and return it; this is the only time that it can be read. Raises HubError."""

    async def list(self) -> Sequence[TokenFacts]:
        """Return what may be told of all that are valid."""

    async def revoke(self, name: str) -> bool:
        """End the token of this id or name; False when there is none."""


class Traces(Protocol):
    """What runs did, step by step, in Home Assistant's form. An item is an entity id such as `automation.page_on_fault`."""

    async def runs(self, item: str | None) -> Sequence[Row]:
        """Return the summaries of the item's runs (of all items), newest last."""

    async def trace(self, item: str, run_id: str) -> Row | None:
        """Return one run with all its steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRule:
    """Who may call an automation's webhook."""

    methods: frozenset[str] = frozenset({"POST", "PUT"})
    local_only: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookHit:
    """A call of an automation's webhook, as its trigger sees it; `json` or `data` is None."""

    webhook_id: str
    query: Mapping[str, str]
    json: Any = None
    data: Mapping[str, str] | None = None
    request: WebhookRequest
    """As it came, for those who verify signatures."""


class Webhooks(Protocol):
    """The webhooks of automations."""

    def rule(self, webhook_id: str) -> WebhookRule | None:
        """Return the rule of the first who took the id, or None when nobody did."""

    def receive(self, hit: WebhookHit) -> None:
        """Start what waits for it; returns without waiting for any run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedTemplate:
    """A template's first result, and how to stop watching it."""

    result: Any
    cancel: Cancel
    entities: Sequence[str] = ()
    domains: Sequence[str] = ()
    all_states: bool = False
    time: bool = False


class Problem(Protocol):
    """One mistake in the configuration; its text is `file:line:column: message`."""

    @property
    def severity(self) -> str:
        """`error`: the hub would not start with it; else `warning`."""


History = Callable[[Sequence[EntityId], datetime, datetime], Awaitable[Mapping[EntityId, Sequence[State]]]]
"""The states of the entities in a time: first what each was at its beginning, then every later one."""
PluginWebhook = Callable[[str, str, WebhookRequest], Awaitable[WebhookReply | None]]
"""Instance, name, request → the plugin's reply, or None when nobody takes it."""
TriggerWatch = Callable[[Any, Row, Callable[[Row, Context], None]], Awaitable[Cancel]]
"""Trigger (YAML form), variables, called with the run's variables whenever it fires. Raises HubError."""
TemplateWatch = Callable[[str, Row, Callable[[WatchedTemplate], None]], WatchedTemplate]
"""Template, variables, called with each new result. Raises TemplateError."""


def _no_rows() -> Sequence[Row]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSources:
    """Everything that the web takes from the rest of the hub."""

    states: StateMachine
    bus: Bus
    actions: Actions
    clock: Clock
    facts: Facts
    tokens: Tokens
    phase: Callable[[], str] = lambda: "RUNNING"
    """`STARTING`, `RUNNING` or `STOPPING`."""
    render: Callable[[str, Row], Any] | None = None
    """Template, variables → result. Raises TemplateError."""
    watch_template: TemplateWatch | None = None
    watch_trigger: TriggerWatch | None = None
    history: History | None = None
    traces: Traces | None = None
    registries: Registries | None = None
    webhooks: Webhooks | None = None
    plugin_webhook: PluginWebhook | None = None
    plugins: Callable[[], Sequence[Row]] = _no_rows
    """One row per plugin instance: `instance`, `plugin`, `condition`, `version`, `last_error` and more."""
    upcoming: Callable[[], Sequence[tuple[datetime, str]]] = tuple
    """What runs next: the moment, and the name of the schedule."""
    health: Callable[[], Row] = dict
    """What else there is to say of the hub's well-being."""
    counters: Callable[[], Mapping[str, float]] = dict
    """Numbers that only grow, for `/metrics`: name → value."""
    check_config: Callable[[], Awaitable[Sequence[Problem]]] | None = None
    reload: Callable[[str], Awaitable[None]] | None = None
    """Read `automations`, `scripts`, `templates`, … or `all` of the configuration again. Raises HubError."""
    error_log: Callable[[], str] = str
    """The last lines of the log."""
    limits: Limits = field(default_factory=Limits)
