"""The present state of every entity."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.bus import Bus
from hub.clock import Clock
from hub.errors import HubError
from hub.model.context import Context
from hub.model.event import STATE_REPORTED
from hub.model.names import EntityId
from hub.model.state import LONGEST_STATE, UNAVAILABLE, State, StateChange

_NO_ATTRIBUTES: Mapping[str, Any] = {}


class StateTooLong(HubError):
    """A state has more than 255 characters."""

    def __init__(self, entity_id: EntityId, length: int) -> None:
        super().__init__(f"the state of {entity_id} has {length} characters; at most {LONGEST_STATE} are allowed")


class StateMachine:
    """Keeps the last state of each entity and announces what changes.

    `state_changed` (and the watchers of the entity) only when the text or the attributes changed or `force` is given; an
    identical write moves `reported` and is told as `state_reported`.
    """

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._time = clock.time
        self._states: dict[EntityId, State] = {}
        self._domains: dict[str, dict[EntityId, None]] = {}
        self.generation = 0
        """Grows whenever an entity appears or goes, so that others can keep what they derive from the set of entities."""
        self.writes = 0
        """Grows whenever any state is written or removed, so that others can keep what they derive from the states."""

    def get(self, entity_id: str) -> State | None:
        """Return the entity's state, or None when there is no such entity."""
        return self._states.get(entity_id)  # type: ignore[call-overload,no-any-return]  # a str finds its EntityId

    def all(self, domain: str | None = None) -> list[State]:
        """Return the states of all entities, or of one domain, in order of their ids."""
        ids: Iterable[EntityId] = self._states if domain is None else self._domains.get(domain, ())
        return [self._states[entity_id] for entity_id in sorted(ids)]

    def in_order_of_appearance(self, domain: str | None = None) -> list[State]:
        """Return the states of all entities, or of one domain, those first that have been there longest."""
        if domain is None:
            return list(self._states.values())
        return [self._states[entity_id] for entity_id in self._domains.get(domain, ())]

    def ids(self, domain: str | None = None) -> list[EntityId]:
        """Return the ids of all entities, or of one domain, in order."""
        return sorted(self._states if domain is None else self._domains.get(domain, ()))

    def __len__(self) -> int:
        return len(self._states)

    def set(
        self,
        entity_id: EntityId,
        state: str,
        attributes: Mapping[str, Any] = _NO_ATTRIBUTES,
        context: Context | None = None,
        force: bool = False,
    ) -> State:
        """Write what the entity is now. Raises StateTooLong.

        `attributes` must not be changed by the caller afterwards.
        """
        if len(state) > LONGEST_STATE:
            raise StateTooLong(entity_id, len(state))
        old = self._states.get(entity_id)
        now = self._time()
        self.writes += 1
        if context is None:
            context = Context.new()
        if old is None:
            new = State(entity_id, state, attributes, now, now, now, context)
            self._domains.setdefault(entity_id.domain, {})[entity_id] = None
            self.generation += 1
        elif old.state != state or force:
            new = State(entity_id, state, attributes, now, now, now, context)
        elif old.attributes != attributes:
            new = State(entity_id, state, attributes, old.changed, now, now, context)
        else:
            return self._report(old, now)
        self._states[entity_id] = new
        self._bus.announce(StateChange(entity_id, old, new, context, now))
        return new

    def restore(self, state: State) -> None:
        """Put back what an entity was before a restart, unless it is there already; nobody is told."""
        if state.entity_id not in self._states:
            self._states[state.entity_id] = state
            self._domains.setdefault(state.entity_id.domain, {})[state.entity_id] = None
            self.generation += 1
            self.writes += 1

    def remove(self, entity_id: str, context: Context | None = None) -> bool:
        """Forget the entity; False when there was none."""
        old = self.get(entity_id)
        if old is None:
            return False
        del self._states[old.entity_id]
        del self._domains[old.entity_id.domain][old.entity_id]
        self.generation += 1
        self.writes += 1
        self._bus.announce(StateChange(old.entity_id, old, None, context or Context.new(), self._time()))
        return True

    def make_unavailable(self, entity_id: EntityId) -> None:
        """Say that nobody knows the entity's state at the moment; what it is (its attributes) stays."""
        old = self._states.get(entity_id)
        if old is not None:
            self.set(entity_id, UNAVAILABLE, old.attributes)

    def _report(self, old: State, now: float) -> State:
        new = State(old.entity_id, old.state, old.attributes, old.changed, old.updated, now, old.context)
        self._states[old.entity_id] = new
        if self._bus.hears(STATE_REPORTED):
            data = {"entity_id": old.entity_id, "old_last_reported": old.last_reported, "new_state": new}
            self._bus.fire(STATE_REPORTED, data, old.context)
        return new
