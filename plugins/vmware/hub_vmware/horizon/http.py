"""HTTP, the only place that knows httpx2."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from hub.api import NotConnected
from hub_vmware.failures import Garbled

Parameters = Sequence[tuple[str, str]]

# A page of a thousand machines takes the server a while.
_TIMEOUT = httpx2.Timeout(120.0, connect=10.0)
_LONGEST_ANSWER = 256 << 20
_AGENT = {"User-Agent": "hub-vmware"}
_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """Sends requests, only so many at a time."""

    def __init__(self, client: httpx2.AsyncClient, at_once: int) -> None:
        self._client = client
        self._places = asyncio.Semaphore(at_once)

    async def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] = _NO_HEADERS,
        params: Parameters = (),
        body: bytes | None = None,
    ) -> Answer:
        """Send a request and read the answer. Raises NotConnected, Garbled."""
        try:
            async with (
                self._places,
                self._client.stream(method, url, headers=dict(headers), params=list(params), content=body) as response,
            ):
                return Answer(response.status_code, dict(response.headers.items()), await _read(response))
        except httpx2.DecodingError as error:
            raise Garbled(f"{url}: {error}") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise NotConnected(f"{url}: {str(error) or type(error).__name__}") from error


@asynccontextmanager
async def opened(*, at_once: int = 2, verify: bool = True, ca_file: Path | None = None) -> AsyncGenerator[Http, None]:
    """Hold connections open for the length of the block. Raises NotConnected when the `ca_file` cannot be read."""
    async with httpx2.AsyncClient(timeout=_TIMEOUT, headers=_AGENT, verify=_trust(verify, ca_file)) as client:
        yield Http(client, at_once)


def _trust(verify: bool, ca_file: Path | None) -> ssl.SSLContext | bool:
    if not verify or ca_file is None:
        return verify
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except OSError as error:  # an SSLError is one
        raise NotConnected(f"ca_file {ca_file}: {error}") from error


async def _read(response: httpx2.Response) -> bytes:
    parts, size = [], 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > _LONGEST_ANSWER:
            raise Garbled(f"{response.url}: the answer has no end")
        parts.append(part)
    return b"".join(parts)
