"""The doors without a token: webhooks of automations and of plugins."""

import logging
import re
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from hub.plugin import WebhookRequest
from hub.web.encoding import decode
from hub.web.endpoint import Ask, Door, Refused
from hub.web.sources import WebhookHit

_log = logging.getLogger(__name__)
_METHODS = ("GET", "HEAD", "POST", "PUT")
_BREAKS = re.compile(r"[\r\n\0]")


async def receive_for_automation(ask: Ask) -> Response:
    """Start the automations that wait for this webhook.

    The id is the only secret, so nobody can learn whether there is one: the answer is 200 for any, and does not wait for what it
    starts. Only a known webhook refuses a method that it does not take.
    """
    webhook_id, webhooks = ask.part("webhook_id"), ask.site.sources.webhooks
    rule = webhooks.rule(webhook_id) if webhooks is not None else None
    if webhooks is None or rule is None:
        _log.warning("webhook called that nobody waits for")
        return Response()
    if ask.request.method not in rule.methods:
        if ask.request.method == "HEAD":
            return Response()
        raise Refused(405, "this webhook does not take this method", {"allow": ", ".join(sorted(rule.methods))})
    if rule.local_only and not _is_local(ask.request):
        _log.warning("webhook called from outside the local network")
        return Response()
    try:
        webhooks.receive(_hit(webhook_id, await as_webhook_request(ask)))
    except ValueError:
        _log.warning("webhook called with a body that is no JSON")
    return Response()


async def receive_for_plugin(ask: Ask) -> Response:
    """Hand the request to the plugin, which verifies for itself who sent it."""
    take = ask.site.sources.plugin_webhook
    reply = await take(ask.part("instance"), ask.part("name"), await as_webhook_request(ask)) if take is not None else None
    if reply is None:
        raise Refused(404, "there is nothing at this address")
    if any(_BREAKS.search(text) for pair in reply.headers.items() for text in pair):
        raise ValueError("a header of the plugin's reply breaks the line; nothing of it is sent")
    return Response(reply.body, reply.status, dict(reply.headers), reply.content_type)


async def as_webhook_request(ask: Ask) -> WebhookRequest:
    """Return the request as plugins and triggers see it. Raises Refused when the body is too large."""
    request = ask.request
    return WebhookRequest(
        method=request.method,
        headers=dict(request.headers),
        query=dict(request.query_params),
        body=await ask.body(),
        remote=request.client.host if request.client else None,
    )


def _hit(webhook_id: str, request: WebhookRequest) -> WebhookHit:
    """Read the body as its type says. Raises ValueError when it is broken JSON."""
    content: Any = None
    form: dict[str, str] | None = None
    if "json" in request.headers.get("content-type", ""):
        content = decode(request.body) if request.body else {}
    else:
        form = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    return WebhookHit(webhook_id=webhook_id, query=request.query, json=content, data=form, request=request)


def _is_local(request: Request) -> bool:
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return address.is_loopback or address.is_private or address.is_link_local


DOORS = (
    *(Door(method, "/api/webhook/{webhook_id}", None, receive_for_automation) for method in _METHODS),
    *(Door(method, "/api/plugin/{instance}/{name}", None, receive_for_plugin) for method in _METHODS),
)
