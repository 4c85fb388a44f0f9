"""Who waits for which webhook; the web takes the requests (DIALECT 2.7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.automation.world import Webhooks
from hub.bus import Cancel


@dataclass(frozen=True, slots=True)
class WebhookRule:
    """Who may call a webhook."""

    methods: tuple[str, ...]
    local_only: bool


@dataclass(frozen=True, slots=True)
class _Waiting:
    rule: WebhookRule
    come: Callable[[Mapping[str, Any]], None]


class WebhookTable:
    """The webhooks that triggers wait for."""

    def __init__(self) -> None:
        self._waiting: dict[str, tuple[_Waiting, ...]] = {}

    def door(self) -> Webhooks:
        """Return where triggers register."""
        return Webhooks(self._add)

    def rule(self, webhook_id: str) -> WebhookRule | None:
        """Return the rule of the first who took the id: it counts for all; None when nobody waits."""
        waiting = self._waiting.get(webhook_id)
        return waiting[0].rule if waiting else None

    def receive(self, webhook_id: str, variables: Mapping[str, Any]) -> None:
        """Tell everybody who waits: `variables` are `query`, and `json` or `data`."""
        for waiting in self._waiting.get(webhook_id, ()):
            waiting.come(variables)

    def _add(
        self, webhook_id: str, methods: tuple[str, ...], local_only: bool, come: Callable[[Mapping[str, Any]], None]
    ) -> Cancel:
        entry = _Waiting(WebhookRule(methods, local_only), come)
        self._waiting[webhook_id] = (*self._waiting.get(webhook_id, ()), entry)

        def cancel() -> None:
            left = tuple(waiting for waiting in self._waiting.get(webhook_id, ()) if waiting is not entry)
            if left:
                self._waiting[webhook_id] = left
            else:
                self._waiting.pop(webhook_id, None)

        return cancel
