"""HTTP, the only place that knows httpx2."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from hub_pagerduty.failures import Unreachable

_TIMEOUT = httpx2.Timeout(20.0, connect=10.0)
_LONGEST_ANSWER = 16 << 20
_AGENT = {"User-Agent": "hub-pagerduty"}
_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def data(self) -> dict[str, Any]:
        """Return the JSON object in the body. Raises Unreachable when there is none: then it was not PagerDuty that answered."""
        try:
            data = json.loads(self.body)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise Unreachable(f"the answer {self.status} is not a JSON object")
        return data


class Http:
    """Sends requests."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = _NO_HEADERS,
        params: Sequence[tuple[str, str]] = (),
        body: bytes | None = None,
    ) -> Answer:
        """Send a request and read the answer. Raises Unreachable."""
        try:
            async with self._client.stream(method, url, headers=dict(headers), params=list(params), content=body) as response:
                return Answer(response.status_code, dict(response.headers.items()), await _read(response))
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Unreachable(f"{url}: {str(error) or type(error).__name__}") from error


@asynccontextmanager
async def opened() -> AsyncGenerator[Http, None]:
    """Hold connections open for the length of the block."""
    async with httpx2.AsyncClient(timeout=_TIMEOUT, headers=_AGENT) as client:
        yield Http(client)


async def _read(response: httpx2.Response) -> bytes:
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > _LONGEST_ANSWER:
            raise Unreachable(f"{response.url}: the answer has no end")
        parts.append(part)
    return b"".join(parts)
