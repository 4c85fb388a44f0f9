"""A web browser of the simulated people; the only place that knows httpx2."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2

from hub.api import PluginError
from hub_qr_auth.simulator.forms import Page

_TIMEOUT = httpx2.Timeout(10.0)


class NoAnswer(PluginError):
    """Nobody answers at the address."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What came back."""

    status: int
    address: str
    text: str
    headers: Mapping[str, str]

    @property
    def page(self) -> Page:
        """What is on it."""
        return Page(self.text)


class Web:
    """One browser with its cookies."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def open(self, address: str) -> Shown:
        """Open an address. Raises NoAnswer."""
        return await self._ask("GET", address)

    async def send(self, address: str, fields: Mapping[str, str], origin: str | None = None) -> Shown:
        """Send a form from a page of the same site, or of the site that is named. Raises NoAnswer."""
        parts = urlsplit(address)
        headers = {
            "origin": f"{parts.scheme}://{parts.netloc}" if origin is None else origin,
            "content-type": "application/x-www-form-urlencoded",
        }
        return await self._ask("POST", address, headers, urlencode(fields))

    async def _ask(self, method: str, address: str, headers: Mapping[str, str] | None = None, body: str = "") -> Shown:
        try:
            reply = await self._client.request(method, address, headers=headers, content=body)
        except httpx2.HTTPError as error:
            raise NoAnswer(f"{address} does not answer: {error}") from error
        if reply.status_code == 303:
            return await self._ask("GET", urljoin(address, reply.headers["location"]))
        return Shown(reply.status_code, str(reply.url), reply.text, reply.headers)


@asynccontextmanager
async def browsing(agent: str) -> AsyncGenerator[Web, None]:
    """Start a browser that says it is this one."""
    async with httpx2.AsyncClient(timeout=_TIMEOUT, headers={"user-agent": agent}, trust_env=False) as client:
        yield Web(client)
