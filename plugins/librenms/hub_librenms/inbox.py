"""Alerts that LibreNMS sends: checked, told, kept, and then answered."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from hub.api import Hub, HubError, WebhookReply, WebhookRequest
from hub_librenms.events import WebhookRefused, WebhookUnreadable
from hub_librenms.webhook import heard, is_from_librenms

NAME = "alerts"
"""Of the webhook: its address ends so."""

_METHODS = ("GET", "POST", "PUT")
_LARGEST = 1 << 20
_EXCERPT = 200


class Inbox:
    """Takes what the "API" alert transport sends. What it tells is on disk before it is answered: 503 when it cannot be."""

    def __init__(
        self,
        hub: Hub,
        *,
        secrets: Iterable[str],
        networks: Iterable[IPv4Network | IPv6Network],
        take: Callable[[Mapping[str, Any]], Awaitable[None]],
        look: Callable[[], None],
    ) -> None:
        self._hub, self._secrets, self._networks = hub, tuple(secrets), tuple(networks)
        self._take, self._look = take, look
        self._complained = self._unread = False

    async def answer(self, request: WebhookRequest) -> WebhookReply:
        """Take an alert: 200 when it is kept, 401 for a wrong secret, 503 when it cannot be kept."""
        if request.method not in _METHODS:
            return WebhookReply(status=405)
        if not is_from_librenms(request, self._secrets) or not self._is_near(request.remote):
            self._refuse("the secret is wrong, or it comes from elsewhere")
            return WebhookReply(status=401)
        self._complained = False
        if len(request.body) > _LARGEST:
            return WebhookReply(status=413)
        told = heard(request)
        self._warn(told.wrong, request)
        try:
            await self._take(told.fields)
        except (HubError, OSError) as error:  # LibreNMS sends nothing twice, but the list of alerts tells it too
            self._hub.log.error("an alert cannot be kept: %s", error)
            return WebhookReply(status=503)
        finally:
            self._look()
        return WebhookReply(status=200)

    def _is_near(self, remote: str | None) -> bool:
        if not self._networks:
            return True
        try:
            address = ip_address(remote or "")
        except ValueError:
            return False
        return any(address in network for network in self._networks)

    def _refuse(self, reason: str) -> None:
        if not self._complained:
            self._complained = True
            self._hub.log.error("an alert was refused: %s", reason)
            self._hub.emit(WebhookRefused(reason=reason))

    def _warn(self, wrong: str, request: WebhookRequest) -> None:
        """Tell of the first body that is not as it should be, until there is a good one."""
        if wrong and not self._unread:
            self._hub.log.warning("the body of an alert: %s", wrong)
            self._hub.emit(WebhookUnreadable(reason=wrong, excerpt=request.body[:_EXCERPT].decode(errors="replace")))
        self._unread = bool(wrong)
