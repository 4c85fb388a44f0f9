"""How the floors above see what is below them: small adapters, each for one seam."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from hub.automation.automations import Automations
from hub.automation.trace import Trace
from hub.automation.webhooks import WebhookTable
from hub.hosting.catalog import Catalog, Condition, Report
from hub.model.entity import Area, DeviceEntry, Floor, Label, RegistryEntry
from hub.model.names import EntityId
from hub.model.state import State
from hub.registry import Registries
from hub.store import Tokens
from hub.store.tokens import Token
from hub.templates.registries import Instance
from hub.web.identity import Identity, Role, TokenFacts
from hub.web.sources import Row, WebhookHit, WebhookRule


class TemplateRegistries:
    """The registries as templates see them."""

    def __init__(self, registries: Registries, catalog: Catalog) -> None:
        self._registries, self._catalog = registries, catalog

    @property
    def areas(self) -> Mapping[str, Area]:
        """Areas by id."""
        return {area.id: area for area in self._registries.areas.all()}

    @property
    def floors(self) -> Mapping[str, Floor]:
        """Floors by id."""
        return {floor.id: floor for floor in self._registries.floors.all()}

    @property
    def labels(self) -> Mapping[str, Label]:
        """Labels by id."""
        return {label.id: label for label in self._registries.labels.all()}

    @property
    def devices(self) -> Mapping[str, DeviceEntry]:
        """Devices by id."""
        return {device.id: device for device in self._registries.devices.all()}

    @property
    def entities(self) -> Mapping[str, RegistryEntry]:
        """Entities by entity id."""
        return {entry.entity_id: entry for entry in self._registries.entities.all()}

    @property
    def instances(self) -> Mapping[str, Instance]:
        """Plugin instances by name."""
        return {
            report.instance: Instance(
                id=report.instance, domain=report.plugin, title=report.instance, state=_loaded(report.condition)
            )
            for report in self._catalog.reports()
        }

    def precision(self, entity_id: str) -> int | None:
        """Nobody says how many decimals to show."""
        del entity_id
        return None

    def issues(self) -> Collection[Mapping[str, Any]]:
        """Return nothing: troubles are shown by the status entities."""
        return ()


def _instance(report: Report) -> Instance:
    return Instance(id=report.instance, domain=report.plugin, title=report.instance, state=_loaded(report.condition))


def _loaded(condition: Condition) -> str:
    return "loaded" if condition is Condition.CONNECTED else "setup_retry" if condition is Condition.CONNECTING else "setup_error"


class WebTokens:
    """The tokens that the web accepts: those of the store and those of the configuration."""

    def __init__(self, tokens: Tokens, fixed: Sequence[SecretStr]) -> None:
        self._tokens = tokens
        self._fixed = {
            secret.get_secret_value(): Identity(id=f"configured-{number}", name=f"configured {number}", role=Role.ADMIN)
            for number, secret in enumerate(fixed, 1)
        }

    def identify(self, token: str) -> Identity | None:
        """Tell whose it is."""
        known = self._tokens.verify(token)
        if known is None:
            return self._fixed.get(token)
        return Identity(id=known.hash[:32], name=known.name, role=Role(known.role))

    async def create(self, name: str, role: Role) -> str:
        """Make a token and return it. Raises StoreError."""
        return await self._tokens.create(name, role.value)

    async def list(self) -> Sequence[TokenFacts]:
        """Return what may be told of all that are valid."""
        return [_facts(token) for token in self._tokens.all()]

    async def revoke(self, name: str) -> bool:
        """End the token of this name or id; False when there is none."""
        known = next((token for token in self._tokens.all() if name in (token.name, token.hash[:32])), None)
        return known is not None and await self._tokens.revoke(known.name)


def _facts(token: Token) -> TokenFacts:
    return TokenFacts(id=token.hash[:32], name=token.name, role=Role(token.role), created=token.created, used=token.last_used)


class WebTraces:
    """Traces, as the web shows them."""

    def __init__(self, automations: Automations) -> None:
        self._automations = automations

    async def runs(self, item: str | None) -> Sequence[Row]:
        """Return the summaries of the item's runs (of all items), newest last."""
        return [trace.summary() for trace in sorted(self._all(item), key=lambda trace: trace.started)]

    async def trace(self, item: str, run_id: str) -> Row | None:
        """Return one run with all its steps."""
        return next((trace.as_dict() for trace in self._all(item) if str(trace.run_id) == run_id), None)

    def _all(self, item: str | None) -> list[Trace]:
        items = [*self._automations.automations, *self._automations.scripts] if item is None else [self._meant(item)]
        kept = [traces for entity_id in items if (traces := self._automations.traces(entity_id)) is not None]
        return [trace for traces in kept for trace in (*traces.runs, *traces.refused)]

    def _meant(self, item: str) -> EntityId:
        """Home Assistant's clients name an automation by its `id:`."""
        if self._automations.traces(item) is None and item.startswith("automation."):
            return self._automations.with_id(item.partition(".")[2]) or EntityId(item)
        return EntityId(item)


class WebWebhooks:
    """The webhooks of automations, as the web sees them."""

    def __init__(self, table: WebhookTable) -> None:
        self._table = table

    def rule(self, webhook_id: str) -> WebhookRule | None:
        """Return who may call."""
        rule = self._table.rule(webhook_id)
        return None if rule is None else WebhookRule(methods=frozenset(rule.methods), local_only=rule.local_only)

    def receive(self, hit: WebhookHit) -> None:
        """Start what waits for it."""
        payload = {"json": hit.json} if hit.data is None else {"data": hit.data}
        self._table.receive(hit.webhook_id, {"query": dict(hit.query), **payload})


class LastStates:
    """What was known of automations before the restart."""

    def __init__(self, states: Mapping[EntityId, State]) -> None:
        self._states = states

    def __call__(self, entity_id: EntityId) -> tuple[bool, datetime | None] | None:
        """Return whether it was on and when it last ran."""
        state = self._states.get(entity_id)
        if state is None:
            return None
        last = state.attributes.get("last_triggered")
        return state.state != "off", _moment(last)


def _moment(text: Any) -> datetime | None:
    if isinstance(text, datetime):
        return text
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None
