"""The "API" alert transport: what LibreNMS sends when an alert changes (LibreNMS, Alert/Transport/Api.php)."""

import asyncio
import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from hub.api import PluginError
from hub_librenms.http import Http
from hub_librenms.webhook import TEMPLATE

_PLACE = re.compile(r"\{\{ \$?([a-zA-Z0-9\-_.:]+)((?:\|[^}|]+)*) \}\}")
_TIMEOUT = 5.0


def filled(template: str, values: Mapping[str, Any]) -> str:
    """Fill a template: exactly one blank inside the braces; what is no text is nothing; a filter makes nothing of nothing."""

    def value(found: re.Match[str]) -> str:
        told = values.get(found[1])
        text = "" if told is None or isinstance(told, list | dict) else str(told)
        for name in found[2].split("|")[1:]:
            text = _filtered(text, name)
        return text

    return _PLACE.sub(value, template)


@dataclass
class Transport:
    """One transport, as an admin configures it."""

    url: str
    method: str = "POST"
    body: str = TEMPLATE
    headers: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    user: str = ""
    password: str = ""
    answers: list[int] = field(default_factory=list)
    """What was answered; 0 is no answer. A failure is only logged: nothing is sent twice."""

    async def send(self, http: Http, values: Mapping[str, Any]) -> None:
        """Send a notification."""
        headers = {name: filled(text, values) for name, text in self.headers.items()}
        body = None
        if self.method != "GET":
            body = filled(self.body, values).encode()
            headers = {"Content-Type": "text/plain"} | headers
        if self.user:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        query = [(name, filled(text, values)) for name, text in self.options.items()]
        try:
            async with asyncio.timeout(_TIMEOUT):
                # The query of the address itself is thrown away.
                answer = await http.send(self.method, self.url.partition("?")[0], headers=headers, params=query, body=body)
                self.answers.append(answer.status)
        except (PluginError, TimeoutError):
            self.answers.append(0)


class Sender:
    """Sends notifications over every transport, one after the other."""

    def __init__(self) -> None:
        self.transports: list[Transport] = []
        self._waiting: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()

    def send(self, values: Mapping[str, Any]) -> None:
        """Send this when its turn comes."""
        self._waiting.put_nowait(values)

    async def run(self, http: Http) -> None:
        """Send until cancelled."""
        while True:
            values = await self._waiting.get()
            for transport in self.transports:
                await transport.send(http, values)

    @property
    def delivered(self) -> int:
        """How many were taken."""
        return sum(200 <= status < 300 for transport in self.transports for status in transport.answers)


def _filtered(text: str, name: str) -> str:
    if not text:
        return ""
    match name.strip():
        case "json_encode" | "escape('js')":
            return json.dumps(text, ensure_ascii=False)
        case "url_encode":
            return quote_plus(text)
        case "upper":
            return text.upper()
        case "lower":
            return text.lower()
        case "trim":
            return text.strip()
        case _:
            return text
