"""Webhooks that come in: checked, kept, answered, and then worked through."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from hub.api import Clock, HubError, Memory, WebhookReply, WebhookRequest
from hub_pagerduty.webhooks import SIGNATURE, WEBHOOK_ID, BadWebhook, Webhook, is_signed, parse

_PREFIX = "webhook/"
_KEPT = 72 * 3600.0  # seconds; PagerDuty may repeat a webhook for 48 hours
_SWEEP = 3600.0
_LARGEST = 1 << 20
_LONGEST_ID = 128

_log = logging.getLogger(__name__)


class Inbox:
    """Keeps each webhook before it is answered, so that none is lost, and remembers it for three days, so that none counts twice.

    What was kept and not worked through when the hub went down is worked through when it is back.
    """

    def __init__(
        self,
        *,
        memory: Memory,
        clock: Clock,
        secrets: Callable[[], Iterable[str]],
        complete: Callable[[], bool],
        work: Callable[[Webhook], Awaitable[None]],
        refused: Callable[[str], None],
    ) -> None:
        self._memory, self._clock = memory, clock
        self._secrets, self._complete, self._work, self._refused = secrets, complete, work, refused
        self._kept: dict[str, float] = {}
        self._waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._swept = clock.time()
        self._complained = False
        self._turn = asyncio.Lock()  # the same webhook twice at once: the second hears what became of the first
        for name, entry in sorted(memory.items(_PREFIX).items(), key=lambda item: _moment(item[1])):
            self._kept[name] = _moment(entry)
            if isinstance(entry, dict) and isinstance(entry.get("body"), str):
                self._waiting.put_nowait((name, entry["body"]))

    async def answer(self, request: WebhookRequest) -> WebhookReply:
        """Take a webhook: 202 when it is kept, 401 for a wrong signature.

        503 when it is to come again: it cannot be kept now, or not all secrets are known yet.
        """
        if request.method != "POST":
            return WebhookReply(status=405)
        if len(request.body) > _LARGEST:
            return WebhookReply(status=413)
        if not is_signed(request.headers.get(SIGNATURE, ""), request.body, self._secrets()):
            if not self._complete():
                return WebhookReply(status=503)
            self._complain("the signature is wrong: is webhook_secret that of this subscription?")
            return WebhookReply(status=401)
        self._complained = False
        try:
            webhook = parse(request.body)
        except BadWebhook as error:
            _log.warning("a webhook that cannot be read was let go: %s", error)
            return WebhookReply(status=202)  # it is PagerDuty's own; refusing it would only disable the subscription
        async with self._turn:
            return await self._keep(webhook, request)

    async def run(self) -> None:
        """Work through what is kept, one after the other, until cancelled."""
        while True:
            name, body = await self._waiting.get()
            try:
                await self._work(parse(body.encode()))
            except Exception:  # one that cannot be worked through must not stop the others, now and after every restart
                _log.exception("%s could not be worked through", name)
            try:
                await self._memory.put({name: {"at": self._kept.get(name, self._clock.time())}})
            except (HubError, OSError) as error:
                _log.warning("that %s is done cannot be kept, it may count twice: %s", name, error)

    async def _keep(self, webhook: Webhook, request: WebhookRequest) -> WebhookReply:
        # The id inside the body is signed, the one in the header is not: only the first proves that it is the same webhook.
        name = _PREFIX + _short(webhook.id or request.headers.get(WEBHOOK_ID, "") or hashlib.sha256(request.body).hexdigest())
        if name in self._kept:
            return WebhookReply(status=202, body="known")
        now, body = self._clock.time(), request.body.decode(errors="replace")
        self._kept[name] = now
        try:
            await self._memory.put({name: {"at": now, "body": body}, **self._outdated(now)})
        except (HubError, OSError) as error:
            del self._kept[name]
            _log.error("a webhook cannot be kept, PagerDuty is to send it again: %s", error)
            return WebhookReply(status=503)
        except BaseException:
            self._kept.pop(name, None)
            raise
        self._waiting.put_nowait((name, body))
        return WebhookReply(status=202)

    def _outdated(self, now: float) -> Mapping[str, None]:
        if now - self._swept < _SWEEP:
            return {}
        self._swept = now
        old = [name for name, at in self._kept.items() if now - at > _KEPT]
        for name in old:
            del self._kept[name]
        return dict.fromkeys(old)

    def _complain(self, reason: str) -> None:
        if not self._complained:
            self._complained = True
            self._refused(reason)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_ID else hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _moment(entry: Any) -> float:
    at = entry.get("at") if isinstance(entry, dict) else None
    return float(at) if isinstance(at, int | float) else 0.0
