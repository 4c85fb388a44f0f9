"""A schema registry that speaks Confluent's REST API (so do Apicurio and Karapace); the only user of httpx2."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import httpx2
import msgspec

from hub.api import Clock
from hub_rabbitmq.decoding.guard import LONGEST
from hub_rabbitmq.decoding.unreadable import Fault, RegistryAway, Unreadable

_PATIENCE: Final = 10.0  # seconds
_UNKNOWN_FOR: Final = 30.0  # seconds after which an unknown number is asked for again
_LARGEST: Final = 4 * LONGEST


class _Answer(msgspec.Struct):
    schema: str
    schemaType: str = "AVRO"  # noqa: N815  # the registry's own spelling
    references: list[object] = []


class Registry:
    """Answers with the schema of a number."""

    def __init__(self, client: httpx2.AsyncClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._unknown: dict[int, float] = {}

    async def fetch(self, schema_id: int) -> str:
        """Return the text of a schema. Raises Unreadable when there is none, RegistryAway when that cannot be known."""
        if self._unknown.get(schema_id, 0.0) > self._clock.monotonic():
            raise _unknown(schema_id)
        status, body = await self._get(f"schemas/ids/{schema_id}")
        if status == 404:
            self._remember_unknown(schema_id)
            raise _unknown(schema_id)
        if status != 200:
            raise RegistryAway(f"the schema registry answered {status}")
        try:
            answer = msgspec.json.decode(body, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise RegistryAway(f"the schema registry's answer is not what such a registry says: {error}") from error
        if answer.schemaType != "AVRO" or answer.references:
            raise Unreadable(Fault.SCHEMA, f"schema {schema_id} is {answer.schemaType} or refers to others; neither is taken")
        return answer.schema

    async def _get(self, path: str) -> tuple[int, bytes]:
        try:
            async with self._client.stream("GET", path) as response:
                body = b""
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > _LARGEST:
                        raise RegistryAway("the schema registry's answer has no end")
                return response.status_code, body
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise RegistryAway(f"the schema registry is away: {str(error) or type(error).__name__}") from error

    def _remember_unknown(self, schema_id: int) -> None:
        if len(self._unknown) > 1000:
            self._unknown.clear()
        self._unknown[schema_id] = self._clock.monotonic() + _UNKNOWN_FOR


@asynccontextmanager
async def opened(url: str, login: tuple[str, str] | None, clock: Clock) -> AsyncGenerator[Registry, None]:
    """Hold connections to a registry open for the length of the block."""
    agent = {"User-Agent": "hub-rabbitmq", "Accept": "application/vnd.schemaregistry.v1+json, application/json"}
    async with httpx2.AsyncClient(base_url=url, auth=login, timeout=_PATIENCE, headers=agent) as client:
        yield Registry(client, clock)


def _unknown(schema_id: int) -> Unreadable:
    return Unreadable(Fault.UNKNOWN_SCHEMA, f"the schema registry does not know schema {schema_id}")
