"""States as JSON, encoded once: every answer and event about the same state shares the text."""

import asyncio
import gzip
from collections.abc import Iterable
from datetime import UTC, datetime

from hub.model.names import EntityId
from hub.model.state import State
from hub.states import StateMachine
from hub.web.encoding import encode

_FASTEST = 1  # gzip's level: bodies are made anew after every change
_BESIDE_THE_LOOP = 256 << 10  # bytes; compressing more takes milliseconds, so a thread does it


class StateFragments:
    """The JSON of each entity's last state, kept for as long as it is that very state."""

    def __init__(self) -> None:
        self._kept: dict[EntityId, tuple[State, bytes]] = {}

    def of(self, state: State) -> bytes:
        """Return Home Assistant's form of the state."""
        kept = self._kept.get(state.entity_id)
        if kept is not None and kept[0] is state:
            return kept[1]
        body = fragment(state)
        self._kept[state.entity_id] = (state, body)
        return body

    def earlier(self, state: State) -> bytes:
        """Return the same of a state that has been replaced, without keeping it."""
        kept = self._kept.get(state.entity_id)
        return kept[1] if kept is not None and kept[0] is state else fragment(state)

    def keep_only(self, states: Iterable[State]) -> None:
        """Drop what is kept of entities that are gone."""
        self._kept = {state.entity_id: self._kept[state.entity_id] for state in states if state.entity_id in self._kept}


class StatesBody:
    """All states as one JSON list, plain and gzipped, made anew only after something was written."""

    def __init__(self, states: StateMachine, fragments: StateFragments) -> None:
        self._states = states
        self._fragments = fragments
        self._written = self._generation = -1
        self._plain = b"[]"
        self._gzipped: bytes | None = None

    def plain(self) -> bytes:
        """Return the list."""
        if self._written != self._states.writes:
            self._written = self._states.writes
            states = self._states.all()
            if self._generation != self._states.generation:
                self._generation = self._states.generation
                self._fragments.keep_only(states)
            self._plain = b"[" + b",".join(map(self._fragments.of, states)) + b"]"
            self._gzipped = None
        return self._plain

    async def gzipped(self) -> bytes:
        """Return the list, compressed."""
        plain = self.plain()
        if self._gzipped is not None:
            return self._gzipped
        packed = await compressed(plain)
        if self._plain is plain:
            self._gzipped = packed
        return packed


async def compressed(body: bytes) -> bytes:
    """Compress with gzip, quickly rather than well."""
    if len(body) > _BESIDE_THE_LOOP:
        return await asyncio.to_thread(gzip.compress, body, _FASTEST)
    return gzip.compress(body, _FASTEST)


def fragment(state: State) -> bytes:
    """Encode one state, as State.as_dict has it; the moments are left to the encoder, which is ten times as fast."""
    return encode(
        {
            "entity_id": state.entity_id,
            "state": state.state,
            "attributes": state.attributes,
            "last_changed": datetime.fromtimestamp(state.changed, UTC),
            "last_reported": datetime.fromtimestamp(state.reported, UTC),
            "last_updated": datetime.fromtimestamp(state.updated, UTC),
            "context": state.context.as_dict(),
        }
    )
