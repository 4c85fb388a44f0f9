"""Where writers' schemas are found: in files, in the registry, and in the messages themselves."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

from hub_rabbitmq.decoding.framing import Frame
from hub_rabbitmq.decoding.schema import Schema, read_schema
from hub_rabbitmq.decoding.unreadable import Fault, Unreadable

Fetch = Callable[[int], Awaitable[str]]
_MOST_KEPT: Final = 500
K = TypeVar("K")


class Schemas:
    """Every schema that is known. A refusal is remembered like a schema, but for what only the registry can say."""

    def __init__(self, files: Iterable[Schema], fetch: Fetch | None = None) -> None:
        every = list(files)
        self.files = {schema.name: schema for schema in every}
        """By full name; of several versions the one that was named last."""
        self._by_fingerprint = {schema.fingerprint: schema for schema in every}
        self._fetch = fetch
        self._by_id: dict[int, Schema | Unreadable] = {}
        self._by_text: dict[bytes, Schema | Unreadable] = {}

    def of_single_object(self, frame: Frame) -> Schema:
        """Return the schema with the frame's fingerprint. Raises Unreadable."""
        schema = self._by_fingerprint.get(frame.fingerprint)
        if schema is None:
            known = ", ".join(each.name for each in self._by_fingerprint.values()) or "none at all"
            raise Unreadable(Fault.UNKNOWN_SCHEMA, f"no schema has the fingerprint {frame.fingerprint.hex()}; known: {known}")
        return schema

    def of_container(self, text: bytes) -> Schema:
        """Return the schema that a container brings along. Raises Unreadable."""
        if text not in self._by_text:
            _make_room(self._by_text)
            self._by_text[text] = _read(text)
        return _given(self._by_text[text])

    async def of_registry(self, schema_id: int) -> Schema:
        """Return the registry's schema of this number. Raises Unreadable, and RegistryAway when that cannot be known now."""
        if schema_id not in self._by_id:
            if self._fetch is None:
                raise Unreadable(
                    Fault.UNKNOWN_SCHEMA, f"it was written with schema {schema_id} of a registry, and none is configured"
                )
            text = await self._fetch(schema_id)
            _make_room(self._by_id)
            self._by_id[schema_id] = _read(text)
        return _given(self._by_id[schema_id])


def _read(text: bytes | str) -> Schema | Unreadable:
    try:
        return read_schema(text)
    except Unreadable as refusal:
        return refusal


def _given(found: Schema | Unreadable) -> Schema:
    if isinstance(found, Unreadable):
        raise Unreadable(found.fault, str(found))
    return found


def _make_room(kept: dict[K, Schema | Unreadable]) -> None:
    while len(kept) >= _MOST_KEPT:
        del kept[next(iter(kept))]
